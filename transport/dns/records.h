// What a DNS lookup gives: typed records and typed failures. Values only.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace facteur::dns {

enum class Type : std::uint16_t { a = 1, cname = 5, mx = 15, txt = 16, aaaa = 28, tlsa = 52 };

struct Address {
    std::string text; // "192.0.2.1", "2001:db8::1"
    bool operator==(const Address&) const = default;
};
struct Alias {
    std::string target;
    bool operator==(const Alias&) const = default;
};
struct Mx {
    std::uint16_t preference = 0;
    std::string exchange; // empty: the root, which says "no mail here" (RFC 7505)
    bool operator==(const Mx&) const = default;
};
struct Text {
    std::string text; // its strings joined
    bool operator==(const Text&) const = default;
};
struct Tlsa { // RFC 6698 §2.1
    std::uint8_t usage = 0, selector = 0, matching = 0;
    std::string data; // raw octets
    bool operator==(const Tlsa&) const = default;
};
using Record = std::variant<Address, Alias, Mx, Text, Tlsa>;

enum class Outcome {
    found,     // there are records
    no_data,   // the name exists, without records of the type
    no_domain, // NXDOMAIN: the name does not exist
    failed,    // SERVFAIL, REFUSED, nonsense, a loop of aliases: try later
    timed_out, // no answer: try later
};

struct Answer {
    Outcome outcome = Outcome::failed;
    std::vector<Record> records; // of the type that was asked for, in the order of the answer
    // Where the aliases (CNAME) lead; the name that was asked for when there are none. Names are in lower
    // case, without the last dot.
    std::string canonical_name;
    std::uint32_t ttl = 0; // seconds: the least of all that led here; negative answers by RFC 2308 §5
    bool authenticated =
        false; // AD: the resolver checked DNSSEC. Worth what the way to the resolver is worth

    [[nodiscard]] bool is_temporary() const {
        return outcome == Outcome::failed || outcome == Outcome::timed_out;
    }
    bool operator==(const Answer&) const = default;
};

} // namespace facteur::dns
