// One connection's companion: dials, sends one letter after the other, and commits what became of each before
// it asks for the next. Lives in an actor of its own; keeps itself alive until the connection is gone.
#pragma once

#include "actors/delivery/outbound/fates.h"
#include "actors/delivery/outbound/network.h"
#include "actors/delivery/outbound/outbound.h"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <optional>

namespace facteur {

struct CourierSetting {
    const Services& services;
    OutboundNetwork& network;
    std::shared_ptr<const std::vector<dkim::Signer>> signers;
    smtp::RetryPolicy policy;
    std::function<store::Time()> clock;
    // ---- what it tells the schedule; from its actor
    std::function<void(const DueEntry&, const Outcome&)> settled; // on disk
    // Asks for a letter over the same connection; the answer comes to `take`, or nothing.
    std::function<void(std::function<void(std::optional<DueEntry>)>)> next;
    std::function<void()> worked;
    // Nobody could be reached: `reply` for all that waits for the hop. Answers until when it is left alone.
    std::function<void(NoServer, std::function<void(store::Time)>)> failed;
    std::function<void(std::uint64_t octets)> finished; // a letter is done with
    std::function<void(bool failed)> closed;            // the last word; whether `failed` was called
};

void run_courier(caf::event_based_actor* self, CourierSetting setting, NextHop hop, DueEntry first);

// Finishes the entry by a commit, again and again until it is on disk: what the other side has confirmed must
// not be forgotten. `then` is called when it is, or the store has closed.
void commit_outcome(caf::event_based_actor* self, const Services& services, const DueEntry& due,
                    std::shared_ptr<const Outcome> outcome, store::Time now, std::function<void(bool)> then);

} // namespace facteur
