// FETCH: items, sections, modifiers.
#include "transport/base/ascii.h"
#include "transport/imap/parse.h"

namespace facteur::imap {
namespace {

using Item = FetchItem::Kind;

// "1.2.3" and the dot after it, when a word follows. Nothing of it is fine too.
bool take_part_numbers(Lexer& in, std::vector<std::uint32_t>& out) {
    while (!in.rest().empty() && ascii::is_digit(in.rest().front())) {
        if (out.size() == in.limits().part_depth) return in.fail("A section is nested too deeply");
        if (!in.take_nz_number(out.emplace_back())) return false;
        if (!in.try_char('.')) return true;
        if (in.rest().empty() || in.peek(']')) return in.fail("A section ends in a dot");
    }
    return true;
}

bool take_section_text(Lexer& in, Section& out) {
    const auto word = in.word();
    const auto is = [&](std::string_view name) { return ascii::same_text(word, name); };
    if (is("HEADER"))
        out.text = Section::Text::header;
    else if (is("TEXT"))
        out.text = Section::Text::text;
    else if (is("MIME")) {
        if (out.part.empty()) return in.fail("MIME wants a part");
        out.text = Section::Text::mime;
    } else if (is("HEADER.FIELDS") || is("HEADER.FIELDS.NOT")) {
        out.text = is("HEADER.FIELDS") ? Section::Text::header_fields : Section::Text::header_fields_not;
        return in.take_space() && in.take_list(1, [&] { return in.take_astring(out.fields.emplace_back()); });
    } else {
        return in.fail("Unknown section");
    }
    return true;
}

// What stands between "[" and "]"; a section that ends in a number has no text.
bool take_section(Lexer& in, Section& out, bool parts_alone) {
    if (!take_part_numbers(in, out.part)) return false;
    if (!in.peek(']')) {
        if (parts_alone) return in.fail("BINARY takes a part alone");
        if (!take_section_text(in, out)) return false;
    }
    return in.take_char(']');
}

// "<0.2048>", when it is there.
bool try_bytes_range(Lexer& in, std::optional<BytesRange>& out) {
    if (!in.try_char('<')) return true;
    BytesRange range;
    if (!in.take_number64(range.offset) || !in.take_char('.') || !in.take_number64(range.octets))
        return false;
    if (range.octets == 0) return in.fail("A partial range must not be empty");
    out = range;
    return in.take_char('>');
}

bool take_body(Lexer& in, FetchItem& item, bool peek) {
    item.kind = Item::section;
    item.peek = peek;
    return in.take_char('[') && take_section(in, item.section, false) && try_bytes_range(in, item.range);
}

bool take_binary(Lexer& in, FetchItem& item, bool peek) {
    item.kind = Item::binary;
    item.peek = peek;
    return in.take_char('[') && take_section(in, item.section, true) && try_bytes_range(in, item.range);
}

// RFC 8970 §3.2: PREVIEW (LAZY); modifiers that nobody knows are refused.
bool take_preview(Lexer& in, FetchItem& item) {
    item.kind = Item::preview;
    const auto before = in.at();
    if (!in.try_char(' ') || !in.peek('(')) {
        in.rewind(before);
        return true;
    }
    return in.take_list(1, [&] {
        if (!in.try_word("LAZY")) return in.fail("Unknown modifier of PREVIEW");
        return item.lazy = true;
    });
}

bool take_macro(Lexer& in, std::vector<FetchItem>& out) {
    const auto before = in.at();
    const auto word = in.word();
    const bool all = ascii::same_text(word, "ALL"), full = ascii::same_text(word, "FULL");
    if (!all && !full && !ascii::same_text(word, "FAST")) {
        in.rewind(before);
        return false;
    }
    for (const auto kind : {Item::flags, Item::internal_date, Item::rfc822_size})
        out.push_back({.kind = kind});
    if (all || full) out.push_back({.kind = Item::envelope});
    if (full) out.push_back({.kind = Item::body});
    return true;
}

bool take_fetch_modifier(Lexer& in, command::Fetch& out) {
    const auto word = in.word();
    if (ascii::same_text(word, "CHANGEDSINCE")) {
        std::uint64_t modseq = 0;
        if (out.changed_since) return in.fail("CHANGEDSINCE is there twice");
        if (!in.take_space() || !in.take_number64(modseq)) return false;
        out.changed_since = modseq;
        return true;
    }
    if (ascii::same_text(word, "VANISHED")) return out.vanished = true;
    if (ascii::same_text(word, "PARTIAL")) {
        if (!in.take_space()) return false;
        const auto rest = in.rest();
        const auto size = std::min(rest.find_first_of(" )"), rest.size());
        out.partial = parse_partial_range(rest.substr(0, size));
        if (!out.partial) return in.fail("PARTIAL wants a range like 1:100 or -1:-100");
        in.rewind(in.at() + size);
        return true;
    }
    return in.fail("Unknown modifier of FETCH");
}

} // namespace

bool parse_section(std::string_view text, Section& out) {
    const Grammar grammar;
    const auto closed = std::string(text) + "]";
    Lexer in(closed, grammar);
    return take_section(in, out, false) && in.at_end();
}

bool parse_fetch_item(Lexer& in, std::vector<FetchItem>& out) {
    const auto word = in.word();
    const auto is = [&](std::string_view name) { return ascii::same_text(word, name); };
    auto& item = out.emplace_back();
    if (is("BODY")) {
        if (in.peek('[')) return take_body(in, item, false);
        item.kind = Item::body;
        return true;
    }
    if (is("BODY.PEEK")) return take_body(in, item, true);
    if (is("BINARY")) return take_binary(in, item, false);
    if (is("BINARY.PEEK")) return take_binary(in, item, true);
    if (is("BINARY.SIZE")) {
        item.kind = Item::binary_size;
        item.peek = true;
        return in.take_char('[') && take_section(in, item.section, true);
    }
    if (is("PREVIEW")) return take_preview(in, item);
    constexpr std::pair<std::string_view, Item> names[] = {
        {"FLAGS", Item::flags},
        {"UID", Item::uid},
        {"INTERNALDATE", Item::internal_date},
        {"RFC822.SIZE", Item::rfc822_size},
        {"ENVELOPE", Item::envelope},
        {"BODYSTRUCTURE", Item::body_structure},
        {"RFC822", Item::rfc822},
        {"RFC822.HEADER", Item::rfc822_header},
        {"RFC822.TEXT", Item::rfc822_text},
        {"MODSEQ", Item::mod_sequence},
        {"SAVEDATE", Item::save_date},
        {"EMAILID", Item::email_id},
        {"THREADID", Item::thread_id},
    };
    for (const auto& [name, kind] : names) {
        if (!is(name)) continue;
        item.kind = kind;
        return true;
    }
    return in.fail("Unknown item of FETCH");
}

bool parse_fetch(Lexer& in, command::Fetch& out) {
    if (!in.take_space() || !in.take_set(out.set) || !in.take_space()) return false;
    if (in.peek('(')) {
        if (!in.take_list(1, [&] { return parse_fetch_item(in, out.items); })) return false;
    } else if (!take_macro(in, out.items) && !parse_fetch_item(in, out.items)) {
        return false;
    }
    if (in.at_end()) return true;
    if (!in.take_space() || !in.take_list(1, [&] { return take_fetch_modifier(in, out); })) return false;
    // RFC 7162 §3.2.6
    if (out.vanished && (!out.uid || !out.changed_since))
        return in.fail("VANISHED wants UID FETCH and CHANGEDSINCE");
    if (out.partial && !out.uid) return in.fail("PARTIAL wants UID FETCH"); // RFC 9394 §3.3
    return true;
}

} // namespace facteur::imap
