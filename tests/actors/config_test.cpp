#include "actors/config.h"

#include <catch2/catch.hpp>

using namespace facteur;

TEST_CASE("the example configuration says the defaults") {
    const auto example = read_config("ops/facteur.toml");
    REQUIRE(example.has_value());
    const Config defaults;
    CHECK(example->domain == defaults.domain);
    CHECK(example->store.shards == defaults.store.shards);
    CHECK(example->store.lane_queue == defaults.store.lane_queue);
    CHECK(example->store.keep_history == defaults.store.keep_history);
    CHECK(example->smtp.message_size == defaults.smtp.message_size);
    CHECK(example->smtp.recipients == defaults.smtp.recipients);
    CHECK(example->smtp.connections_per_address == defaults.smtp.connections_per_address);
    CHECK(example->smtp.idle == defaults.smtp.idle);
    CHECK(example->auth.plaintext_on_loopback == defaults.auth.plaintext_on_loopback);
    CHECK(example->auth.session == defaults.auth.session);
    CHECK(example->auth.remembered_session == defaults.auth.remembered_session);
    CHECK(example->auth.failure_wait == defaults.auth.failure_wait);
    CHECK(example->log.level == defaults.log.level);
    CHECK(example->limits.quota == defaults.limits.quota);
    CHECK(example->limits.upload == defaults.limits.upload);
    CHECK(example->limits.request == defaults.limits.request);
    CHECK(example->listen.smtp.empty());
}

TEST_CASE("what is wrong in a configuration is named by file, line and key") {
    const auto error_of = [](std::string_view text) {
        const auto config = parse_config(text, "f.toml");
        return config ? std::string() : config.error().message;
    };
    CHECK(error_of("domain = \"a\"\n[store]\npth = \"x\"\n") == "f.toml:3: store.pth: this key is not known");
    CHECK(error_of("[smtp]\nrecipients = \"many\"\n")
              .starts_with("f.toml:2: smtp.recipients: must be a number"));
    CHECK(error_of("[smtp]\nidle = \"5 weeks\"\n").starts_with("f.toml:2: smtp.idle: must be a duration"));
    CHECK(error_of("[listen]\nsmtp = \"*:25\"\n") ==
          "f.toml:2: listen.smtp: must be a list of texts: [\"…\"]");
    CHECK(error_of("[log]\nlevel = \"loud\"\n") ==
          "f.toml: log.level must be trace, debug, info, warn or error");
    CHECK(error_of("[store]\nshards = 3\n") ==
          "f.toml: store.shards must be a power of two, at most 1024, or 0");
    CHECK(error_of("domain = \n").starts_with("f.toml:1:"));
    CHECK(error_of("nonsense = 1").starts_with("f.toml:1: nonsense"));
}

TEST_CASE("sizes and durations have units") {
    CHECK(parse_size("50 MB").value() == 50'000'000);
    CHECK(parse_size("2GiB").value() == 2ull << 30);
    CHECK(parse_size("7").value() == 7);
    CHECK_FALSE(parse_size("MB").has_value());
    CHECK_FALSE(parse_size("99999999999999999999").has_value());
    CHECK(parse_duration("10 min").value() == std::chrono::minutes(10));
}
