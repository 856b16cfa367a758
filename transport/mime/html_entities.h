// Character references of HTML. Private to transport/mime.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace facteur::mime {

// `html` begins with "&". Appends the character that it means and returns the octets of the reference; 0 when
// it is none. Looks at 32 octets at most.
std::size_t append_reference(std::string& out, std::string_view html);

} // namespace facteur::mime
