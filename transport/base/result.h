// How functions of `transport` say that something went wrong.
//
// A `Result<T>` holds a value or an `Error`: a code that callers branch on and a message for a human
// (English, one sentence, no secret, no untrusted bytes). Nothing in `transport` throws across its public
// headers.
#pragma once

#include <tl/expected.hpp>

#include <string>

namespace facteur {

enum class Code {
    malformed,   // the input breaks its grammar
    too_large,   // a limit of size, depth or count was met
    unsupported, // well formed, but not something we do
    io,          // the operating system or the peer failed
    tls,         // a handshake, certificate or key was refused
    closed,      // the other side is gone
};

struct Error {
    Code code;
    std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Code code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

} // namespace facteur
