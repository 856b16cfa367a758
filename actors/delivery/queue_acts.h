// What an operator may do to entries of the queue that go elsewhere; with a server or without.
#pragma once

#include "actors/delivery/queue_entry.h"
#include "actors/delivery/submission_delivery.h"
#include "actors/messages.h"
#include "store/store.h"

#include <functional>
#include <memory>

namespace facteur {

// Every entry, shard by shard, by due time; `each` returns false to stop.
void each_queued(const store::Store& store, const std::function<bool(const DueEntry&)>& each);

enum class QueueAct : std::uint8_t {
    retry,   // now
    hold,    // until it is released
    release, // from hold, or sooner than it was due
    drop,    // nobody gets it, and nobody is told but by the submission's status
};
inline constexpr std::string_view act_method = "Queue/act";
// For the account's mailbox actor, which tells the sender's sessions. Answered by "changed", "unchanged" (it
// was so already) or "gone" (finished meanwhile, or it goes nowhere else).
CallMethod act_call(QueueAct act, const DueEntry& of, store::Time now);
store::Plan plan_act(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

} // namespace facteur
