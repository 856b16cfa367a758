// What the store's queue holds of one submission: all that its delivery needs, so that neither the email nor
// the EmailSubmission object has to be there any more when it is due (RFC 8621 §7.5).
//
// The entry's id is the submission's ("s4"), or "m" and the transaction's id when the message came by SMTP;
// its account is the sender's. Recipients elsewhere are entries of their own, one for each domain
// ("s4/example.org"; from the 101st recipient of a domain on also "s4/example.org/2"), so that each
// destination is tried, put off and finished by itself. So are those of mass mail who are here, by the
// thousand ("s4//1", "s4//2"), so that it makes progress that a crash leaves. Stored as JSON.
#pragma once

#include "actors/session/jmap/objects.h"
#include "store/ids.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur {

struct QueueEntry {
    Envelope envelope;
    store::Hash body;
    std::uint64_t size = 0; // octets of the body
    bool claimed = false;   // delivery has begun: it cannot be cancelled any more
    std::uint32_t attempts = 0;
    std::vector<DeliveryStatus> settled; // recipients whose fate is final
    // ---- of recipients elsewhere
    std::string destination; // the domain of all of them; empty: they are ours
    // When sending began: what waits too long is given up. Of entries that were split off, else 0.
    store::Time queued = 0;
    bool bulk = false;  // gives way to letters of persons
    bool as_is = false; // the body came by SMTP and has its trace fields; else it is the sender's own copy
    bool forwarded = false; // by an account or alias of ours: leaves with a reverse-path of ours (SRS)
    bool warned = false;    // the sender was told that it is late
    bool held = false;      // by an operator
    store::Time due_before_hold = 0; // where it goes back to, so that one on its way keeps its key
    std::string last_reply;          // of the last attempt that came to nothing
    // What the sender is to be told before anything else is done, and when it goes on then.
    std::vector<DeliveryStatus> untold;
    store::Time next_attempt = 0;
    bool operator==(const QueueEntry&) const = default;
};
std::string write_queue_entry(const QueueEntry& entry);
std::optional<QueueEntry> read_queue_entry(std::string_view value);

// The submission's id: "s4" of "s4/example.org".
std::string_view submission_of(std::string_view id);
// Lower case; empty when there is none.
std::string domain_of(std::string_view address);

// Cuts the recipients that are not of `domain`, and those of mass mail, off from `entry` and gives the
// entries that take them, with their ids.
std::vector<std::pair<std::string, QueueEntry>> split_off(std::string_view id, QueueEntry& entry,
                                                          std::string_view domain);
// Whether it is the entry of recipients of mass mail who are here.
bool is_local_part(std::string_view id);
// Recipients of such an entry.
inline constexpr std::size_t most_filed_of_entry = 2000;
// Recipients of one entry elsewhere: what every server takes at a time (RFC 5321 §4.5.3.1.8).
inline constexpr std::size_t most_sent_at_once = 100;
// A message to more than so many is mass mail.
inline constexpr std::size_t most_of_a_person = 50;
// Entries that are held are due then.
inline constexpr store::Time held_until = 4'102'444'800; // the year 2100

[[nodiscard]] bool is_settled(const QueueEntry& entry, std::string_view address);

// "queued" for every recipient.
std::vector<DeliveryStatus> queued_statuses(const Envelope& envelope);

// An entry's body is held for the queue until this long after it is due.
inline constexpr store::Time body_held_after_due = 2 * 24 * 3600;

// Makes repeated deliveries of one submission the same (deliver_local).
std::string delivery_key(store::AccountId sender, std::string_view submission);

} // namespace facteur
