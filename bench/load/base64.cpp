#include "bench/load/base64.h"

#include <cstdint>

namespace facteur::load {

std::string base64(std::string_view bytes) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve(bytes.size() * 4 / 3 + 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<std::uint8_t>(c);
        for (held += 8; held >= 6; held -= 6)
            out.push_back(alphabet[bits >> (held - 6) & 63]);
    }
    if (held > 0) out.push_back(alphabet[bits << (6 - held) & 63]);
    while (out.size() % 4 != 0)
        out.push_back('=');
    return out;
}

} // namespace facteur::load
