// What an attempt to send elsewhere means for a queue entry: who is settled, what the sender is told, when it
// is tried again. Pure functions.
#pragma once

#include "actors/config.h"
#include "actors/delivery/queue_plans.h"
#include "transport/smtp/retry.h"

#include <string_view>
#include <vector>

namespace facteur {

// As configured: when it is tried again, when the sender is told that it is late, when it is given up.
smtp::RetryPolicy retry_policy(const Config& config);

// `said`: of recipients that were tried; delivered is "unknown" (the other server has it: what becomes of it
// there is not known), "queued" (later) or "no". `not_before`: of the next attempt.
// `reports_follow`: the other server tells of success where that was asked for; else we do (RFC 3461 §5.2.2).
Outcome judge_attempt(QueueEntry entry, const std::vector<DeliveryStatus>& said,
                      const smtp::RetryPolicy& policy, store::Time now, store::Time not_before,
                      const smtp::Random& random, bool reports_follow = true);
// The same reply to all who are not settled.
Outcome judge_all(const QueueEntry& entry, std::string_view reply, bool permanent,
                  const smtp::RetryPolicy& policy, store::Time now, store::Time not_before,
                  const smtp::Random& random);

} // namespace facteur
