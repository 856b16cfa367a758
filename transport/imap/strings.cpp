#include "transport/imap/strings.h"

#include "transport/base/base64.h"
#include "transport/imap/mailbox_name.h"
#include "transport/imap/syntax.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace facteur::imap {
namespace {

constexpr std::size_t longest_quoted = 1000;
constexpr std::size_t encoded_word_octets =
    45; // of UTF-8 in one encoded word, which has at most 75 characters

enum class StringForm { quoted, quoted_escaped, literal, literal_without_nul };

// What octets ask of the string that they are in.
enum Octet : std::uint8_t { nul = 1, line_end = 2, escaped = 4, eight_bit = 8, control = 16 };
constexpr auto octets = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t c = 0; c < 32; ++c)
        table[c] = control;
    table[127] = control;
    table['\0'] |= nul;
    table['\r'] |= line_end;
    table['\n'] |= line_end;
    table['"'] = table['\\'] = escaped;
    for (std::size_t c = 128; c < 256; ++c)
        table[c] = eight_bit;
    return table;
}();
std::uint8_t octets_of(std::string_view text) {
    std::uint8_t all = 0;
    for (const char c : text)
        all |= octets[static_cast<unsigned char>(c)];
    return all;
}

StringForm form_of(std::string_view text, Wire wire) {
    const auto all = octets_of(text);
    if ((all & nul) != 0) return StringForm::literal_without_nul;
    if ((all & line_end) != 0 || text.size() > longest_quoted) return StringForm::literal;
    if ((all & eight_bit) != 0 && (!wire.utf8 || !mime::is_valid_utf8(text))) return StringForm::literal;
    return (all & escaped) != 0 ? StringForm::quoted_escaped : StringForm::quoted;
}

void write_as_literal(Output& out, std::string_view text) {
    write_literal_header(out, text.size());
    out.put(text);
}

void write_quoted(Output& out, std::string_view text) {
    char* at = out.room(text.size() + 2);
    *at++ = '"';
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at += text.size();
    *at++ = '"';
    out.wrote(at);
}

void write_escaped(Output& out, std::string_view text) {
    char* at = out.room(2 * text.size() + 2);
    *at++ = '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') *at++ = '\\';
        *at++ = c;
    }
    *at++ = '"';
    out.wrote(at);
}

constexpr std::uint64_t eight_of(unsigned char c) {
    return 0x0101010101010101ull * c;
}
// Bits are set if one of eight octets is a control character, '"', '\\', '=' or not ASCII. (A borrow or a
// carry into the next octet only comes from one for which a bit is set.)
std::uint64_t unplain(std::uint64_t text) {
    constexpr auto high = eight_of(0x80), one = eight_of(1);
    const auto is = [&](unsigned char c) {
        const auto other = text ^ eight_of(c);
        return (other - one) & ~other;
    };
    return (text | (text + one) | ((text - eight_of(0x20)) & ~text) | is('"') | is('\\') | is('=')) & high;
}
template <typename Integer>
std::uint64_t copy(const char* from, char* to) {
    Integer value;
    std::memcpy(&value, from, sizeof value);
    std::memcpy(to, &value, sizeof value);
    return value;
}

// Writes what a quoted string can have as it is, and a header of ASCII too: most texts. They are looked at
// while they are copied; false, and nothing is written, when it is another.
bool write_plain(Output& out, std::string_view text) {
    const auto size = text.size();
    if (size > longest_quoted) return false;
    char* const begin = out.room(size + 2);
    char* to = begin;
    *to++ = '"';
    const char* at = text.data();
    std::uint64_t found = 0;
    if (size >= 8) {
        const char* const last = at + size - 8;
        for (; at < last; at += 8, to += 8)
            found |= unplain(copy<std::uint64_t>(at, to));
        to = begin + 1 + size - 8;
        found |= unplain(copy<std::uint64_t>(last, to));
    } else if (size >= 4) {
        const auto first = copy<std::uint32_t>(at, to);
        found = unplain(first | copy<std::uint32_t>(at + size - 4, to + size - 4) << 32);
    } else {
        std::uint64_t few = eight_of(' ');
        for (const char c : text) {
            few = few << 8 | static_cast<unsigned char>(c);
            *to++ = c;
        }
        found = unplain(few);
    }
    if (found != 0) return false;
    begin[1 + size] = '"';
    out.wrote(begin + size + 2);
    return true;
}

