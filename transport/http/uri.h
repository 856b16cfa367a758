// Writing parts of URIs (RFC 3986). Reading them is `percent_decode` and `Request::parameter` (message.h).
#pragma once

#include <string>
#include <string_view>

namespace facteur::http {

// Everything but unreserved characters (§2.3) is encoded: right for one segment of a path and for names and
// values of a query.
std::string percent_encode(std::string_view text);

} // namespace facteur::http
