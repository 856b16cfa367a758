#include "transport/imap/lexer.h"

#include "transport/base/ascii.h"
#include "transport/imap/dates.h"
#include "transport/imap/mailbox_name.h"
#include "transport/mime/decode.h"

#include <limits>

namespace facteur::imap {
namespace {

constexpr bool is_word_char(char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '.' || c == '-' || c == '=' || c == '/' ||
           c == '+' || c == '_';
}

constexpr std::uint64_t most_63_bits = std::numeric_limits<std::int64_t>::max();

} // namespace

std::optional<LiteralHeader> literal_at_end(std::string_view line) {
    if (!line.ends_with('}')) return std::nullopt;
    std::size_t i = line.size() - 1;
    LiteralHeader header;
    if (i > 0 && line[i - 1] == '+') {
        header.synchronising = false;
        --i;
    }
    const std::size_t digits_end = i;
    while (i > 0 && ascii::is_digit(line[i - 1]))
        --i;
    if (i == digits_end || i == 0 || line[i - 1] != '{') return std::nullopt;
    for (std::size_t d = i; d < digits_end; ++d) {
        const auto digit = static_cast<std::uint64_t>(line[d] - '0');
        if (header.octets > (most_63_bits - digit) / 10) {
            header.overflow = true;
            break;
        }
        header.octets = header.octets * 10 + digit;
    }
    header.begin = i - 1;
    if (header.begin > 0 && line[header.begin - 1] == '~') {
        header.literal8 = true;
        --header.begin;
    }
    return header;
}

bool Lexer::fail(std::string_view message) {
    if (error_.empty()) error_ = message;
    return false;
}

bool Lexer::try_char(char c) {
    if (!peek(c)) return false;
    ++at_;
    return true;
}

bool Lexer::take_char(char c) {
    if (try_char(c)) return true;
    switch (c) {
    case ' ': return fail(at_end() ? "An argument is missing" : "A space is expected between arguments");
    case '(': return fail("A list in parentheses is expected");
    case ')': return fail("A closing parenthesis is expected");
    default: return fail("The command breaks the grammar");
    }
}

bool Lexer::take_end() {
    return at_end() || fail("Something follows the end of the command");
}

bool Lexer::peek_string() const {
    return peek('"') || peek('{') || rest().starts_with("~{");
}

std::string_view Lexer::run_of(CharClass wanted) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_of(text_[at_], wanted))
        ++at_;
    return text_.substr(begin, at_ - begin);
}

std::string_view Lexer::word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word_char(text_[at_]))
        ++at_;
    return text_.substr(begin, at_ - begin);
}

bool Lexer::try_word(std::string_view upper) {
    const std::size_t before = at_;
    if (ascii::same_text(word(), upper)) return true;
    at_ = before;
    return false;
}

bool Lexer::take_atom(std::string& out) {
    const auto run = run_of(class_atom);
    if (run.empty()) return fail("An atom is expected");
    out.assign(run);
    return true;
}

bool Lexer::take_astring(std::string& out) {
    if (peek_string()) return take_string(out);
    const auto run = run_of(class_astring);
    if (run.empty()) return fail("A string is expected");
    out.assign(run);
    return true;
}

bool Lexer::take_string(std::string& out, bool literal8) {
    if (peek('"')) return take_quoted(out);
    if (peek_string()) return take_literal(out, literal8);
    return fail("A quoted string or a literal is expected");
}

bool Lexer::take_nstring(std::optional<std::string>& out, bool literal8) {
    if (!peek_string()) {
        out.reset();
        return try_word("NIL") || fail("A string or NIL is expected");
    }
    out.emplace();
    return take_string(*out, literal8);
}

// RFC 9051 §4.3: UTF-8 is taken whatever is enabled; names of mailboxes are looked at again.
bool Lexer::take_quoted(std::string& out) {
    out.clear();
    ++at_;
    bool ascii_only = true;
    while (at_ < text_.size()) {
        const char c = text_[at_++];
        if (c == '"') {
            if (!ascii_only && !mime::is_valid_utf8(out)) return fail("A quoted string is not valid UTF-8");
            return true;
        }
        if (c == '\\') {
            if (!peek('"') && !peek('\\')) return fail("Only \" and \\ may follow a \\ in a quoted string");
            out += text_[at_++];
            continue;
        }
        if (c == '\r' || c == '\n') break;
        if ((c & 0x80) != 0) ascii_only = false;
        out += c;
    }
    return fail("A quoted string has no end");
}

