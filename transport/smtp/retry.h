// When a letter that waits is tried again, when its sender is told that it waits, and when it is given up.
// RFC 5321 §4.5.4.1. Time and randomness are handed in; seconds UTC. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace facteur::smtp {

struct RetryPolicy {
    // Seconds from the first, second… failed attempt to the next one; the last holds for all further ones.
    // Quick at first, for greylisting and for servers that restart.
    std::vector<std::int64_t> delays{60, 300, 900, 1800, 3600, 7200, 14'400};
    // Each delay is longer or shorter by up to this many hundredths, so that what failed together does not
    // come back together.
    std::uint32_t jitter = 20;
    std::int64_t warn_after = 4 * 3600;    // a delay warning, once; 0: never
    std::int64_t lifetime = 5 * 24 * 3600; // RFC 5321 says four to five days
};
using Random = std::function<std::uint64_t()>;

// After the `attempts`-th failed attempt (from 1), which ended at `now`. Never after `expiry`, so that the
// last attempt is made when the lifetime is over, and never before `now`.
std::int64_t next_attempt(const RetryPolicy& policy, std::uint32_t attempts, std::int64_t arrival,
                          std::int64_t now, const Random& random);

std::int64_t expiry(const RetryPolicy& policy, std::int64_t arrival);
bool is_expired(const RetryPolicy& policy, std::int64_t arrival, std::int64_t now);

// Nothing when no warning is due any more: none is wanted, it was sent (`warned`), or the letter ends first.
std::optional<std::int64_t> warning_at(const RetryPolicy& policy, std::int64_t arrival, bool warned);

// ---- a host or a destination that fails as a whole

// How often it has failed on end and until when nothing is sent to it. Kept by whoever connects; a value.
struct Closure {
    std::uint32_t failures = 0;
    std::int64_t until = 0; // seconds UTC; 0: open
    bool operator==(const Closure&) const = default;
};
inline constexpr std::int64_t first_closure = 30, longest_closure = 1800; // seconds

[[nodiscard]] inline bool is_open(const Closure& closure, std::int64_t now) {
    return closure.until <= now;
}
// Doubled with each failure, with the same jitter. A success opens it: Closure{}.
Closure after_failure(const Closure& closure, std::int64_t now, const RetryPolicy& policy,
                      const Random& random);

// ---- how many connections at a time to one destination

// Grows by one for as many successes as there are connections, is halved by a failure of the host (as TCP's
// window is), never below one. A value.
class Concurrency {
public:
    explicit Concurrency(std::uint32_t most, std::uint32_t first = 2)
        : most_(most < 1 ? 1 : most), allowed_(first > most_ ? most_ : (first < 1 ? 1 : first)) {}

    [[nodiscard]] std::uint32_t allowed() const { return allowed_; }
    void succeeded();
    void failed();

private:
    std::uint32_t most_, allowed_, successes_ = 0;
};

} // namespace facteur::smtp
