#include "transport/http/uri.h"

namespace facteur::http {

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out.push_back(c);
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out.push_back('%');
            out.push_back(digits[octet >> 4]);
            out.push_back(digits[octet & 15]);
        }
    }
    return out;
}

} // namespace facteur::http
