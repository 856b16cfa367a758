// APPEND and REPLACE in pieces: RFC 9051 §6.3.12 with MULTIAPPEND (RFC 3502), BINARY (3516), CATENATE (4469),
// UTF8 (6855) and REPLACE (8508). The command reader gives these events.
//
//   AppendStarted
//   { AppendMessageStarted { AppendUrl | AppendData AppendChunk* }+ AppendMessageEnded }+
//   AppendEnded
//
// A plain message has one AppendData. `CommandRejected` may come anywhere between and ends it all: forget
// what came. A message of 0 octets means that the client gave up (RFC 3502 §3): answer NO and keep nothing.
#pragma once

#include "transport/mime/headers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

struct ReplacedMessage {
    bool uid = false;
    std::uint32_t number = 1; // `star`: the last one
    bool operator==(const ReplacedMessage&) const = default;
};
struct AppendStarted {
    std::string tag;
    std::string mailbox;
    std::optional<ReplacedMessage> replaces;
    bool operator==(const AppendStarted&) const = default;
};
struct AppendMessageStarted {
    std::vector<std::string> flags;
    std::optional<mime::Date> internal_date;
    bool utf8 = false;     // UTF8 (~{…}): the header has UTF-8
    bool catenate = false; // comes in several parts
    bool operator==(const AppendMessageStarted&) const = default;
};
struct AppendUrl { // a part of CATENATE: see url.h. One that is not there: NO [BADURL …]
    std::string url;
    bool operator==(const AppendUrl&) const = default;
};
// Octets of a message come. Answer: `accept_data` or `reject`.
struct AppendData {
    std::uint64_t octets = 0;
    bool literal8 = false; // NULs may be in it
    bool operator==(const AppendData&) const = default;
};
struct AppendChunk {
    std::string_view bytes; // lives until the following call of the reader
    bool operator==(const AppendChunk&) const = default;
};
struct AppendMessageEnded {
    bool operator==(const AppendMessageEnded&) const = default;
};
struct AppendEnded {
    bool operator==(const AppendEnded&) const = default;
};

} // namespace facteur::imap
