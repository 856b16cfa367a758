#include "actors/delivery/outbound/fates.h"

#include "actors/delivery/send_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur {
smtp::RetryPolicy retry_policy(const Config& config) {
    smtp::RetryPolicy policy;
    // A server that puts strangers off for some seconds is no reason to be late by minutes.
    policy.delays.insert(policy.delays.begin(), {5, 15});
    policy.warn_after = config.queue.warn_after.count();
    policy.lifetime = config.queue.expire.count();
    return policy;
}

Outcome judge_attempt(QueueEntry entry, const std::vector<DeliveryStatus>& said,
                      const smtp::RetryPolicy& policy, store::Time now, store::Time not_before,
                      const smtp::Random& random, bool reports_follow) {
    Outcome outcome;
    ++entry.attempts;
    const bool expired = smtp::is_expired(policy, entry.queued, now);
    const auto warning = smtp::warning_at(policy, entry.queued, entry.warned);
    const bool late = warning && now >= *warning;
    const bool has_sender = !entry.envelope.mail_from.email.empty();
    bool waits = false;
    for (const auto& recipient : entry.envelope.rcpt_to) {
        const auto found = std::find_if(
            said.begin(), said.end(), [&](const auto& status) { return status.address == recipient.email; });
        if (is_settled(entry, recipient.email)) continue;
        auto status =
            found == said.end() ? DeliveryStatus{recipient.email, "451 4.4.2 Not tried", "queued"} : *found;
        if (status.delivered == "queued" && expired) {
            status.smtp_reply = fmt::format("554 5.4.7 Not delivered in time. Last: {}", status.smtp_reply);
            status.delivered = "no";
        }
        outcome.statuses.push_back(status);
        if (status.delivered == "queued") {
            waits = true;
            if (late && has_sender && wants_report(recipient, "DELAY")) entry.untold.push_back(status);
            entry.last_reply = status.smtp_reply;
            continue;
        }
        if (status.delivered == "no" && has_sender && wants_report(recipient, "FAILURE"))
            entry.untold.push_back(status);
        if (status.delivered == "unknown" && !reports_follow && has_sender &&
            wants_report(recipient, "SUCCESS"))
            entry.untold.push_back(status);
        entry.settled.push_back(std::move(status));
    }
    entry.warned = entry.warned || late;
    entry.next_attempt =
        std::max(not_before, smtp::next_attempt(policy, entry.attempts, entry.queued, now, random));
    if (!entry.untold.empty())
        outcome.retry_at = now;
    else if (waits)
        outcome.retry_at = entry.next_attempt;
    outcome.entry = std::move(entry);
    return outcome;
}

Outcome judge_all(const QueueEntry& entry, std::string_view reply, bool permanent,
                  const smtp::RetryPolicy& policy, store::Time now, store::Time not_before,
                  const smtp::Random& random) {
    std::vector<DeliveryStatus> said;
    for (const auto& recipient : entry.envelope.rcpt_to)
        said.push_back({recipient.email, std::string(reply), permanent ? "no" : "queued"});
    return judge_attempt(entry, said, policy, now, not_before, random);
}

} // namespace facteur
