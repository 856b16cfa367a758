#include "transport/smtp/retry.h"

#include <algorithm>

namespace facteur::smtp {
namespace {

constexpr std::uint32_t most_jitter = 90; // hundredths

std::int64_t jittered(std::int64_t delay, const RetryPolicy& policy, const Random& random) {
    const auto span = delay * std::min(policy.jitter, most_jitter) / 100;
    if (span <= 0) return delay;
    const auto width = static_cast<std::uint64_t>(2 * span + 1);
    return delay - span + static_cast<std::int64_t>(random() % width);
}

} // namespace

std::int64_t next_attempt(const RetryPolicy& policy, std::uint32_t attempts, std::int64_t arrival,
                          std::int64_t now, const Random& random) {
    const auto last = policy.delays.empty() ? 0 : policy.delays.size() - 1;
    const auto which = std::min<std::size_t>(attempts > 0 ? attempts - 1 : 0, last);
    const auto delay =
        policy.delays.empty() ? longest_closure : std::max<std::int64_t>(policy.delays[which], 1);
    const auto at = now + std::max<std::int64_t>(jittered(delay, policy, random), 1);
    return std::max(now, std::min(at, expiry(policy, arrival)));
}

std::int64_t expiry(const RetryPolicy& policy, std::int64_t arrival) {
    return arrival + policy.lifetime;
}

bool is_expired(const RetryPolicy& policy, std::int64_t arrival, std::int64_t now) {
    return now >= expiry(policy, arrival);
}

std::optional<std::int64_t> warning_at(const RetryPolicy& policy, std::int64_t arrival, bool warned) {
    if (warned || policy.warn_after <= 0 || policy.warn_after >= policy.lifetime) return std::nullopt;
    return arrival + policy.warn_after;
}

Closure after_failure(const Closure& closure, std::int64_t now, const RetryPolicy& policy,
                      const Random& random) {
    Closure next{closure.failures + 1, 0};
    auto delay = first_closure;
    for (std::uint32_t i = 0; i < closure.failures && delay < longest_closure; ++i)
        delay *= 2;
    next.until = now + std::max<std::int64_t>(jittered(std::min(delay, longest_closure), policy, random), 1);
    return next;
}

void Concurrency::succeeded() {
    if (++successes_ < allowed_) return;
    successes_ = 0;
    allowed_ = std::min(allowed_ + 1, most_);
}

void Concurrency::failed() {
    successes_ = 0;
    allowed_ = std::max(allowed_ / 2, 1U);
}

} // namespace facteur::smtp
