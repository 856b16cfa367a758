// How functions of `store` say that something went wrong: a `Result<T>` holds a value or an `Error`, whose
// code callers branch on and whose message is for a human (English, one sentence, no secret). Nothing in
// `store` throws across its public headers.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>

namespace facteur::store {

enum class Code {
    not_found,    // no such account, mailbox, email, body
    exists,       // a name or address is taken
    invalid,      // the caller asked for something that cannot be (a refused plan, a bad argument)
    stale,        // history before this modseq is no longer kept, or an `ifInState` did not match
    over_quota,   // the account's limit of bytes or messages would be passed
    busy,         // a lane's queue is full: try later
    full,         // no space left on the device or in the map
    corrupt,      // a checksum, a row or an index is not what it must be
    newer_schema, // the store was written by a newer Facteur
    io,           // the operating system failed
    stopped,      // the store is closing
    forbidden,    // who asks has not the right to it
};

struct Error {
    Code code;
    std::string message;
};

// Something that is not what it must be.
struct Finding {
    std::uint16_t shard = 0;
    std::uint32_t account = 0; // 0: not of one account
    std::string what;          // one sentence: the row or index, what it says and what it should say
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Code code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

} // namespace facteur::store
