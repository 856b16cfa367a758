// Well-formedness of UTF-8 (Unicode §3.9). Private to transport/mime.
#pragma once

#include <cstddef>
#include <string_view>

namespace facteur::mime {

// What begins at `text[at]`: a well-formed character of `size` octets, or the maximal part of one that is
// not.
struct Utf8Sequence {
    std::size_t size = 1;
    bool valid = false;
    bool cut = false; // not valid, but more octets after the end of the text could make it so
};
Utf8Sequence utf8_sequence(std::string_view text, std::size_t at);

// The octets of ASCII from `at` on.
std::size_t ascii_run(std::string_view text, std::size_t at);

} // namespace facteur::mime
