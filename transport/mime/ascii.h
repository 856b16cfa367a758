// Octets as the grammars of RFC 5322 and 2045 class them, and lines. Private to transport/mime.
#pragma once

#include "transport/base/ascii.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace facteur::mime {

using ascii::append_utf8;
using ascii::has_prefix_text;
using ascii::hex_value;
using ascii::is_alpha;
using ascii::is_digit;
using ascii::is_line_end;
using ascii::is_space;
using ascii::is_wsp;
using ascii::lowered;
using ascii::same_text;
using ascii::to_lower;
using ascii::trimmed;

constexpr bool is_eight_bit(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}
constexpr std::string_view hex_digits = "0123456789ABCDEF";

// "<x>" and " x " as "x".
inline std::string_view without_angles(std::string_view text) {
    text = trimmed(text);
    if (!text.empty() && text.front() == '<') text.remove_prefix(1);
    if (!text.empty() && text.back() == '>') text.remove_suffix(1);
    return trimmed(text);
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
