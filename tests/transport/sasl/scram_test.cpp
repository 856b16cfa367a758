#include "transport/base/base64.h"
#include "transport/sasl/exchange.h"
#include "transport/sasl/saslprep.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::sasl;

namespace {

// The client's half, as RFC 5802 §3 tells it.
struct Client {
    std::string user = "user", password = "pencil", nonce = "rOprNGfwEbeRWgbNEkqO";
    std::string gs2 = "n,,", binding;
    std::string server_first, message;

    std::string first() const { return gs2 + bare(); }
    std::string bare() const { return "n=" + user + ",r=" + nonce; }
    std::string final(const std::string& server) {
        server_first = server;
        const auto s = server.find(",s="), i = server.find(",i=");
        const auto both = server.substr(2, s - 2);
        const auto salt = *decode_base64(server.substr(s + 3, i - s - 3));
        const auto salted =
            salted_password(password, salt, static_cast<std::uint32_t>(std::stoul(server.substr(i + 3))));
        const auto client_key = hmac_sha256(salted, "Client Key");
        const auto without = "c=" + encode_base64(gs2 + binding) + ",r=" + both;
        message = bare() + "," + server_first + "," + without;
        return without +
               ",p=" + encode_base64(xor_octets(client_key, hmac_sha256(sha256(client_key), message)));
    }
};

Setup setup() {
    Setup s;
    s.nonce = "eighteen octets...";
    s.secret = "server secret";
    return s;
}
const ScramKeys pencil = derive_scram_keys("pencil", "saltsaltsaltsalt");

Refused::Why why(const Step& step) {
    REQUIRE(std::holds_alternative<Refused>(step));
    return std::get<Refused>(step).why;
}
std::string challenge(const Step& step) {
    REQUIRE(std::holds_alternative<Challenge>(step));
    return std::get<Challenge>(step).data;
}

} // namespace

