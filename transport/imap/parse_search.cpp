// SEARCH, SORT and THREAD: keys, return options, criteria.
#include "transport/base/ascii.h"
#include "transport/imap/parse.h"

#include <array>
#include <utility>

namespace facteur::imap {
namespace {

using Key = SearchKey::Kind;

// What follows the name of a key.
enum class KeyShape {
    alone,
    text,
    named_text,
    flag,
    day,
    number,
    number64,
    set,
    id,
    key,
    two_keys,
    mod_sequence,
};

struct KeyName {
    std::string_view name;
    Key kind;
    KeyShape shape;
};

constexpr std::array search_key_names = {
    KeyName{"ALL", Key::all, KeyShape::alone},
    KeyName{"ANSWERED", Key::answered, KeyShape::alone},
    KeyName{"BCC", Key::bcc, KeyShape::text},
    KeyName{"BEFORE", Key::before, KeyShape::day},
    KeyName{"BODY", Key::body, KeyShape::text},
    KeyName{"CC", Key::cc, KeyShape::text},
    KeyName{"DELETED", Key::deleted, KeyShape::alone},
    KeyName{"DRAFT", Key::draft, KeyShape::alone},
    KeyName{"EMAILID", Key::email_id, KeyShape::id},
    KeyName{"FLAGGED", Key::flagged, KeyShape::alone},
    KeyName{"FROM", Key::from, KeyShape::text},
    KeyName{"FUZZY", Key::fuzzy, KeyShape::key},
    KeyName{"HEADER", Key::header, KeyShape::named_text},
    KeyName{"KEYWORD", Key::keyword, KeyShape::flag},
    KeyName{"LARGER", Key::larger, KeyShape::number64},
    KeyName{"MODSEQ", Key::mod_sequence, KeyShape::mod_sequence},
    KeyName{"NEW", Key::new_, KeyShape::alone},
    KeyName{"NOT", Key::not_, KeyShape::key},
    KeyName{"OLD", Key::old, KeyShape::alone},
    KeyName{"OLDER", Key::older, KeyShape::number},
    KeyName{"ON", Key::on, KeyShape::day},
    KeyName{"OR", Key::or_, KeyShape::two_keys},
    KeyName{"RECENT", Key::recent, KeyShape::alone},
    KeyName{"SAVEDATESUPPORTED", Key::save_date_supported, KeyShape::alone},
    KeyName{"SAVEDBEFORE", Key::saved_before, KeyShape::day},
    KeyName{"SAVEDON", Key::saved_on, KeyShape::day},
    KeyName{"SAVEDSINCE", Key::saved_since, KeyShape::day},
    KeyName{"SEEN", Key::seen, KeyShape::alone},
    KeyName{"SENTBEFORE", Key::sent_before, KeyShape::day},
    KeyName{"SENTON", Key::sent_on, KeyShape::day},
    KeyName{"SENTSINCE", Key::sent_since, KeyShape::day},
    KeyName{"SINCE", Key::since, KeyShape::day},
    KeyName{"SMALLER", Key::smaller, KeyShape::number64},
    KeyName{"SUBJECT", Key::subject, KeyShape::text},
    KeyName{"TEXT", Key::text, KeyShape::text},
    KeyName{"THREADID", Key::thread_id, KeyShape::id},
    KeyName{"TO", Key::to, KeyShape::text},
    KeyName{"UID", Key::uid, KeyShape::set},
    KeyName{"UNANSWERED", Key::unanswered, KeyShape::alone},
    KeyName{"UNDELETED", Key::undeleted, KeyShape::alone},
    KeyName{"UNDRAFT", Key::undraft, KeyShape::alone},
    KeyName{"UNFLAGGED", Key::unflagged, KeyShape::alone},
    KeyName{"UNKEYWORD", Key::unkeyword, KeyShape::flag},
    KeyName{"UNSEEN", Key::unseen, KeyShape::alone},
    KeyName{"YOUNGER", Key::younger, KeyShape::number},
};

class KeyParser {
public:
    explicit KeyParser(Lexer& in) : in_(in) {}

