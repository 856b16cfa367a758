#include "transport/smtp/retry.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {

constexpr std::int64_t noon = 1'796'040'000;

Random always(std::uint64_t number) {
    return [number] { return number; };
}

} // namespace

TEST_CASE("delays grow, vary, and never pass the end of a letter's life") {
    RetryPolicy policy;
    policy.jitter = 0;
    const auto delay = [&](std::uint32_t attempts, std::uint64_t number = 0) {
        return next_attempt(policy, attempts, noon, noon, always(number)) - noon;
    };
    CHECK(delay(0) == 60);
    CHECK(delay(1) == 60);
    CHECK(delay(2) == 300);
    CHECK(delay(7) == 14'400);
    CHECK(delay(4'000'000'000) == 14'400);
    policy.jitter = 20;
    CHECK(delay(2, 0) == 240);
    CHECK(delay(2, 60) == 300);
    CHECK(delay(2, 120) == 360);
    CHECK(delay(2, 121) == 240);

    const auto end = expiry(policy, noon);
    CHECK(end == noon + 432'000);
    CHECK(next_attempt(policy, 9, noon, end - 100, always(0)) == end);
    CHECK(next_attempt(policy, 9, noon, end + 100, always(0)) == end + 100);
    CHECK_FALSE(is_expired(policy, noon, end - 1));
    CHECK(is_expired(policy, noon, end));
    policy.delays.clear();
    CHECK(delay(1) > 0);
}

TEST_CASE("one warning, when it says something that the failure would not") {
    RetryPolicy policy;
    CHECK(warning_at(policy, noon, false) == noon + 4 * 3600);
    CHECK(warning_at(policy, noon, true) == std::nullopt);
    policy.warn_after = 0;
    CHECK(warning_at(policy, noon, false) == std::nullopt);
    policy.warn_after = policy.lifetime;
    CHECK(warning_at(policy, noon, false) == std::nullopt);
}

TEST_CASE("a host that fails is left alone for longer each time") {
    RetryPolicy policy;
    policy.jitter = 0;
    Closure closure;
    CHECK(is_open(closure, noon));
    for (const std::int64_t seconds : {30, 60, 120, 240, 480, 960, 1800, 1800}) {
        closure = after_failure(closure, noon, policy, always(0));
        CHECK(closure.until == noon + seconds);
    }
    CHECK_FALSE(is_open(closure, closure.until - 1));
    CHECK(is_open(closure, closure.until));
    closure.failures = 4'000'000'000;
    CHECK(after_failure(closure, noon, policy, always(0)).until == noon + 1800);
}

TEST_CASE("connections to a destination: more with success, half with a failure") {
    Concurrency connections(4);
    CHECK(connections.allowed() == 2);
    for (const std::uint32_t then : {2U, 3U, 3U, 3U, 4U, 4U, 4U, 4U, 4U}) {
        connections.succeeded();
        CHECK(connections.allowed() == then);
    }
    for (const std::uint32_t then : {2U, 1U, 1U}) {
        connections.failed();
        CHECK(connections.allowed() == then);
    }
    CHECK(Concurrency(0).allowed() == 1);
}
