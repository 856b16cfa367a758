// Charsets, in pieces. Private to transport/mime.
#pragma once

#include "transport/mime/decode.h"

namespace facteur::mime {

// `to_utf8` of the beginning of a longer text: a character that `bytes` cut at their end is left out, and is
// no problem.
Utf8 to_utf8_beginning(std::string_view bytes, std::string_view charset);

} // namespace facteur::mime
