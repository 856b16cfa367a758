// What an operator may do to entries of the queue that go elsewhere. Plans of the sender's account; with a
// server or without.
#pragma once

#include "actors/delivery/queue_entry.h"
#include "actors/delivery/submission_delivery.h"
#include "store/store.h"

#include <functional>
#include <memory>

namespace facteur {

// Every entry, shard by shard, by due time; `each` returns false to stop.
void each_queued(const store::Store& store, const std::function<bool(const DueEntry&)>& each);

enum class QueueAct {
    retry,   // now
    hold,    // until it is released
    release, // from hold, or sooner than it was due
    drop,    // nobody gets it, and nobody is told but by the submission's status
};
struct ActDone {
    bool found = false;   // it is still there, and goes elsewhere
    bool changed = false; // it was not so already
};
store::Plan plan_act(QueueAct act, const DueEntry& of, std::shared_ptr<ActDone> done);

} // namespace facteur
