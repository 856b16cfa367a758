// What the session object says of a user (RFC 8620 §2).
#pragma once

#include "actors/session/http/context.h"
#include "actors/session/http/exchange.h"

#include <string>

namespace facteur {

// Of what all session objects say. To be made once (HttpContext).
std::uint64_t fingerprint_of_sessions(const jmap::Limits& limits);
// Changes when something in the user's session object does.
std::string session_state(const HttpContext& context, const store::AccountRow& user);
// The session object; its URLs are those of the host that the request was made to.
std::string session_object(const HttpContext& context, const Exchange& exchange);

} // namespace facteur