TEST_CASE("SCRAM-SHA-256: the exchange of RFC 7677 section 3") {
    // The RFC's server nonce is not base64 of anything we could be handed, so the hashes are checked by hand.
    const auto salt = *decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
    const auto keys = derive_scram_keys("pencil", salt, 4096);
    const std::string without = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const std::string message = "n=user,r=rOprNGfwEbeRWgbNEkqO,"
                                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096," +
                                without;
    const auto proof = *decode_base64("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    CHECK(sha256(xor_octets(proof, hmac_sha256(keys.stored_key, message))) == keys.stored_key);
    CHECK(encode_base64(hmac_sha256(keys.server_key, message)) ==
          "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST_CASE("SCRAM-SHA-256: a user signs in and the server proves itself") {
    Exchange exchange(Mechanism::scram_sha_256, setup());
    Client client;
    const auto need = exchange.begin(client.first());
    REQUIRE(std::get<NeedKeys>(need).user == "user");
    const auto server_first = challenge(exchange.keys(pencil));
    CHECK(server_first == "r=rOprNGfwEbeRWgbNEkqO" + encode_base64("eighteen octets...") +
                              ",s=" + encode_base64("saltsaltsaltsalt") + ",i=4096");
    const auto server_final = challenge(exchange.respond(client.final(server_first)));
    CHECK(server_final == "v=" + encode_base64(hmac_sha256(pencil.server_key, client.message)));
    CHECK(std::get<Authenticated>(exchange.respond("")).user == "user");
    CHECK(why(exchange.respond("")) == Refused::Why::malformed);
}

TEST_CASE("SCRAM: the first message may come after an empty challenge") {
    Exchange exchange(Mechanism::scram_sha_256, setup());
    CHECK(challenge(exchange.begin(std::nullopt)).empty());
    CHECK(std::get<NeedKeys>(exchange.respond("n,a=x=2Cy=3D,n=x=2Cy=3D,r=abc")).user == "x,y=");
}

TEST_CASE("SCRAM: a wrong password and an unknown user look the same") {
    const auto attempt = [](std::optional<ScramKeys> keys, const std::string& user) {
        Exchange exchange(Mechanism::scram_sha_256, setup());
        Client client;
        client.user = user;
        client.password = "wrong";
        exchange.begin(client.first());
        const auto first = challenge(exchange.keys(std::move(keys)));
        CHECK(why(exchange.respond(client.final(first))) == Refused::Why::credentials);
        return first;
    };
    attempt(pencil, "user");
    const auto once = attempt(std::nullopt, "nobody");
    CHECK(once == attempt(std::nullopt, "nobody"));
    CHECK(once != attempt(std::nullopt, "nobody else"));
    CHECK(once.ends_with(",i=4096"));
    CHECK(fake_scram_keys("a", "u") != fake_scram_keys("b", "u"));
}

TEST_CASE("SCRAM: the server's final proof depends on the nonce") {
    Exchange exchange(Mechanism::scram_sha_256, setup());
    Client client;
    exchange.begin(client.first());
    auto server_first = challenge(exchange.keys(pencil));
    auto final = client.final(server_first);
    final.replace(final.find(",r=") + 3, 3, "XXX");
    CHECK(why(exchange.respond(final)) == Refused::Why::credentials);
}

TEST_CASE("SCRAM-SHA-256-PLUS binds to the channel") {
    auto with = setup();
    with.bindings = {"exported keying material", "hash of the certificate"};
    with.plus_offered = true;
    const auto attempt = [&](Mechanism mechanism, const std::string& gs2,
                             const std::string& binding) -> Step {
        Exchange exchange(mechanism, with);
        Client client;
        client.gs2 = gs2;
        client.binding = binding;
        const auto begun = exchange.begin(client.first());
        if (!std::holds_alternative<NeedKeys>(begun)) return begun;
        return exchange.respond(client.final(challenge(exchange.keys(pencil))));
    };
    const auto plus = Mechanism::scram_sha_256_plus, bare = Mechanism::scram_sha_256;
    CHECK(challenge(attempt(plus, "p=tls-exporter,,", "exported keying material")).starts_with("v="));
    CHECK(challenge(attempt(plus, "p=tls-server-end-point,,", "hash of the certificate")).starts_with("v="));
    CHECK(why(attempt(plus, "p=tls-exporter,,", "of another channel")) == Refused::Why::binding);
    CHECK(why(attempt(plus, "p=tls-unique,,", "x")) == Refused::Why::binding);
    CHECK(why(attempt(plus, "n,,", "")) == Refused::Why::malformed);
    CHECK(why(attempt(bare, "p=tls-exporter,,", "exported keying material")) == Refused::Why::malformed);
    CHECK(why(attempt(bare, "y,,", "")) == Refused::Why::binding); // somebody hid our -PLUS
    with.plus_offered = false;
    CHECK(challenge(attempt(bare, "y,,", "")).starts_with("v="));
}

TEST_CASE("SCRAM: malformed messages are refused") {
    for (const char* first :
         {"", "n", "n,", "n,,", "n,,n=user", "n,,r=abc", "n,,n=,r=abc", "n,,n=a=2cb,r=abc", "n,,n=a=,r=abc",
          "n,,m=x,n=user,r=abc", "n,,n=user,r=", "n,x,n=user,r=abc", "z,,n=user,r=abc"}) {
        INFO(first);
        CHECK(why(Exchange(Mechanism::scram_sha_256, setup()).begin(first)) == Refused::Why::malformed);
    }
    CHECK(why(Exchange(Mechanism::scram_sha_256, setup()).begin("n,a=other,n=user,r=abc")) ==
          Refused::Why::authorization);
    for (const char* final :
         {"", "c=biws", "c=biws,r=x,p=", "c=biws,r=x,p=!", "c=biws,p=AAAA", "r=x,p=AAAA"}) {
        Exchange exchange(Mechanism::scram_sha_256, setup());
        exchange.begin("n,,n=user,r=abc");
        exchange.keys(pencil);
        CHECK(why(exchange.respond(final)) == Refused::Why::malformed);
    }
}

TEST_CASE("SASLprep: the examples of RFC 4013 section 3, and bounds") {
    CHECK(saslprep("I\u00ADX") == "IX");
    CHECK(saslprep("user") == "user");
    CHECK(saslprep("USER") == "USER");
    CHECK(saslprep("\u00AA") == "a");
    CHECK(saslprep("\u2168") == "IX");
    CHECK_FALSE(saslprep("\x07"));
    CHECK_FALSE(saslprep("\u0627\u0031"));
    CHECK(saslprep("e\u0301le\u0300ve") == saslprep("\u00e9l\u00e8ve"));
    CHECK_FALSE(saslprep("\xff\xfe"));
    CHECK_FALSE(saslprep(std::string(1025, 'a')));
    std::string worst;
    for (int i = 0; i < 340; ++i)
        worst += "\uFDFA";
    CHECK(saslprep(worst)); // the longest that 1,020 octets can become
    CHECK(derive_scram_keys("e\u0301", "salt", 1) == derive_scram_keys("\u00e9", "salt", 1));
}
