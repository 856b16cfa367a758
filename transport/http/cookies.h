// Setting cookies (RFC 6265 §4.1). Reading them is `Request::cookie` (message.h).
//
// Defaults are those of a session: out of scripts' reach, sent over TLS alone, never from another site.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::http {

enum class SameSite { strict, lax, none };

struct SetCookie {
    std::string name, value; // letters, digits and -_.~ are always right; what breaks the header is dropped
    std::string path = "/";
    std::optional<std::int64_t> max_age; // seconds; nothing: until the browser closes; 0: delete it
    bool http_only = true, secure = true;
    SameSite same_site = SameSite::strict;
};

// The value of a Set-Cookie header.
std::string write_set_cookie(const SetCookie& cookie);

} // namespace facteur::http
