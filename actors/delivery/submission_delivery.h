// One entry of the queue on its way: claimed, delivered to each recipient, then finished by one commit. Every
// step may be repeated after a crash and changes nothing the second time.
#pragma once

#include "actors/delivery/queue_plans.h"
#include "actors/services.h"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <string>

namespace facteur {

struct DueEntry {
    store::AccountId account = 0; // the sender
    store::Time due = 0;
    std::string id; // of the submission
    QueueEntry entry;
};

// Attempts at recipients whose mailbox could not take the message for the moment.
inline constexpr std::uint32_t most_attempts = 8;
// Seconds until the next one.
store::Time retry_delay(std::uint32_t attempts);

// In `self`; `done` is called once, when the entry is finished, put off, or gone.
void deliver_submission(caf::event_based_actor* self, const Services& services, DueEntry due,
                        std::function<store::Time()> clock, std::function<void()> done);

} // namespace facteur
