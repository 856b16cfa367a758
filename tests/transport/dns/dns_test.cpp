#include "transport/dns/cache.h"
#include "transport/dns/exchangers.h"
#include "transport/dns/message.h"

#include <catch2/catch.hpp>

#include <set>

using namespace facteur::dns;
using namespace std::string_literals;

namespace {

std::string name(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('.'), text.size());
        out += static_cast<char>(end) + std::string(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + '\0';
}
std::string u16(unsigned value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}
std::string record(const std::string& owner, unsigned type, unsigned ttl, const std::string& data) {
    return owner + u16(type) + u16(1) + u16(ttl >> 16) + u16(ttl & 0xffff) +
           u16(static_cast<unsigned>(data.size())) + data;
}
// An answer to a question about "example.net".
std::string message(Type type, unsigned flags, const std::vector<std::string>& answers,
                    const std::vector<std::string>& authorities = {}) {
    auto out = u16(7) + u16(0x8180 | flags) + u16(1) + u16(static_cast<unsigned>(answers.size())) +
               u16(static_cast<unsigned>(authorities.size())) + u16(0) + name("example.net") +
               u16(static_cast<unsigned>(type)) + u16(1);
    for (const auto* section : {&answers, &authorities})
        for (const auto& each : *section)
            out += each;
    return out;
}
const std::string asked = "\xc0\x0c"; // a pointer to the name of the question
const std::string soa =
    record(asked, 6, 900,
           name("ns.example.net") + name("root.example.net") + std::string(16, '\0') + u16(0) + u16(300));

Answer read(Type type, const std::string& bytes) {
    return read_answer(bytes, "example.net", type);
}

} // namespace

TEST_CASE("a question as RFC 1035 §4 writes it") {
    CHECK(write_question(0x1234, "a.fr", Type::mx) ==
          "\x12\x34\x01\x20\0\1\0\0\0\0\0\1\1a\2fr\0\0\x0f\0\1\0\0\x29\x04\xd0\0\0\0\0\0\0"s);
    CHECK(normalise_name("Example.NET.") == "example.net");
    CHECK(normalise_name("_25._tcp.mx-1.example.net") == "_25._tcp.mx-1.example.net");
    for (const auto& bad : {""s, "."s, "a..b"s, ".a"s, "a b"s, "é.fr"s, std::string(64, 'a'), "a\0b"s,
                            std::string(127, 'a') + "." + std::string(127, 'a')})
        CHECK(normalise_name(bad) == std::nullopt);
}

TEST_CASE("records of each type are read") {
    CHECK(read(Type::a, message(Type::a, 0, {record(asked, 1, 60, "\xc0\0\2\1"s)})) ==
          Answer{Outcome::found, {Address{"192.0.2.1"}}, "example.net", 60, false});
    CHECK(read(Type::aaaa,
               message(Type::aaaa, 0x20,
                       {record(asked, 28, 60, "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\1")})) ==
          Answer{Outcome::found, {Address{"2001:db8::1"}}, "example.net", 60, true});
    const auto mx = read(Type::mx, message(Type::mx, 0,
                                           {record(asked, 15, 60, u16(10) + "\3MX1" + asked),
                                            record(asked, 15, 30, u16(5) + name("b.example"))}));
    CHECK(mx.records == std::vector<Record>{Mx{10, "mx1.example.net"}, Mx{5, "b.example"}});
    CHECK(mx.ttl == 30);
    CHECK(read(Type::mx, message(Type::mx, 0, {record(asked, 15, 60, u16(0) + name(""))})).records ==
          std::vector<Record>{Mx{0, ""}});
    CHECK(read(Type::txt, message(Type::txt, 0, {record(asked, 16, 60, "\3v=D\4KIM1"s)})).records ==
          std::vector<Record>{Text{"v=DKIM1"}});
    CHECK(read(Type::tlsa, message(Type::tlsa, 0, {record(asked, 52, 60, "\3\1\1abc"s)})).records ==
          std::vector<Record>{Tlsa{3, 1, 1, "abc"}});
}

TEST_CASE("aliases are followed, in any order and not for ever") {
    const auto address = record(name("c.example"), 1, 500, "\xc0\0\2\1"s);
    const auto first = record(asked, 5, 40, name("b.example")),
               second = record(name("b.example"), 5, 600, name("c.example"));
    CHECK(read(Type::a, message(Type::a, 0, {address, second, first})) ==
          Answer{Outcome::found, {Address{"192.0.2.1"}}, "c.example", 40, false});
    CHECK(read(Type::a, message(Type::a, 0, {first}, {soa})).outcome == Outcome::no_data);
    CHECK(read(Type::a, message(Type::a, 3, {first}, {soa})).outcome == Outcome::no_domain);
    CHECK(read(Type::a, message(Type::a, 0, {first, record(name("b.example"), 5, 9, asked)})).outcome ==
          Outcome::failed);
    // What nobody asked for is not believed.
    CHECK(read(Type::a, message(Type::a, 0, {address}, {soa})).outcome == Outcome::no_data);
}

TEST_CASE("no data, no domain and failures are told apart") {
    CHECK(read(Type::mx, message(Type::mx, 0, {}, {soa})) ==
          Answer{Outcome::no_data, {}, "example.net", 300, false});
    CHECK(read(Type::mx, message(Type::mx, 3, {}, {soa})) ==
          Answer{Outcome::no_domain, {}, "example.net", 300, false});
    CHECK(read(Type::mx, message(Type::mx, 3, {})).ttl == 0);
    for (const unsigned code : {1U, 2U, 5U})
        CHECK(read(Type::mx, message(Type::mx, code, {})).outcome == Outcome::failed);
    CHECK(read(Type::mx, message(Type::mx, 0x200, {})).outcome == Outcome::failed); // truncated
    CHECK(read_answer(message(Type::mx, 0, {}), "other.net", Type::mx).outcome == Outcome::failed);
    CHECK(read(Type::a, message(Type::mx, 0, {})).outcome == Outcome::failed);
}

