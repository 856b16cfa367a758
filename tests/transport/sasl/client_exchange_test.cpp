#include "transport/base/base64.h"
#include "transport/sasl/client_exchange.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::sasl;
using namespace std::string_literals;

namespace {

// RFC 7677 §3
const std::string nonce = *decode_base64("rOprNGfwEbeRWgbNEkqO");
constexpr auto server_first =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr auto server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

} // namespace

TEST_CASE("the client's side of SCRAM-SHA-256 as in RFC 7677 §3") {
    ClientExchange client(Mechanism::scram_sha_256, "user", "pencil", nonce);
    CHECK(client.initial() == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    CHECK(client.respond(server_first) == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                          "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    CHECK_FALSE(client.is_complete());
    SECTION("the server proves itself") {
        CHECK(client.respond(server_final) == "");
        CHECK(client.is_complete());
        CHECK_FALSE(client.respond("more"));
    }
    SECTION("one that does not know the password is found out") {
        CHECK_FALSE(client.respond("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5="));
    }
    SECTION("one that sends none") {
        CHECK_FALSE(client.respond("e=other-error"));
    }
}

TEST_CASE("challenges that are no SCRAM are refused") {
    for (const auto* challenge :
         {"", "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
          "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1", "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
          "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
          "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4000000000",
          "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096x"}) {
        ClientExchange client(Mechanism::scram_sha_256, "user", "pencil", nonce);
        REQUIRE(client.initial());
        CAPTURE(challenge);
        CHECK_FALSE(client.respond(challenge));
    }
}

TEST_CASE("names of SCRAM hide commas and equals signs") {
    ClientExchange client(Mechanism::scram_sha_256, "a,b=c", "x", nonce);
    CHECK(client.initial() == "n,,n=a=2Cb=3Dc,r=rOprNGfwEbeRWgbNEkqO");
}

TEST_CASE("PLAIN says it at once, LOGIN when asked") {
    ClientExchange plain(Mechanism::plain, "tim", "tanstaaftanstaaf", "");
    CHECK(plain.initial() == "\0tim\0tanstaaftanstaaf"s); // RFC 4616 §4
    ClientExchange login(Mechanism::login, "tim", "secret", "");
    CHECK(login.initial() == std::nullopt);
    CHECK(login.respond("Username:") == "tim");
    CHECK(login.respond("Password:") == "secret");
    CHECK_FALSE(login.respond("Anything else?"));
}

TEST_CASE("the strongest mechanism is chosen, and no password is shown in the clear") {
    CHECK(choose_mechanism({"LOGIN", "PLAIN", "SCRAM-SHA-256"}, true) == Mechanism::scram_sha_256);
    CHECK(choose_mechanism({"LOGIN", "PLAIN"}, true) == Mechanism::plain);
    CHECK(choose_mechanism({"LOGIN"}, true) == Mechanism::login);
    CHECK(choose_mechanism({"LOGIN", "PLAIN"}, false) == std::nullopt);
    CHECK(choose_mechanism({"CRAM-MD5"}, true) == std::nullopt);
}
