// DNS lookups on a loop: c-ares underneath (retries, source ports, TCP for long answers), a cache above.
//
// Belongs to one loop: made, used and destroyed on its thread. Equal questions under way are asked once. A
// callback may come before `lookup` returns (from the cache). Destroying the resolver drops its callbacks.
#pragma once

#include "transport/base/result.h"
#include "transport/dns/cache.h"
#include "transport/dns/exchangers.h"
#include "transport/dns/message.h"
#include "transport/net/loop.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::net {

struct ResolverOptions {
    std::string server;           // "127.0.0.1:53", "[::1]:5353"; empty: those of /etc/resolv.conf
    std::uint32_t timeout = 3000; // milliseconds of the first try; doubles with each further one
    std::uint32_t tries = 3;
    std::size_t most_questions = 2000; // under way; more get Outcome::failed at once
    dns::CacheLimits cache;
};

class Resolver {
public:
    using Callback = std::function<void(const dns::Answer&)>;

    // Code::malformed for a server address that is none.
    static Result<std::unique_ptr<Resolver>> make(Loop& loop, const ResolverOptions& options);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // A name that cannot stand in a question gets Outcome::no_domain.
    void lookup(std::string_view name, dns::Type type, Callback callback);

    struct Addresses {
        dns::Outcome outcome = dns::Outcome::failed;
        std::vector<std::string> addresses; // IPv6 first
        bool authenticated = false;         // both answers
        std::string canonical_name;         // where aliases lead
    };
    // A and AAAA. Found when one of them is; temporary when nothing is found and one of them failed.
    void addresses(std::string_view host, std::function<void(const Addresses&)> callback);

    // MX, then for a domain without one whether it has addresses. `own_names` and `random` as in
    // dns/exchangers.h.
    void exchangers(std::string_view domain, std::vector<std::string> own_names,
                    std::function<std::uint64_t()> random,
                    std::function<void(const dns::Exchangers&)> callback);

    [[nodiscard]] std::size_t questions() const; // under way

    struct State; // of resolver.cpp

private:
    explicit Resolver(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

} // namespace facteur::net
