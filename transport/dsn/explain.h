// Why a message did not arrive, in words that someone who knows nothing of mail servers can act on.
// Thread-safety: pure functions.
#pragma once

#include "transport/dsn/report.h"

#include <string>
#include <string_view>

namespace facteur::dsn {

enum class Language { french, english, both };
// "en", "en-GB": english; "": both, for people of whom nothing is known; else french.
Language language_of(std::string_view locale);

enum class Reason {
    no_such_person,
    moved,
    closed, // or suspended
    full,
    spam,
    not_allowed, // only some may write to it
    forged,      // the sender's domain was not proven
    policy,      // refused by rules that are not told
    too_large,
    no_domain,
    takes_no_mail, // the domain
    unreachable,
    put_off, // the server asks to wait
    tls,     // required, not to be had
    loop,
    accents,    // the server takes ASCII alone
    unreadable, // the message
    our_fault,  // we could not sign in to our relay
    other,
};
// By the status code, and by what the server said where the code says little. For failed and delayed.
Reason reason_of(const RecipientReport& recipient);

// What the person reads: what happened, to whom, what to do, what the servers said. Lines end in LF.
struct HumanText {
    const Report* report = nullptr;
    std::string_view subject;      // of the message
    std::int64_t at = 0;           // now; seconds UTC
    std::int32_t zone_minutes = 0; // of the reader's clock, east of UTC
};
inline constexpr std::size_t max_told_recipients = 50; // by address; the others by their number
std::string human_text(const HumanText& about, Language language);

// "Non remis : Réunion": what is worst for some recipient, and of which message.
std::string subject_of(const Report& report, std::string_view subject, Language language);

} // namespace facteur::dsn
