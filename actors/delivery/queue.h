// The queue: submissions that are due, over all shards. Entries are rows (store QueuePut, by due time), so a
// restart forgets nothing; a delivery that a crash repeats is known by its key, so that nothing comes twice.
//
// A submission made by EmailSubmission/set (RFC 8621 §7) is an entry from its commit on; when it is due, its
// message goes to each recipient of the envelope, and then one commit takes the entry away and tells the
// submission's undoStatus "final" and each recipient's deliveryStatus. Until then it can be cancelled.
#pragma once

#include "actors/services.h"
#include "store/ids.h"

#include <caf/actor_system.hpp>

#include <memory>

namespace facteur {

class Queue {
public:
    explicit Queue(caf::actor_system& system);
    ~Queue();

    // Begins to work; until then `wake` does nothing.
    void start(const Services& services);
    // Something may have become due in this shard, or sooner than before. Any thread, cheap.
    void wake(store::ShardId shard);
    // Ends the delivery under way and stops. Idempotent.
    void stop();

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace facteur
