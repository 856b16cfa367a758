// Octets as the grammars of RFC 5322 and 2045 class them, and lines. Private to transport/mime.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace facteur::mime {

constexpr bool is_wsp(char c) {
    return c == ' ' || c == '\t';
}
constexpr bool is_line_end(char c) {
    return c == '\r' || c == '\n';
}
constexpr bool is_space(char c) {
    return is_wsp(c) || is_line_end(c);
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_eight_bit(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}
constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr std::string_view hex_digits = "0123456789ABCDEF";

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

inline std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = to_lower(c);
    return out;
}

inline bool same_text(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

inline bool has_prefix_text(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && same_text(text.substr(0, prefix.size()), prefix);
}

inline std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

// "<x>" and " x " as "x".
inline std::string_view without_angles(std::string_view text) {
    text = trimmed(text);
    if (!text.empty() && text.front() == '<') text.remove_prefix(1);
    if (!text.empty() && text.back() == '>') text.remove_suffix(1);
    return trimmed(text);
}

// Appends one character; surrogates and what lies past U+10FFFF become U+FFFD.
inline void append_utf8(std::string& out, char32_t c) {
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

// A line that ends in CRLF, LF or with the text.
struct Line {
    std::size_t begin = 0;
    std::size_t end = 0;  // without its line end
    std::size_t next = 0; // where the next line begins

    std::string_view of(std::string_view bytes) const { return bytes.substr(begin, end - begin); }
    bool has_line_end() const { return next != end; }
};

inline Line line_at(std::string_view bytes, std::size_t at) {
    const void* found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    if (found == nullptr) return {at, bytes.size(), bytes.size()};
    const auto feed = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    const bool crlf = feed > at && bytes[feed - 1] == '\r';
    return {at, crlf ? feed - 1 : feed, feed + 1};
}

} // namespace facteur::mime