    // One key, or several with spaces between them up to the end or a parenthesis: an `and_`.
    bool keys(SearchKey& out, std::size_t depth) {
        SearchKey first;
        if (!key(first, depth)) return false;
        if (!in_.peek(' ')) {
            out = std::move(first);
            return true;
        }
        out.kind = Key::and_;
        out.keys.push_back(std::move(first));
        while (in_.try_char(' '))
            if (!key(out.keys.emplace_back(), depth)) return false;
        return true;
    }

private:
    bool key(SearchKey& out, std::size_t depth) {
        if (depth > in_.limits().nesting) return in_.fail("Search keys are nested too deeply");
        if (++count_ > in_.limits().list_items) return in_.fail("There are too many search keys");
        if (in_.try_char('(')) return keys(out, depth + 1) && in_.take_char(')');
        const auto rest = in_.rest();
        if (!rest.empty() && (ascii::is_digit(rest.front()) || rest.front() == '*' || rest.front() == '$')) {
            out.kind = Key::sequence;
            return in_.take_set(out.set);
        }
        const auto word = in_.word();
        for (const auto& entry : search_key_names) {
            if (!ascii::same_text(word, entry.name)) continue;
            out.kind = entry.kind;
            return arguments(out, entry.shape, depth);
        }
        return in_.fail("Unknown search key");
    }

    bool arguments(SearchKey& out, KeyShape shape, std::size_t depth) {
        std::uint32_t number = 0;
        switch (shape) {
        case KeyShape::alone: return true;
        case KeyShape::text: return in_.take_space() && in_.take_astring(out.text);
        case KeyShape::named_text:
            return in_.take_space() && in_.take_astring(out.name) && in_.take_space() &&
                   in_.take_astring(out.text);
        case KeyShape::flag: return in_.take_space() && in_.take_flag(out.text);
        case KeyShape::day: return in_.take_space() && in_.take_day(out.day);
        case KeyShape::number:
            if (!in_.take_space() || !in_.take_nz_number(number)) return false;
            out.number = number;
            return true;
        case KeyShape::number64: return in_.take_space() && in_.take_number64(out.number);
        case KeyShape::set: return in_.take_space() && in_.take_set(out.set);
        case KeyShape::id: return in_.take_space() && in_.take_astring(out.text);
        case KeyShape::key: return in_.take_space() && key(out.keys.emplace_back(), depth + 1);
        case KeyShape::two_keys:
            return in_.take_space() && key(out.keys.emplace_back(), depth + 1) && in_.take_space() &&
                   key(out.keys.emplace_back(), depth + 1);
        case KeyShape::mod_sequence: return mod_sequence(out);
        }
        return false;
    }

    // RFC 7162 §3.1.5: MODSEQ ["/flags/\\draft" all] 620162338
    bool mod_sequence(SearchKey& out) {
        if (!in_.take_space()) return false;
        if (in_.peek('"')) {
            if (!in_.take_string(out.name) || !in_.take_space()) return false;
            if (out.name.empty()) return in_.fail("MODSEQ wants the name of an entry");
            out.text = ascii::lowered(in_.word());
            if (out.text != "all" && out.text != "priv" && out.text != "shared")
                return in_.fail("MODSEQ wants all, priv or shared");
            if (!in_.take_space()) return false;
        }
        return in_.take_number64(out.number);
    }

