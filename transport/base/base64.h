// Base64 as protocols exchange it (RFC 4648 §4): strict, padded, on one line. Mail bodies, which want
// leniency and lines, have their own in `transport/mime`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facteur {

std::string encode_base64(std::string_view bytes);
// The same to where there is room for it: four octets for each three or fewer. Where it ends.
char* encode_base64(std::string_view bytes, char* to);

// Nothing when there is an octet outside the alphabet, wrong padding, or bits set that encode no octet.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace facteur
