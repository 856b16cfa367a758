#include "transport/imap/strings.h"

#include "transport/base/base64.h"
#include "transport/imap/mailbox_name.h"
#include "transport/imap/syntax.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <array>
#include <charconv>

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

void write_as_literal(std::string& out, std::string_view text) {
    write_literal_header(out, text.size());
    out += text;
}

void write_escaped(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

} // namespace

void write_number(std::string& out, std::uint64_t number) {
    char buffer[20];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    out.append(buffer, end);
}

void write_literal_header(std::string& out, std::uint64_t octets, bool literal8) {
    out += literal8 ? "~{" : "{";
    write_number(out, octets);
    out += "}\r\n";
}

void write_string(std::string& out, std::string_view text, Wire wire) {
    switch (form_of(text, wire)) {
    case StringForm::literal: write_as_literal(out, text); return;
    case StringForm::literal_without_nul: {
        std::string clean(text);
        clean.erase(std::remove(clean.begin(), clean.end(), '\0'), clean.end());
        write_string(out, clean, wire);
        return;
    }
    case StringForm::quoted_escaped: write_escaped(out, text); return;
    case StringForm::quoted: break;
    }
    out += '"';
    out += text;
    out += '"';
}

void write_nstring(std::string& out, std::optional<std::string_view> text, Wire wire) {
    if (text)
        write_string(out, *text, wire);
    else
        out += "NIL";
}

void write_astring(std::string& out, std::string_view text, Wire wire) {
    if (is_all(text, class_astring) && text != "NIL")
        out += text;
    else
        write_string(out, text, wire);
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
