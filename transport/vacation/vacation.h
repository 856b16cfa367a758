// The automatic answer of someone who is away: whether a message gets one (RFC 3834 §2, RFC 8621 §8, RFC 5230
// §4.6), and the answer itself (RFC 3834 §3).
//
// What is not here: that nobody gets two of them in a period. The store keeps when `once_key` was last
// answered and must look before it answers.
//
// Thread-safety: pure functions but for the random numbers that are handed in.
#pragma once

#include "transport/base/result.h"
#include "transport/mime/headers.h"
#include "transport/smtp/address.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::vacation {

// VacationResponse of RFC 8621 §8; times in seconds UTC.
struct Vacation {
    bool is_enabled = false;
    std::optional<std::int64_t> from, to; // `to` is the first moment that is not in it
    std::optional<std::string> subject, text, html;
    bool operator==(const Vacation&) const = default;
};

// Whoever answers.
struct Owner {
    std::string name;                   // may be empty
    std::vector<std::string> addresses; // all of his; the first is used when none was written to
    std::string locale;                 // "fr", "en"
};

enum class Verdict {
    answer,
    disabled,
    not_begun,
    over,
    null_sender, // a bounce: RFC 3834 §2, RFC 5321 §4.5.5
    robot,       // owner-…, …-request, mailer-daemon, noreply
    own,         // from one of the owner's own addresses
    automatic,   // Auto-Submitted, a report, a notice
    suppressed,  // X-Auto-Response-Suppress
    bulk,        // Precedence
    list,        // List-*
    junk,        // marked as spam
    not_named,   // no address of the owner's in To, Cc, Bcc or Resent-*: RFC 3834 §2, against lists and Bcc
};
std::string_view name_of(Verdict verdict); // for logs: "not_named"

// `header` of the message that came from `sender`; nothing: the null path.
Verdict decide(const Vacation& vacation, const Owner& owner, std::string_view header,
               const std::optional<smtp::Mailbox>& sender, std::int64_t now);

// Names the pair of a vacation and a sender: 64 octets of hexadecimal digits. Other dates or another text
// make another key, so that people hear of the new ones. Case in addresses makes none.
std::string once_key(const Vacation& vacation, const smtp::Mailbox& sender);
// Seconds for which a key that was answered is not answered again (RFC 3834 §2 suggests seven days).
inline constexpr std::int64_t once_period = 7 * 86'400;

struct Answer {
    const Vacation* vacation = nullptr;
    const Owner* owner = nullptr;
    std::string_view header; // of the message that is answered
    smtp::Mailbox to;        // its reverse-path: the answer goes there, itself from the null path
    std::string domain;      // of Message-ID
    std::int64_t at = 0;     // seconds UTC
    std::int32_t zone_minutes = 0;
    bool smtputf8 = false; // the way to `to` takes UTF-8 in headers
    std::function<std::uint64_t()> random;
};
// Code::malformed: an address that cannot be written (not without SMTPUTF8).
Result<std::string> write_answer(const Answer& answer);

} // namespace facteur::vacation