    Lexer& in_;
    std::size_t count_ = 0;
};

bool take_partial_range(Lexer& in, std::optional<PartialRange>& out) {
    const auto rest = in.rest();
    std::size_t size = 0;
    while (size < rest.size() && (ascii::is_digit(rest[size]) || rest[size] == '-' || rest[size] == ':'))
        ++size;
    out = parse_partial_range(rest.substr(0, size));
    if (!out) return in.fail("PARTIAL wants a range like 1:100 or -1:-100");
    in.rewind(in.at() + size);
    return true;
}

// RFC 5267 §4.3, RFC 5465 §7: UPDATE [(UID BODY.PEEK[HEADER])]
bool parse_update(Lexer& in, SearchReturn& out) {
    if (out.update) return in.fail("UPDATE is there twice");
    out.update = true;
    if (!in.rest().starts_with(" (")) return true;
    return in.take_space() && in.take_list(1, [&] { return parse_fetch_item(in, out.update_items); });
}

bool parse_return_option(Lexer& in, SearchReturn& out) {
    const auto word = in.word();
    const auto is = [&](std::string_view name) { return ascii::same_text(word, name); };
    if (is("MIN")) return out.min = true;
    if (is("MAX")) return out.max = true;
    if (is("ALL")) return out.all = true;
    if (is("COUNT")) return out.count = true;
    if (is("SAVE")) return out.save = true;
    if (is("RELEVANCY")) return out.relevancy = true;
    if (is("UPDATE")) return parse_update(in, out);
    if (is("CONTEXT")) return out.context = true;
    if (is("PARTIAL")) {
        if (out.partial) return in.fail("PARTIAL is there twice");
        return in.take_space() && take_partial_range(in, out.partial);
    }
    return in.fail("Unknown search return option");
}

bool parse_return(Lexer& in, SearchReturn& out) {
    out.given = true;
    const bool empty = in.rest().starts_with("()");
    if (!in.take_list(0, [&] { return parse_return_option(in, out); })) return false;
    if (out.partial && out.all) return in.fail("PARTIAL and ALL exclude each other"); // RFC 9394 §3.1
    if (empty) out.all = true;                                                        // RFC 9051 §6.4.4
    return true;
}

bool parse_keys(Lexer& in, SearchCriteria& out) {
    return KeyParser(in).keys(out.key, 1);
}

bool parse_charset(Lexer& in, SearchCriteria& out) {
    if (!in.take_astring(out.charset)) return false;
    for (char& c : out.charset)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return true;
}

bool parse_sort_criterion(Lexer& in, std::vector<SortCriterion>& out) {
    using By = SortCriterion::By;
    constexpr std::pair<std::string_view, By> names[] = {{"ARRIVAL", By::arrival},
                                                         {"CC", By::cc},
                                                         {"DATE", By::date},
                                                         {"FROM", By::from},
                                                         {"SIZE", By::size},
                                                         {"SUBJECT", By::subject},
                                                         {"TO", By::to},
                                                         {"DISPLAYFROM", By::display_from},
                                                         {"DISPLAYTO", By::display_to},
                                                         {"RELEVANCY", By::relevancy}};
    auto word = in.word();
    SortCriterion criterion;
    if (ascii::same_text(word, "REVERSE")) {
        criterion.reverse = true;
        if (!in.take_space()) return false;
        word = in.word();
    }
    for (const auto& [name, by] : names) {
        if (!ascii::same_text(word, name)) continue;
        criterion.by = by;
        out.push_back(criterion);
        return true;
    }
    return in.fail("Unknown sort criterion");
}

// " RETURN (…)", when it is there.
bool try_return(Lexer& in, SearchReturn& out) {
    const auto before = in.at();
    if (in.try_char(' ') && in.try_word("RETURN")) return in.take_space() && parse_return(in, out);
    in.rewind(before);
    return true;
}

} // namespace

bool parse_search(Lexer& in, command::Search& out) {
    if (!try_return(in, out.result) || !in.take_space()) return false;
    const auto before = in.at();
    if (in.try_word("CHARSET")) {
        if (!in.take_space() || !parse_charset(in, out.criteria) || !in.take_space()) return false;
    } else {
        in.rewind(before);
    }
    return parse_keys(in, out.criteria);
}

bool parse_sort(Lexer& in, command::Sort& out) {
    return try_return(in, out.result) && in.take_space() &&
           in.take_list(1, [&] { return parse_sort_criterion(in, out.order); }) && in.take_space() &&
           parse_charset(in, out.criteria) && in.take_space() && parse_keys(in, out.criteria);
}

bool parse_thread(Lexer& in, command::Thread& out) {
    if (!in.take_space()) return false;
    const auto word = in.word();
    if (ascii::same_text(word, "ORDEREDSUBJECT"))
        out.algorithm = ThreadAlgorithm::ordered_subject;
    else if (ascii::same_text(word, "REFERENCES"))
        out.algorithm = ThreadAlgorithm::references;
    else if (ascii::same_text(word, "REFS"))
        out.algorithm = ThreadAlgorithm::refs;
    else
        return in.fail("Unknown threading algorithm");
    return in.take_space() && parse_charset(in, out.criteria) && in.take_space() &&
           parse_keys(in, out.criteria);
}

} // namespace facteur::imap
