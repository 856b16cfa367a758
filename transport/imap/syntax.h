// The character classes of IMAP's grammar (RFC 9051 §9). Thread-safety: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace facteur::imap {

enum CharClass : std::uint8_t {
    class_atom = 1,    // ATOM-CHAR
    class_astring = 2, // ASTRING-CHAR
    class_list = 4,    // list-char
    class_tag = 8,     // a tag's
};

constexpr std::array<std::uint8_t, 256> make_char_classes() {
    std::array<std::uint8_t, 256> table{};
    for (int c = 0x21; c < 0x7f; ++c) {
        const char ch = static_cast<char>(c);
        constexpr std::string_view specials = "(){%*\"\\]";
        const bool atom = specials.find(ch) == std::string_view::npos;
        std::uint8_t bits = 0;
        if (atom) bits |= class_atom;
        if (atom || ch == ']') bits |= class_astring;
        if (atom || ch == ']' || ch == '%' || ch == '*') bits |= class_list;
        if ((atom || ch == ']') && ch != '+') bits |= class_tag;
        table[static_cast<std::size_t>(c)] = bits;
    }
    return table;
}
inline constexpr auto char_classes = make_char_classes();

constexpr bool is_of(char c, CharClass wanted) {
    return (char_classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

constexpr bool is_all(std::string_view text, CharClass wanted) {
    for (const char c : text)
        if (!is_of(c, wanted)) return false;
    return !text.empty();
}

} // namespace facteur::imap
