// Makes a delivery status notification: multipart/report (RFC 6522) of a text for a human in the sender's
// language, the report for machines (RFC 3464, 6533), and the message that it is about, or its header (RFC
// 3461 §4.3).
//
// It goes from the null path, to `sender`; whether he is to hear of it says `is_wanted` (`report.h`), of each
// recipient. Thread-safety: pure function but for the random numbers that it is handed.
#pragma once

#include "transport/base/result.h"
#include "transport/dsn/explain.h"
#include "transport/dsn/report.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace facteur::dsn {

struct Notice {
    Report report;
    std::string sender;       // whom it is for
    std::string_view message; // that it is about: whole, or its header alone
    // `full`: the whole message goes back with a failure, when it is no larger than `max_returned_octets` and
    // may travel as it is. Else its header.
    smtp::Return ret = smtp::Return::unsaid;
    Language language = Language::both;
    std::string domain;            // of postmaster and of Message-ID
    std::string message_id;        // without < >; empty: a new one
    std::int64_t at = 0;           // seconds UTC
    std::int32_t zone_minutes = 0; // of the sender's clock, east of UTC
    bool smtputf8 = true;  // the way to the sender takes UTF-8 in headers (RFC 6531); our own store does
    bool eight_bit = true; // and in bodies (8BITMIME)
    std::function<std::uint64_t()> random; // for the boundary: nobody may guess it
};
inline constexpr std::size_t max_returned_octets = 1u << 20;         // of a whole message
inline constexpr std::size_t max_returned_header_octets = 64u << 10; // cut at a line's end

// Code::malformed: `sender` cannot be written, or not without SMTPUTF8.
Result<std::string> write(const Notice& notice);

} // namespace facteur::dsn
