// Every limit of an IMAP connection, with its default and reason.
#pragma once

#include <cstdint>

namespace facteur::imap {

struct Limits {
    std::uint32_t command_octets = 65'536; // of a command without literals; RFC 7162 §4 wants 8,192
    std::uint32_t literal_octets = 65'536; // of all literals of a command but messages: names, searched text
    std::uint32_t early_octets = 4096;     // both of the above before a sign-in; a login needs no more
    std::uint64_t message_octets = 50'000'000;  // of one message of APPEND, announced by APPENDLIMIT
    std::uint64_t append_octets = 500'000'000;  // of all messages of one MULTIAPPEND
    std::uint32_t append_messages = 1000;       // of one MULTIAPPEND
    std::uint32_t catenate_parts = 1000;        // of one message
    std::uint64_t skipped_octets = 100'000'000; // of a refused command that is read over, then BYE
    std::uint32_t auth_octets = 12'288;         // of a line of AUTHENTICATE (RFC 4422 mechanisms stay under)
    std::uint32_t nesting = 50;                 // of parentheses in SEARCH; people's stay under 10
    std::uint32_t list_items = 2000;   // keys of one SEARCH, items of one FETCH, flags, names: each of them
    std::uint32_t set_ranges = 10'000; // of one sequence set: a line has no room for many more
    std::uint32_t part_depth = 60;     // numbers of one section, as deep as mime::Limits goes
    std::uint32_t pipelined_octets = 262'144; // input kept while an answer is awaited; then reading pauses
    std::uint32_t bad_commands = 30;          // answered BAD, then BYE
    std::uint32_t auth_failures = 5;          // on a connection, then BYE
    std::uint32_t early_commands = 100;       // before a sign-in, then BYE
};

} // namespace facteur::imap
