// The queue's steps as write methods that only the queue calls: they run on the lane of the sender's account,
// through its mailbox actor, so that cancelling and sending cannot both happen and watchers are told.
#pragma once

#include "actors/delivery/queue_entry.h"
#include "actors/messages.h"
#include "store/store.h"

#include <memory>

namespace facteur {

// ---- claim: from here on the submission is final, and its recipients elsewhere are entries of their own

inline constexpr std::string_view claim_method = "Queue/claim";
// Answered by "claimed", or "gone" when it was cancelled. `domain`: ours; recipients of others are split off.
CallMethod claim_call(store::AccountId account, store::Time due, std::string_view id, std::string_view domain,
                      store::Time now);
store::Plan plan_claim(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

// ---- accept: a message that came by SMTP, for recipients elsewhere, or one that is forwarded

inline constexpr std::string_view accept_method = "Queue/accept";
// Answered by "taken", or "known" when `key` (empty: none) was accepted before. The entry's body is in the
// call. `domain`: ours; recipients of others are split off.
CallMethod accept_call(store::AccountId account, std::string_view id, QueueEntry entry,
                       const store::Body& body, std::string_view key, std::string_view domain,
                       store::Time now);
store::Plan plan_accept(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

// ---- finish: what came of a delivery

inline constexpr std::string_view finish_method = "Queue/finish";
struct Outcome {
    std::vector<DeliveryStatus> statuses; // of recipients about whom there is something new
    std::string dsn_blob_id;              // of a failure report; may be empty
    // Set: some recipients are tried again then, and this is what the queue holds.
    std::optional<store::Time> retry_at;
    QueueEntry entry;
};
// An entry that an operator has put on hold meanwhile is finished all the same.
CallMethod finish_call(store::AccountId account, store::Time due, std::string_view id, const Outcome& outcome,
                       store::Time now);
store::Plan plan_finish(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered);

} // namespace facteur
