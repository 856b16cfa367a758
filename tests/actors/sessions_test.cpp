// Random sessions of SMTP and JMAP with a small server (tests/sessions). The seeds are another few each time:
// a failure names its own, and FACTEUR_SEED=… plays it again.
#include "actors/log.h"
#include "tests/sessions/play.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>

namespace {

std::string octets_of(std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    std::string octets(1000 + engine() % 5000, '\0');
    for (auto& octet : octets)
        octet = static_cast<char>(engine());
    return octets;
}

} // namespace

// Failures on purpose are part of it: only the result is worth reading.
TEST_CASE("random sessions keep every promise") {
    REQUIRE(facteur::configure_log({.level = "error"}).has_value());
    using Clock = std::chrono::steady_clock;
    const auto* given = std::getenv("FACTEUR_SEED");
    const auto* seconds = std::getenv("FACTEUR_SESSIONS_SECONDS");
    auto seed = given ? std::stoull(given) : std::random_device{}();
    const auto end = Clock::now() + std::chrono::seconds(given ? 0 : seconds ? std::stoi(seconds) : 20);
    do {
        INFO("FACTEUR_SEED=" << seed);
        REQUIRE_NOTHROW(facteur::test::play(octets_of(seed)));
        ++seed;
    } while (Clock::now() < end);
    REQUIRE(facteur::configure_log({}).has_value());
}
