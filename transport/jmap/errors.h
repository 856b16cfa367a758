// The three kinds of JMAP errors and how they look: the whole request is refused (RFC 8620 §3.6.1, a problem
// document of RFC 7807), one method call is refused (§3.6.2), one object of a /set is refused (§5.3).
#pragma once

#include "transport/jmap/writer.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::jmap {

// ---- the request
// -----------------------------------------------------------------------------------------

struct RequestError {
    enum class Type { not_json, not_request, unknown_capability, limit };
    Type type = Type::not_json;
    std::string detail; // for a human
    std::string limit;  // of Type::limit: the name of the limit, as in the capabilities object
    static constexpr int status = 400;
};
// The members of the problem document, into an open object.
void write_members(const RequestError& error, Writer& out);
// The whole document, for a body of type application/problem+json.
std::string problem_json(const RequestError& error);

// ---- a method call
// ---------------------------------------------------------------------------------------

struct MethodError {
    std::string_view type; // a literal: "invalidArguments", "stateMismatch"…
    std::string description;
};
using MethodResult = tl::expected<void, MethodError>;
template <typename T>
using Expected = tl::expected<T, MethodError>;

inline tl::unexpected<MethodError> method_error(std::string_view type, std::string description = {}) {
    return tl::unexpected<MethodError>(MethodError{type, std::move(description)});
}
inline tl::unexpected<MethodError> invalid_arguments(std::string description) {
    return method_error("invalidArguments", std::move(description));
}
// The arguments of the "error" response: {"type": …, "description": …}.
void write(const MethodError& error, Writer& out);

// ---- an object of a /set
// ---------------------------------------------------------------------------------

struct SetError {
    std::string_view type = "invalidProperties"; // a literal
    std::string description;
    std::vector<std::string> properties; // invalidProperties
    std::string existing_id;             // alreadyExists
    std::vector<std::string> not_found;  // blobNotFound
    std::uint64_t max_size = 0;          // tooLarge of EmailSubmission
    std::uint64_t max_recipients = 0;    // tooManyRecipients
    std::vector<std::string> invalid_recipients;
};
inline SetError set_error(std::string_view type, std::string description = {}) {
    return {type, std::move(description), {}, {}, {}, 0, 0, {}};
}
inline SetError invalid_properties(std::vector<std::string> properties, std::string description = {}) {
    return {"invalidProperties", std::move(description), std::move(properties), {}, {}, 0, 0, {}};
}
void write(const SetError& error, Writer& out);

} // namespace facteur::jmap
