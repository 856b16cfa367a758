// The queue: submissions that are due, over all shards. Entries are rows (store QueuePut, by due time), so a
// restart forgets nothing; a delivery that a crash repeats is known by its key, so that nothing comes twice.
//
// A submission made by EmailSubmission/set (RFC 8621 §7) is an entry from its commit on. When a held one is
// due, a commit claims it: its undoStatus is "final" from then on, so that what was cancelled reaches nobody
// and what reaches somebody was not cancelled. In that commit an email that waits in the mailbox of role
// "scheduled" moves to the one of role "sent". Then its message goes to each recipient of the envelope, and
// one commit takes the entry away and tells each recipient's deliveryStatus. A recipient whose mailbox cannot
// take it for the moment is tried again, some times; of one that is not reached the sender is told by a
// report in the inbox.
//
// Recipients elsewhere are split off by the claim and go by themselves (outbound/outbound.h).
#pragma once

#include "actors/clock.h"
#include "actors/delivery/outbound/outbound.h"
#include "actors/services.h"
#include "store/ids.h"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>

namespace facteur {

class Queue {
public:
    // `clock`: seconds UTC, from any thread.
    explicit Queue(caf::actor_system& system, std::function<store::Time()> clock = seconds_now);
    ~Queue(); // stops
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    // Begins to work; until then `wake` does nothing.
    void start(const Services& services);
    // Something may have become due in this shard, or sooner than before. Any thread, cheap.
    void wake(store::ShardId shard);
    // Destinations that are left alone after a failure are tried again. Any thread.
    void retry_hops();
    // The keys of [dkim] anew (Outbound::read_signers). Any thread.
    Result<void> read_signers(const Config& config);
    [[nodiscard]] OutboundStatistics statistics() const;
    // Ends the deliveries under way (waits some seconds for them) and stops. Idempotent; not from an actor.
    void stop();

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace facteur
