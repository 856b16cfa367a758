#include "bench/generate/charset.h"

#include "transport/mime/write.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace facteur::generate {
namespace {

char32_t take_character(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size && i < text.size(); ++i)
        c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
    text.remove_prefix(std::min(size, text.size()));
    return c;
}

using Table = std::array<std::pair<char32_t, unsigned char>, 9>;
constexpr Table windows = {{{0x20AC, 0x80},
                            {0x2026, 0x85},
                            {0x0152, 0x8C},
                            {0x2018, 0x91},
                            {0x2019, 0x92},
                            {0x201C, 0x93},
                            {0x201D, 0x94},
                            {0x2014, 0x97},
                            {0x0153, 0x9C}}};
constexpr Table latin9 = {{{0x20AC, 0xA4},
                           {0x0160, 0xA6},
                           {0x0161, 0xA8},
                           {0x017D, 0xB4},
                           {0x017E, 0xB8},
                           {0x0152, 0xBC},
                           {0x0153, 0xBD},
                           {0x0178, 0xBE},
                           {0, 0}}};

std::string nearest(char32_t c) {
    switch (c) {
    case 0x2019:
    case 0x2018: return "'";
    case 0x201C:
    case 0x201D: return "\"";
    case 0x2026: return "...";
    case 0x2013:
    case 0x2014: return "-";
    case 0x20AC: return "EUR";
    case 0x0153: return "oe";
    case 0x0152: return "OE";
    default: return "?";
    }
}

// ASCII without accents, as some still write.
std::string unaccented(char32_t c) {
    constexpr std::string_view from_c0 = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";
    if (c >= 0xC0 && c < 0x100) return std::string(1, from_c0[c - 0xC0]);
    if (c == 0xAB || c == 0xBB) return "\"";
    if (c == 0xA0) return " ";
    return nearest(c);
}

// RFC 2152.
std::string utf7(std::string_view text) {
    std::string out, units;
    const auto flush = [&] {
        if (units.empty()) return;
        std::string word = mime::base64_encode(units);
        word.erase(std::min(word.find('='), word.size()));
        out += "+" + word + "-";
        units.clear();
    };
    while (!text.empty()) {
        const char32_t c = take_character(text);
        if (c < 0x80) {
            flush();
            out += c == '+' ? std::string("+-") : std::string(1, static_cast<char>(c));
        } else {
            units += static_cast<char>(c >> 8);
            units += static_cast<char>(c & 0xFF);
        }
    }
    flush();
    return out;
}

} // namespace

std::string encoded(std::string_view text, std::string_view charset) {
    if (charset == "utf-8") return std::string(text);
    if (charset == "utf-7") return utf7(text);
    std::string out;
    while (!text.empty()) {
        const char32_t c = take_character(text);
        const Table& table = charset == "iso-8859-15" ? latin9 : windows;
        const auto found = charset == "iso-8859-1" || c < 0x100
                               ? table.end()
                               : std::find_if(table.begin(), table.end(),
                                              [&](const auto& entry) { return entry.first == c; });
        if (c < 0x80 || (c < 0x100 && charset != "us-ascii"))
            out += static_cast<char>(c);
        else if (charset == "us-ascii")
            out += unaccented(c);
        else if (found != table.end())
            out += static_cast<char>(found->second);
        else
            out += nearest(c);
    }
    return out;
}

} // namespace facteur::generate
