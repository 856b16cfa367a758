// Answers that many handlers give. Pure functions, any thread.
#pragma once

#include "transport/http/message.h"

#include <string>
#include <string_view>

namespace facteur {

// A problem document (RFC 7807) without a type of its own. `detail`: one sentence for a human.
http::Response problem(int status, std::string_view detail);
// A limit of JMAP was met (RFC 8620 §3.6.1).
http::Response limit_problem(int status, std::string_view limit, std::string_view detail);
http::Response json_answer(int status, std::string json);
http::Response empty_answer(int status);

} // namespace facteur
