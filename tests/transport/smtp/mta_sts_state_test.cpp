#include "transport/smtp/mta_sts_state.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::smtp;

namespace {

constexpr std::int64_t noon = 1'796'040'000, day = 86'400;
const StsPolicy enforced{StsPolicy::Mode::enforce, {"mx.example.com"}, 10 * day};
const Result<StsPolicy> failure = fail(Code::io, "The policy's server answers 500.");

StsState with_policy() {
    StsState state;
    state.record_came("1", 60, noon);
    state.policy_came(enforced, noon);
    return state;
}

} // namespace

TEST_CASE("from nothing to a policy") {
    StsState state;
    CHECK(state.wants_record(noon));
    CHECK_FALSE(state.wants_policy(noon));
    CHECK(state.in_force(noon) == nullptr);
    state.record_came(std::nullopt, 60, noon);
    CHECK_FALSE(state.wants_policy(noon));
    CHECK_FALSE(state.wants_record(noon + sts_record_age - 1));
    CHECK(state.wants_record(noon + sts_record_age));
    state.record_came("1", 2 * sts_record_age, noon);
    CHECK_FALSE(state.wants_record(noon + sts_record_age));
    CHECK(state.wants_policy(noon));
    state.policy_came(enforced, noon);
    CHECK_FALSE(state.wants_policy(noon));
    REQUIRE(state.in_force(noon) != nullptr);
    CHECK(*state.in_force(noon + 10 * day - 1) == enforced);
    CHECK(state.in_force(noon + 10 * day) == nullptr);
}

TEST_CASE("a policy is fetched again when another is announced, and at half of its age") {
    auto state = with_policy();
    CHECK_FALSE(state.wants_policy(noon + 5 * day));
    CHECK(state.wants_policy(noon + 5 * day + 1));
    state.policy_came(enforced, noon + 5 * day + 1);
    CHECK_FALSE(state.wants_policy(noon + 6 * day));
    CHECK(state.in_force(noon + 15 * day) != nullptr);
    state.record_came("2", 60, noon + 6 * day);
    CHECK(state.wants_policy(noon + 6 * day));
    state.policy_came(StsPolicy{StsPolicy::Mode::none, {}, 86'400}, noon + 6 * day);
    CHECK(state.in_force(noon + 6 * day) == nullptr);
}

TEST_CASE("a policy outlives its record and its server (RFC 8461 §10.2)") {
    auto state = with_policy();
    state.record_came(std::nullopt, 60, noon + day);
    CHECK_FALSE(state.wants_policy(noon + 9 * day));
    CHECK(state.in_force(noon + 9 * day) != nullptr);
    state.record_came("2", 60, noon + day);
    state.policy_came(failure, noon + day);
    CHECK(*state.in_force(noon + day) == enforced);
}

TEST_CASE("a server that fails is asked again less and less") {
    StsState state;
    state.record_came("1", 60, noon);
    auto now = noon;
    for (const std::int64_t wait :
         {300, 600, 1200, 2400, 4800, 9600, 19'200, 38'400, 76'800, 86'400, 86'400}) {
        REQUIRE(state.wants_policy(now));
        state.policy_came(failure, now);
        CHECK_FALSE(state.wants_policy(now + wait - 1));
        now += wait;
    }
    state.policy_came(failure, now);
    state.record_came("1", 60, now);
    CHECK_FALSE(state.wants_policy(now));
    state.record_came("2", 60, now);
    CHECK(state.wants_policy(now));
}

TEST_CASE("the request, and which answers are a policy (RFC 8461 §3.3)") {
    CHECK(sts_record_name("example.com") == "_mta-sts.example.com");
    CHECK(sts_policy_request("example.com")
              .starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.example.com\r\n"));
    const auto* text = "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 864000\n";
    CHECK(read_sts_answer(200, "text/plain", text).value() == enforced);
    CHECK(read_sts_answer(200, "Text/Plain ; charset=utf-8", text).value() == enforced);
    CHECK_FALSE(read_sts_answer(301, "text/plain", text));
    CHECK_FALSE(read_sts_answer(200, "text/html", text));
    CHECK_FALSE(read_sts_answer(200, "", text));
    CHECK_FALSE(read_sts_answer(200, "text/plain", "<html>"));
}
