// Tells the sender of a message what became of it, or did not, once: into the inbox when the sender is one of
// ours, else by a message of the queue's own, from the null path. Nobody is told of a message from the null
// path (RFC 5321 §6.1).
#pragma once

#include "actors/delivery/queue_entry.h"
#include "actors/services.h"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <string>
#include <vector>

namespace facteur {

struct SenderReport {
    store::AccountId account = 0; // whose entry it is
    std::string id;
    QueueEntry entry;
    std::string message; // that was not delivered; may be empty when it cannot be read
    // "no": failed; "queued": late; "yes": delivered; "unknown": relayed to a server that sends no reports;
    // `delivery_expanded`
    std::vector<DeliveryStatus> recipients;
    store::Time submitted = 0, at = 0, retry_until = 0;
};

inline constexpr std::string_view delivery_expanded = "expanded"; // sent on to others

// Whether a recipient's "FAILURE", "DELAY" or "SUCCESS" is to be told (RFC 3461 §4.1).
bool wants_report(const EnvelopeAddress& recipient, std::string_view what);

// `then` is told whether it is on disk (or nobody is to be told), and the report's blob when it is in
// `account`.
void send_report(caf::event_based_actor* self, const Services& services, const SenderReport& report,
                 std::function<void(bool told, std::string blob)> then);

} // namespace facteur
