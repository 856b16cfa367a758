// What the store's queue holds of one submission: all that its delivery needs, so that neither the email nor
// the EmailSubmission object has to be there any more when it is due (RFC 8621 §7.5).
//
// The entry's id is the submission's ("s4"); its account is the sender's. Stored as JSON.
#pragma once

#include "actors/session/jmap/objects.h"
#include "store/ids.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

struct QueueEntry {
    Envelope envelope;
    store::Hash body;
    std::uint64_t size = 0; // octets of the body
    bool claimed = false;   // delivery has begun: it cannot be cancelled any more
    std::uint32_t attempts = 0;
    std::vector<DeliveryStatus> settled; // recipients whose fate is final
    bool operator==(const QueueEntry&) const = default;
};
std::string write_queue_entry(const QueueEntry& entry);
std::optional<QueueEntry> read_queue_entry(std::string_view value);

// "queued" for every recipient.
std::vector<DeliveryStatus> queued_statuses(const Envelope& envelope);

// An entry's body is held for the queue until this long after it is due.
inline constexpr store::Time body_held_after_due = 2 * 24 * 3600;

// Makes repeated deliveries of one submission the same (deliver_local).
std::string delivery_key(store::AccountId sender, std::string_view submission);

} // namespace facteur
