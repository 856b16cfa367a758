// Tells the sender of a message what did not become of it, once: into the inbox when the sender is one of
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
    std::string message;                    // that was not delivered; may be empty when it cannot be read
    std::vector<DeliveryStatus> recipients; // "no": failed; "queued": late
    store::Time submitted = 0, at = 0, retry_until = 0;
};

// Whether a recipient's "FAILURE" or "DELAY" is to be told (RFC 3461 §4.1).
bool wants_report(const EnvelopeAddress& recipient, std::string_view what);

// `then` is told whether it is on disk (or nobody is to be told), and the report's blob when it is in
// `account`.
void send_report(caf::event_based_actor* self, const Services& services, const SenderReport& report,
                 std::function<void(bool told, std::string blob)> then);

} // namespace facteur
