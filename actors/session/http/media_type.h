// Media types that strangers chose (RFC 9110 §8.3.1). Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace facteur {

// "type/subtype" in lower case with its parameters; "application/octet-stream" when it is anything else.
std::string clean_media_type(std::string_view text);

// The type that a download may have: the same, but for what a page of ours could be made to run or to style
// itself with (scripts, style sheets, WebAssembly) and what a browser renders as a document (HTML, XML):
// those become "application/octet-stream". With nosniff, no other type is taken for one of them.
std::string safe_media_type(std::string_view text);

} // namespace facteur
