// Every limit of an SMTP connection, with its default and reason.
#pragma once

#include <cstdint>

namespace facteur::smtp {

struct Limits {
    std::uint64_t message_octets = 50'000'000; // announced by SIZE; what large servers take today
    std::uint32_t recipients = 1000;           // of one message; RFC 5321 §4.5.3.1.8 wants at least 100
    std::uint32_t command_octets = 2048; // with CRLF; RFC 5321 §4.5.3.1.4 wants 512, DSN and UTF-8 add more
    std::uint32_t auth_octets = 12'288;  // of a line of AUTH with CRLF (RFC 4954 §4)
    std::uint32_t text_line_octets = 100'000; // RFC 5321 wants 998; real programs send whole paragraphs
    std::uint32_t header_octets = 1'000'000;  // long References and ARC chains stay under a tenth of it
    std::uint32_t pipelined_octets = 262'144; // input kept while an answer is awaited; then reading pauses
    std::uint32_t errors = 20;                // commands refused by the machine itself, then 421
    std::uint32_t refused_recipients = 100;   // on a connection, then 421: slows the harvest of addresses
    std::uint32_t auth_failures = 5;          // on a connection, then 421
    std::uint32_t transactions = 1000;        // on a connection, then 421: lets load balance
    std::uint32_t idle_commands = 1000;       // NOOP, RSET, VRFY, HELP, EHLO between two messages, then 421
    std::uint32_t hops = 50;                  // Received fields of one message: more is a loop (5.4.6)
    std::uint32_t hold_seconds = 0;           // FUTURERELEASE (RFC 4865), submission only; 0: not offered
};

} // namespace facteur::smtp