TEST_CASE("nonsense is a failure") {
    const auto whole = message(Type::mx, 0, {record(asked, 15, 60, u16(10) + "\3mx1" + asked)});
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(read(Type::mx, whole.substr(0, size)).outcome == Outcome::failed);
    for (const auto& data : {u16(10) + "\xc0\xff", u16(10) + "\xff", u16(10) + name("a") + "x",
                             u16(10) +
                                 "\x03"
                                 "a.b"s +
                                 '\0',
                             ""s})
        CHECK(read(Type::mx, message(Type::mx, 0, {record(asked, 15, 60, data)})).outcome == Outcome::failed);
    // A pointer to itself.
    const auto itself = message(Type::mx, 0, {record("\xc0\x1d", 15, 60, u16(10) + name("a"))});
    CHECK(read(Type::mx, itself).outcome == Outcome::failed);
    CHECK(read(Type::a, message(Type::a, 0, {record(asked, 1, 60, "abc")})).outcome == Outcome::failed);
}

TEST_CASE("answers are kept as long as they say, within limits") {
    Cache cache({.entries = 2, .longest = 1000, .longest_negative = 100, .failures = 10});
    const auto found = [](std::uint32_t ttl) {
        return Answer{Outcome::found, {Address{"192.0.2.1"}}, "x", ttl, false};
    };
    cache.put("a", Type::a, found(60), 0);
    REQUIRE(cache.find("a", Type::a, 59));
    CHECK(cache.find("a", Type::a, 50)->ttl == 10);
    CHECK_FALSE(cache.find("a", Type::aaaa, 50));
    CHECK_FALSE(cache.find("a", Type::a, 60));
    CHECK(cache.size() == 0);
    CHECK(cache.octets() == 0);
    SECTION("never longer than the limits") {
        cache.put("a", Type::a, found(100'000), 0);
        CHECK_FALSE(cache.find("a", Type::a, 1000));
        cache.put("n", Type::a, Answer{Outcome::no_data, {}, "n", 5000, false}, 0);
        CHECK(cache.find("n", Type::a, 99));
        CHECK_FALSE(cache.find("n", Type::a, 100));
        cache.put("f", Type::a, Answer{Outcome::timed_out, {}, "f", 0, false}, 0);
        CHECK(cache.find("f", Type::a, 9));
        CHECK_FALSE(cache.find("f", Type::a, 10));
    }
    SECTION("a TTL of zero is not kept") {
        cache.put("a", Type::a, found(0), 0);
        CHECK(cache.size() == 0);
    }
    SECTION("the one used longest ago goes first") {
        cache.put("a", Type::a, found(60), 0);
        cache.put("b", Type::a, found(60), 0);
        CHECK(cache.find("a", Type::a, 1));
        cache.put("c", Type::a, found(60), 1);
        CHECK(cache.size() == 2);
        CHECK(cache.find("a", Type::a, 1));
        CHECK_FALSE(cache.find("b", Type::a, 1));
    }
}

TEST_CASE("which hosts take mail, in which order") {
    using Kind = Exchangers::Kind;
    std::uint64_t seed = 1;
    const auto random = [&] { return seed = seed * 6364136223846793005U + 1442695040888963407U, seed >> 33; };
    const auto order = [&](std::vector<Record> records, const std::vector<std::string>& own = {}) {
        return order_exchangers(Answer{Outcome::found, std::move(records), "example.net", 60, true},
                                "example.net", own, random);
    };
    SECTION("by preference, equals in any order") {
        std::set<std::vector<std::string>> orders;
        for (int n = 0; n < 200; ++n) {
            const auto made = order({Mx{20, "c"}, Mx{10, "a"}, Mx{10, "b"}, Mx{30, "a"}});
            CHECK(made.kind == Kind::hosts);
            orders.insert(made.hosts);
        }
        CHECK(orders == std::set<std::vector<std::string>>{{"a", "b", "c"}, {"b", "a", "c"}});
    }
    SECTION("null MX (RFC 7505)") {
        CHECK(order({Mx{0, ""}}).kind == Kind::no_mail);
    }
    SECTION("no worse than we are ourselves (RFC 5321 §5.1)") {
        CHECK(order({Mx{10, "a"}, Mx{20, "us"}, Mx{20, "b"}, Mx{30, "c"}}, {"us"}).hosts ==
              std::vector<std::string>{"a"});
        CHECK(order({Mx{10, "us"}, Mx{20, "b"}}, {"us"}).kind == Kind::loop);
    }
    SECTION("without MX") {
        const auto kind = [&](Outcome outcome) {
            return order_exchangers(Answer{outcome, {}, "example.net", 0, false}, "example.net", {}, random);
        };
        CHECK(kind(Outcome::no_data).kind == Kind::implicit);
        CHECK(kind(Outcome::no_data).hosts == std::vector<std::string>{"example.net"});
        CHECK(kind(Outcome::no_domain).kind == Kind::no_domain);
        CHECK(kind(Outcome::failed).kind == Kind::try_later);
        CHECK(kind(Outcome::timed_out).kind == Kind::try_later);
    }
}
