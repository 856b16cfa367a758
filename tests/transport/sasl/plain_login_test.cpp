#include "transport/sasl/exchange.h"

#include <catch2/catch.hpp>

using namespace facteur::sasl;
using namespace std::string_literals;

namespace {
Refused::Why why(const Step& step) {
    REQUIRE(std::holds_alternative<Refused>(step));
    return std::get<Refused>(step).why;
}
} // namespace

TEST_CASE("PLAIN: initial response, verified or not") {
    Exchange good(Mechanism::plain, {});
    const auto step = good.begin("\0anne\0secret"s);
    CHECK(std::get<VerifyPassword>(step).user == "anne");
    CHECK(std::get<VerifyPassword>(step).password == "secret");
    CHECK(std::get<Authenticated>(good.verified(true)).user == "anne");
    CHECK(why(good.verified(true)) == Refused::Why::malformed);

    Exchange bad(Mechanism::plain, {});
    bad.begin("anne\0anne\0secret"s);
    CHECK(why(bad.verified(false)) == Refused::Why::credentials);
}

TEST_CASE("PLAIN: without an initial response an empty challenge comes first") {
    Exchange exchange(Mechanism::plain, {});
    CHECK(std::get<Challenge>(exchange.begin(std::nullopt)).data.empty());
    CHECK(std::holds_alternative<VerifyPassword>(exchange.respond("\0anne\0secret"s)));
}

TEST_CASE("PLAIN: malformed and foreign") {
    for (const auto& message :
         {""s, "anne"s, "\0anne"s, "\0anne\0"s, "\0\0secret"s, "\0anne\0sec\0ret"s,
          "\0anne\0"s + std::string(1025, 'x'), "\0"s + std::string(1025, 'x') + "\0p"s}) {
        CHECK(why(Exchange(Mechanism::plain, {}).begin(message)) == Refused::Why::malformed);
    }
    CHECK(why(Exchange(Mechanism::plain, {}).begin("marc\0anne\0secret"s)) == Refused::Why::authorization);
    CHECK(why(Exchange(Mechanism::plain, {}).begin(std::string(max_message + 1, 'x'))) ==
          Refused::Why::malformed);
}

TEST_CASE("LOGIN asks for name and password") {
    Exchange exchange(Mechanism::login, {});
    CHECK(std::get<Challenge>(exchange.begin(std::nullopt)).data == "Username:");
    CHECK(std::get<Challenge>(exchange.respond("anne")).data == "Password:");
    const auto step = exchange.respond("secret");
    CHECK(std::get<VerifyPassword>(step).user == "anne");
    CHECK(std::get<VerifyPassword>(step).password == "secret");
    CHECK(std::get<Authenticated>(exchange.verified(true)).user == "anne");
}

TEST_CASE("LOGIN: the name may come with the command") {
    Exchange exchange(Mechanism::login, {});
    CHECK(std::get<Challenge>(exchange.begin("anne")).data == "Password:");
    CHECK(why(exchange.respond("")) == Refused::Why::malformed);
    CHECK(why(Exchange(Mechanism::login, {}).begin("")) == Refused::Why::malformed);
}

TEST_CASE("Answers that nobody asked for end the exchange") {
    Exchange exchange(Mechanism::plain, {});
    CHECK(why(exchange.verified(true)) == Refused::Why::malformed);
    CHECK(why(exchange.begin("\0anne\0secret"s)) == Refused::Why::malformed);
    CHECK(why(Exchange(Mechanism::scram_sha_256, {}).keys(std::nullopt)) == Refused::Why::malformed);
}

TEST_CASE("Names of mechanisms") {
    CHECK(mechanism_named("scram-sha-256-plus") == Mechanism::scram_sha_256_plus);
    CHECK(mechanism_named("Plain") == Mechanism::plain);
    CHECK_FALSE(mechanism_named("SCRAM-SHA-25"));
    CHECK_FALSE(mechanism_named("SCRAM-SHA-1"));
    CHECK(name_of(Mechanism::scram_sha_256_plus) == "SCRAM-SHA-256-PLUS");
}
