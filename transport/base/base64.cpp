#include "transport/base/base64.h"

#include <array>
#include <cstdint>

namespace facteur {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}
constexpr auto values = make_values();

} // namespace

std::string encode_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '\0');
    encode_base64(bytes, out.data());
    return out;
}

char* encode_base64(std::string_view bytes, char* to) {
    const auto octet = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(bytes[at])}; };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const auto bits = octet(i) << 16 | octet(i + 1) << 8 | octet(i + 2);
        for (unsigned shift = 24; shift > 0; shift -= 6)
            *to++ = alphabet[bits >> (shift - 6) & 63];
    }
    if (i == bytes.size()) return to;
    const bool has_two = i + 2 == bytes.size();
    const auto bits = octet(i) << 16 | (has_two ? octet(i + 1) << 8 : 0u);
    *to++ = alphabet[bits >> 18];
    *to++ = alphabet[bits >> 12 & 63];
    *to++ = has_two ? alphabet[bits >> 6 & 63] : '=';
    *to++ = '=';
    return to;
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    text.remove_suffix(padding);
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto value = values[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
        }
    }
    if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
    return out;
}

} // namespace facteur
