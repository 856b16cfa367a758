// A JMAP request (RFC 8620 §3.3): parsed once, its method calls kept as views.
//
// `parse_request` checks the size, that it is I-JSON (else notJSON), that it has the form of a request (else
// notRequest), that it uses only capabilities that the server has (else unknownCapability), and the number
// of calls (else limit). Arguments are not looked into. A request owns what its calls point to and is moved,
// not copied. One thread at a time.
#pragma once

#include "transport/jmap/capability.h"
#include "transport/jmap/errors.h"
#include "transport/jmap/limits.h"
#include "transport/jmap/value.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::jmap {

struct Invocation {
    std::string_view name; // "Email/get"
    Object arguments;
    std::string_view call_id;
};

using CreatedIds = std::map<std::string, std::string, std::less<>>; // creation id → id

struct Request {
    Document document;
    std::uint32_t capabilities = 0; // bits of `bit_of`
    std::vector<Invocation> calls;
    bool gives_created_ids = false; // then the response tells them too
    CreatedIds created_ids;

    [[nodiscard]] bool uses(Capability capability) const { return (capabilities & bit_of(capability)) != 0; }
};

// `supported`: bits of the capabilities that the server has.
tl::expected<Request, RequestError> parse_request(std::string_view body, std::uint32_t supported,
                                                  const Limits& limits = {});
// The same from a document that was parsed already (a WebSocket frame); `root` is its value.
tl::expected<Request, RequestError> make_request(Document document, std::uint32_t supported,
                                                 const Limits& limits = {});

} // namespace facteur::jmap