// Words of RFC 2047, as one quoted string; false when they do not fit into one, and nothing is written.
bool write_words(Output& out, std::string_view text) {
    constexpr std::string_view begin = "=?utf-8?B?", end = "?=";
    if (text.size() > longest_quoted / 2 || !mime::is_valid_utf8(text) ||
        text.find('\0') != std::string_view::npos)
        return false;
    const auto before = out.size();
    // A word may hold a few octets less than it could, because a character is not cut.
    constexpr auto least = encoded_word_octets - 3;
    char* at = out.room(2 + (text.size() / least + 1) *
                                (begin.size() + encoded_word_octets / 3 * 4 + end.size() + 1));
    *at++ = '"';
    for (bool first = true; !text.empty(); first = false) {
        const auto piece = mime::utf8_prefix(text, encoded_word_octets);
        if (!first) *at++ = ' ';
        at = std::copy(begin.begin(), begin.end(), at);
        at = encode_base64(piece, at);
        at = std::copy(end.begin(), end.end(), at);
        text.remove_prefix(piece.size());
    }
    *at++ = '"';
    out.wrote(at);
    if (out.size() - before <= longest_quoted + 2) return true;
    out.cut(before);
    return false;
}

} // namespace

void write_number(Output& out, std::uint64_t number) {
    constexpr std::size_t most_digits = 20;
    char* const at = out.room(most_digits);
    out.wrote(std::to_chars(at, at + most_digits, number).ptr);
}

void write_literal_header(Output& out, std::uint64_t octets, bool literal8) {
    out.put(literal8 ? std::string_view("~{") : std::string_view("{"));
    write_number(out, octets);
    out.put("}\r\n");
}

void write_string(Output& out, std::string_view text, Wire wire) {
    if (write_plain(out, text)) return;
    switch (form_of(text, wire)) {
    case StringForm::literal: write_as_literal(out, text); return;
    case StringForm::literal_without_nul: {
        std::string clean(text);
        clean.erase(std::remove(clean.begin(), clean.end(), '\0'), clean.end());
        write_string(out, clean, wire);
        return;
    }
    case StringForm::quoted_escaped: write_escaped(out, text); return;
    case StringForm::quoted: write_quoted(out, text);
    }
}

void write_nstring(Output& out, std::optional<std::string_view> text, Wire wire) {
    if (text)
        write_string(out, *text, wire);
    else
        out.put("NIL");
}

void write_astring(Output& out, std::string_view text, Wire wire) {
    if (is_all(text, class_astring) && text != "NIL")
        out.put(text);
    else
        write_string(out, text, wire);
}

void write_text(Output& out, std::string_view text, Wire wire) {
    if (write_plain(out, text)) return;
    if (wire.utf8 || !needs_encoded_words(text)) return write_string(out, text, wire);
    if (!write_words(out, text)) write_string(out, encode_words(text), wire);
}

void write_mailbox(std::string& out, std::string_view name, Wire wire) {
    if (wire.utf8)
        write_astring(out, name, wire);
    else
        write_astring(out, encode_utf7(name), wire);
}

bool needs_encoded_words(std::string_view text) {
    return (octets_of(text) & (control | eight_bit)) != 0 || text.find("=?") != std::string_view::npos;
}

std::string encode_words(std::string_view text) {
    if (!needs_encoded_words(text)) return std::string(text);
    const std::string clean = mime::repair_utf8(text);
    std::string out;
    for (std::string_view rest = clean; !rest.empty();) {
        const auto piece = mime::utf8_prefix(rest, encoded_word_octets);
        if (!out.empty()) out += ' ';
        out.append("=?utf-8?B?").append(encode_base64(piece)).append("?=");
        rest.remove_prefix(piece.size());
    }
    return out;
}

} // namespace facteur::imap
