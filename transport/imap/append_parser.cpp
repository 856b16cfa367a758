#include "transport/imap/append_parser.h"

#include "transport/base/ascii.h"
#include "transport/imap/parse.h"

namespace facteur::imap {

bool AppendParser::begins(std::string_view text) {
    const auto tag = tag_of(text);
    if (tag.empty()) return false;
    text.remove_prefix(tag.size() + 1);
    for (const std::string_view name : {"APPEND ", "REPLACE ", "UID REPLACE "})
        if (ascii::has_prefix_text(text, name)) return true;
    return false;
}

AppendParser::Taken AppendParser::take(std::string_view text, const Grammar& grammar, bool literal_follows) {
    Taken out;
    Lexer in(text, grammar);
    while (true) {
        if (in.at_end() && place_ == Place::after_message) {
            out.items.push_back(AppendEnded{});
            out.used = in.at();
            return out;
        }
        const auto before = in.at();
        const auto items = out.items.size();
        if (step(in, out)) {
            out.used = in.at();
            if (out.data) return out;
            continue;
        }
        if (in.is_incomplete() && literal_follows) { // once more when the octets are there
            in.rewind(before);
            out.items.resize(items);
        } else {
            out.error = in.error();
        }
        return out;
    }
}

bool AppendParser::step(Lexer& in, Taken& out) {
    switch (place_) {
    case Place::target: return target(in, out);
    case Place::options: return options(in, out);
    case Place::part: return part(in, out);
    case Place::after_message:
        if (replace_) return in.fail("REPLACE takes one message");
        if (!in.take_space()) return false;
        place_ = Place::options;
        return true;
    case Place::after_octets: return end_message(out);
    case Place::after_utf8: return in.take_char(')') && end_message(out);
    case Place::after_part:
        if (in.try_char(')')) return end_message(out);
        if (!in.take_space()) return false;
        place_ = Place::part;
        return true;
    }
    return false;
}

bool AppendParser::end_message(Taken& out) {
    out.items.push_back(AppendMessageEnded{});
    place_ = Place::after_message;
    return true;
}

bool AppendParser::target(Lexer& in, Taken& out) {
    AppendStarted started;
    std::string tag;
    started.tag = tag_of(in.rest());
    in.rewind(in.at() + started.tag.size() + 1);
    const bool uid = in.try_word("UID") && in.take_space();
    replace_ = uid || !in.try_word("APPEND");
    if (replace_) {
        auto& replaced = started.replaces.emplace();
        replaced.uid = uid;
        if (!in.try_word("REPLACE") || !in.take_space()) return in.fail("Unknown command");
        if (in.try_char('*'))
            replaced.number = star;
        else if (!in.take_nz_number(replaced.number))
            return false;
    }
    if (!in.take_space() || !in.take_mailbox(started.mailbox) || !in.take_space()) return false;
    out.items.push_back(std::move(started));
    place_ = Place::options;
    return true;
}

// Flags and date of a message, up to where its octets or parts begin.
bool AppendParser::options(Lexer& in, Taken& out) {
    if (messages_ == in.limits().append_messages) return in.fail("There are too many messages");
    AppendMessageStarted message;
    if (in.peek('(') && (!in.take_flag_list(message.flags) || !in.take_space())) return false;
    if (in.peek('"') && (!in.take_date_time(message.internal_date.emplace()) || !in.take_space()))
        return false;
    message.catenate = in.try_word("CATENATE");
    message.utf8 = !message.catenate && in.try_word("UTF8");
    if ((message.catenate || message.utf8) && (!in.take_space() || !in.take_char('('))) return false;
    ++messages_;
    parts_ = 0;
    const bool catenate = message.catenate, utf8 = message.utf8;
    out.items.push_back(std::move(message));
    if (catenate) {
        place_ = Place::part;
        return true;
    }
    return data(in, out, utf8 ? Place::after_utf8 : Place::after_octets, utf8);
}

bool AppendParser::part(Lexer& in, Taken& out) {
    if (++parts_ > in.limits().catenate_parts) return in.fail("There are too many parts");
    if (in.try_word("URL")) {
        AppendUrl url;
        if (!in.take_space() || !in.take_astring(url.url)) {
            --parts_; // it may come again
            return false;
        }
        out.items.push_back(std::move(url));
        place_ = Place::after_part;
        return true;
    }
    if (!in.try_word("TEXT")) return in.fail("CATENATE takes URL and TEXT");
    return in.take_space() && data(in, out, Place::after_part, false);
}

// The literal's header, which ends the text.
bool AppendParser::data(Lexer& in, Taken& out, Place after, bool literal8_alone) {
    auto line = in.rest();
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto header = literal_at_end(line);
    if (!header || header->begin != 0 || line.size() == in.rest().size())
        return in.fail("The message, as a literal, is expected");
    if (literal8_alone && !header->literal8) return in.fail("UTF8 wants a literal8");
    in.rewind(in.at() + in.rest().size());
    out.items.push_back(AppendData{header->octets, header->literal8});
    out.data = true;
    place_ = after;
    return true;
}

} // namespace facteur::imap
