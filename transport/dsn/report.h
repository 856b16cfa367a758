// What a delivery status notification says, for machines: the fields of message/delivery-status (RFC 3464)
// and of its form with UTF-8 (RFC 6533). `write_fields` and `read_fields` are each other's inverse.
//
// `write.h` makes a whole notice of a report, `read.h` finds the report in a notice that came. All text is
// UTF-8; what could end or fold a field is replaced when it is written. Thread-safety: pure functions.
#pragma once

#include "transport/smtp/parameters.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::dsn {

// RFC 3464 §2.3.3
enum class Action {
    failed,    // given up
    delayed,   // not yet; trying goes on
    delivered, // into a mailbox
    relayed,   // to a server that sends no reports
    expanded,  // to the members of a list, each of whom may be reported on
};
std::string_view name_of(Action action);

struct RecipientReport {
    std::string address;                             // Final-Recipient, without its type
    std::optional<smtp::OriginalRecipient> original; // as ORCPT said
    Action action = Action::failed;
    std::string status;      // "5.1.1"; empty when written: 5.0.0, 4.0.0 or 2.0.0 after the action
    std::string remote_host; // that answered; empty: none did
    std::string diagnostic;  // what it said: "550 5.1.1 No such user"; empty: nothing
    std::string diagnostic_type = "smtp";           // lower case; "x-…" for others
    std::int64_t last_attempt = 0, retry_until = 0; // seconds UTC; 0: unsaid
    bool operator==(const RecipientReport&) const = default;
};

struct Report {
    std::string host;         // Reporting-MTA, without its type
    std::string envelope_id;  // ENVID, decoded; empty: unsaid
    std::int64_t arrival = 0; // of the message; seconds UTC; 0: unsaid
    std::vector<RecipientReport> recipients;
    bool operator==(const Report&) const = default;
};

// Lines with CRLF. `utf8`: text that is not ASCII is written as it is (message/global-delivery-status), else
// as RFC 6533 §3 writes it in ASCII ("\x{E9}").
std::string write_fields(const Report& report, bool utf8);
inline constexpr std::size_t max_diagnostic_octets = 2000; // that are written

// Never fails; fields that are not there stay empty. Recipients without Final-Recipient are passed over, and
// so are those after the first `max_read_recipients`.
Report read_fields(std::string_view text);
inline constexpr std::size_t max_read_recipients = 10'000; // no message of ours has more
inline constexpr std::size_t max_read_octets = 4096;       // of one field

} // namespace facteur::dsn