bool Lexer::take_literal(std::string& out, bool literal8) {
    const auto line_end = text_.find('\n', at_);
    const auto header =
        line_end == std::string_view::npos
            ? std::nullopt
            : literal_at_end(text_.substr(at_, line_end - at_ - (text_[line_end - 1] == '\r' ? 1 : 0)));
    if (!header || header->begin != 0) return fail("A literal breaks the grammar");
    if (header->literal8 && !literal8) return fail("A literal8 is not expected here");
    if (header->octets > text_.size() - line_end - 1) {
        incomplete_ = true;
        return fail("A literal has not come");
    }
    out.assign(text_.substr(line_end + 1, static_cast<std::size_t>(header->octets)));
    at_ = line_end + 1 + static_cast<std::size_t>(header->octets);
    if (!header->literal8 && out.find('\0') != std::string::npos) return fail("A literal has a NUL");
    return true;
}

bool Lexer::decode_mailbox(std::string& name) {
    if (is_utf8()) {
        if (!mime::is_valid_utf8(name)) return fail("The name of a mailbox is not valid UTF-8");
    } else {
        auto decoded = decode_utf7(name);
        if (!decoded) return fail("The name of a mailbox is not valid modified UTF-7");
        name = std::move(*decoded);
    }
    name = canonical_mailbox(std::move(name));
    return true;
}

bool Lexer::take_mailbox(std::string& out) {
    return take_astring(out) && decode_mailbox(out);
}

bool Lexer::take_list_mailbox(std::string& out) {
    if (peek_string()) return take_string(out) && decode_mailbox(out);
    const auto run = run_of(class_list);
    if (run.empty()) return fail("The name of a mailbox or a pattern is expected");
    out.assign(run);
    return decode_mailbox(out);
}

bool Lexer::take_flag(std::string& out) {
    const bool system = try_char('\\');
    const auto run = run_of(class_atom);
    if (run.empty()) return fail("A flag is expected");
    if (!system) {
        out.assign(run);
        return true;
    }
    out.assign("\\").append(run);
    if (ascii::same_text(run, "Recent")) return fail("\\Recent cannot be set");
    return true;
}

bool Lexer::take_flag_list(std::vector<std::string>& out) {
    return take_list(0, [&] { return take_flag(out.emplace_back()); });
}

bool Lexer::take_number64(std::uint64_t& out) {
    out = 0;
    const std::size_t begin = at_;
    while (at_ < text_.size() && ascii::is_digit(text_[at_])) {
        const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
        if (out > (most_63_bits - digit) / 10) return fail("A number is too large");
        out = out * 10 + digit;
        ++at_;
    }
    return at_ > begin || fail("A number is expected");
}

bool Lexer::take_number(std::uint32_t& out) {
    std::uint64_t wide = 0;
    if (!take_number64(wide)) return false;
    if (wide > std::numeric_limits<std::uint32_t>::max()) return fail("A number is too large");
    out = static_cast<std::uint32_t>(wide);
    return true;
}

bool Lexer::take_nz_number(std::uint32_t& out) {
    return take_number(out) && (out > 0 || fail("A number must not be zero"));
}

bool Lexer::take_set(SequenceSet& out) {
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (!ascii::is_digit(c) && c != ':' && c != ',' && c != '*' && c != '$') break;
        ++at_;
    }
    auto set = parse_sequence_set(text_.substr(begin, at_ - begin), limits().set_ranges);
    if (!set) return fail("A set of message numbers is expected");
    out = std::move(*set);
    return true;
}

bool Lexer::take_date_time(mime::Date& out) {
    std::string text;
    if (!peek('"') || !take_quoted(text)) return fail("A date and time is expected");
    const auto date = parse_date_time(text);
    if (!date) return fail("A date and time is like \"17-Jul-1996 02:44:25 -0700\"");
    out = *date;
    return true;
}

bool Lexer::take_day(std::int32_t& out) {
    std::string text;
    if (peek('"')) {
        if (!take_quoted(text)) return false;
    } else {
        text = run_of(class_atom);
    }
    const auto day = parse_day(text);
    if (!day) return fail("A date is like 1-Feb-1994");
    out = *day;
    return true;
}

} // namespace facteur::imap
