// Who makes a request: a password in the Authorization header (RFC 7617) or the cookie of a web session.
//
// Passwords and cookies are taken over TLS only, or from this host itself when [auth] plaintext_on_loopback
// allows it. A browser sends cookies (and passwords that it knows) by itself, whichever page asked, so what
// changes something, and what opens a stream, must come from a page of ours: Sec-Fetch-Site or Origin say so.
#pragma once

#include "actors/session/http/http_session.h"

#include <functional>

namespace facteur {

// Calls `then` in the session when the request's identity is known; else answers the request (401, 403, 429
// or 503, RFC 9110 and 6585) and does not.
void identify(HttpSession* self, std::function<void()> then);
// The same for a request that is answered in either case: nothing when it comes with no valid session.
std::optional<Caller> find_session(const HttpContext& context, const Exchange& exchange);

// Its session or password has not ended since.
bool is_still_valid(const Services& services, const Caller& identity);

// What the headers say about the page that a request came from.
enum class Origin { same, unknown, other };
Origin origin_of(const Exchange& exchange);
// A secret may be sent this way.
bool takes_secrets(const HttpContext& context, const Exchange& exchange);

inline constexpr std::string_view session_cookie = "facteur";
inline constexpr std::string_view insecure_text = "Passwords and sessions are taken over TLS only.";
inline constexpr std::string_view other_origin_text = "This request came from another site.";

} // namespace facteur
