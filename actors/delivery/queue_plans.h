// The queue's steps as write methods that only the queue calls: they run on the lane of the sender's account,
// through its mailbox actor, so that cancelling and sending cannot both happen and watchers are told.
#pragma once

#include "actors/delivery/queue_entry.h"
#include "actors/messages.h"
#include "store/store.h"

#include <memory>

namespace facteur {

// ---- claim: from here on the submission is final

inline constexpr std::string_view claim_method = "Queue/claim";
// Answered by "claimed", or "gone" when it was cancelled.
CallMethod claim_call(store::AccountId account, store::Time due, std::string_view id, store::Time now);
store::Plan plan_claim(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

// ---- finish: what came of a delivery

inline constexpr std::string_view finish_method = "Queue/finish";
struct Outcome {
    std::vector<DeliveryStatus> statuses; // of all recipients
    std::string dsn_blob_id;              // of a failure report; may be empty
    // Set: some recipients are tried again then, and this is what the queue holds.
    std::optional<store::Time> retry_at;
    QueueEntry entry;
};
CallMethod finish_call(store::AccountId account, store::Time due, std::string_view id, const Outcome& outcome,
                       store::Time now);
store::Plan plan_finish(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

} // namespace facteur
