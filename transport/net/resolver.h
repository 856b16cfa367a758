// Asks DNS servers (c-ares on a loop) and keeps what they said (dns::Cache).
//
// Belongs to one loop and is used on its thread alone. Each server is asked in turn, `tries` times; an answer
// that does not fit into a datagram is fetched by TCP. Questions that are asked already wait for the same
// answer. Bounded: `questions` at a time, beyond that the answer is Outcome::failed at once.
//
// DNSSEC is the servers' work. Their word for it (AD) is passed on only when the way to them is safe:
// `trusted`, which an operator says of a validating resolver on the same machine. RFC 1035, 6891, 6840 §5.7.
#pragma once

#include "transport/base/result.h"
#include "transport/dns/cache.h"
#include "transport/dns/records.h"
#include "transport/net/loop.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace facteur::net {

struct ResolverOptions {
    std::vector<std::string> servers; // "127.0.0.1:53", "[::1]:5353"; empty: those of /etc/resolv.conf
    bool trusted = false;
    std::uint32_t timeout = 2'000; // milliseconds for one server's first answer; doubled with each round
    std::uint32_t tries = 3;
    std::size_t questions = 10'000;
    dns::CacheLimits cache;
};

// The addresses of a host, IPv6 before IPv4.
struct HostAddresses {
    dns::Outcome outcome = dns::Outcome::failed; // found, or the worse one of both questions
    std::vector<std::string> addresses;          // "2001:db8::1", "192.0.2.1": at most `max_host_addresses`
    bool authenticated = false;                  // both answers
    std::string canonical_name;
};
inline constexpr std::size_t max_host_addresses = 20;

class Resolver {
public:
    // On the loop's thread, as all that follows. Code::malformed: a server's address is wrong.
    static Result<std::shared_ptr<Resolver>> open(Loop& loop, const ResolverOptions& options);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // `done` is called once, never before `ask` returns, and not at all when the loop stops first. A name
    // that no question can hold does not exist.
    void ask(const std::string& name, dns::Type type, std::function<void(const dns::Answer&)> done);
    void find_addresses(const std::string& host, std::function<void(const HostAddresses&)> done);

    [[nodiscard]] std::size_t cached() const;

private:
    struct Implementation;
    explicit Resolver(std::shared_ptr<Implementation> implementation);
    std::shared_ptr<Implementation> implementation_;
};

} // namespace facteur::net
