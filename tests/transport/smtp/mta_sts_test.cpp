#include "transport/smtp/mta_sts.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

TEST_CASE("the record of MTA-STS (RFC 8461 §3.1)") {
    CHECK(parse_sts_record("v=STSv1; id=20160831085700Z;") == "20160831085700Z");
    for (const auto* text : {"", "v=STSv2; id=1;", "v=STSv1;", "v=STSv1; id=;", "v=STSv1; id=a-b;",
                             "v=STSv1; id=123456789012345678901234567890123;", "id=1; v=STSv1"})
        CHECK(parse_sts_record(text) == std::nullopt);
}

TEST_CASE("a policy of MTA-STS (RFC 8461 §3.2) and the hosts that fit it") {
    const auto policy =
        parse_sts_policy("version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\n"
                         "mx: *.example.net\r\nmx: Backup.example.com\r\nmax_age: 604800\r\n");
    REQUIRE(policy);
    CHECK(*policy == StsPolicy{StsPolicy::Mode::enforce,
                               {"mail.example.com", "*.example.net", "backup.example.com"},
                               604800});
    CHECK(fits(*policy, "mail.example.com"));
    CHECK(fits(*policy, "a.example.net"));
    for (const auto* host : {"example.net", "a.b.example.net", ".example.net", "mail.example.org", ""})
        CHECK_FALSE(fits(*policy, host));
}

TEST_CASE("policies that lack something are none") {
    CHECK(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 99999999999\n") == std::nullopt);
    CHECK(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 4000000000\n")->max_age == 31'557'600);
    for (const auto* text :
         {"", "mode: none\nmax_age: 1\n", "version: STSv1\nmax_age: 1\n", "version: STSv1\nmode: none\n",
          "version: STSv1\nmode: enforce\nmax_age: 1\n", "version: STSv1\nmode: other\nmx: a\nmax_age: 1\n",
          "version: STSv1\nmode: testing\nmx:\nmax_age: 1\n", "<html>"})
        CHECK(parse_sts_policy(text) == std::nullopt);
}

TEST_CASE("a policy's lines are that policy") {
    const auto policy =
        parse_sts_policy("version: STSv1\nmx: a.example\nmx: *.b.example\nmode: testing\nmax_age: 5\n");
    REQUIRE(policy);
    std::string text;
    for (const auto& line : lines_of(*policy))
        text += line + "\n";
    CHECK(text == "version: STSv1\nmode: testing\nmx: a.example\nmx: *.b.example\nmax_age: 5\n");
    CHECK(parse_sts_policy(text) == policy);
}
