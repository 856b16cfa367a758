// Who is sent to next: what waits for each next hop, how many connections it has, and how long a hop that
// failed is left alone. A hop that is dead or slow costs others nothing but the connections that it may have.
//
// Letters of persons go before mass mail, within a hop and between hops; else what is due longest goes first.
// A hop whose last connection failed is tried by one connection at a time. The clock and chance are handed
// in. One caller; knows no network.
#pragma once

#include "actors/delivery/submission_delivery.h"
#include "transport/smtp/retry.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace facteur {

struct ScheduleLimits {
    std::size_t connections = 100, connections_of_hop = 5;
    std::uint64_t octets = 256'000'000; // of messages being sent; one is sent however large it is
};

class Schedule {
public:
    Schedule(ScheduleLimits limits, smtp::Random random) : limits_(limits), random_(std::move(random)) {}

    void add(const std::string& hop, DueEntry due);

    struct Start {
        std::string hop;
        DueEntry due;
    };
    // For what a connection is to be opened now; it counts from here on. Nothing: all wait as they should.
    std::optional<Start> open_next(store::Time now);
    // What goes over a connection of the hop that is free again. Nothing: it should be closed.
    std::optional<DueEntry> take_next(const std::string& hop);
    // A message that was given out is done with.
    void finished(std::uint64_t octets);
    void closed(const std::string& hop);

    // A connection that was to be opened came to nothing, and counts no more: until when the hop is left
    // alone, and all that waited for it, unless other connections of the hop go on.
    struct Failure {
        store::Time until = 0;
        std::vector<DueEntry> waiting;
    };
    Failure failed(const std::string& hop, std::string reply, store::Time now);
    // All that waits for the hop.
    std::vector<DueEntry> take_all(const std::string& hop);
    void worked(const std::string& hop);
    // Whether the hop is being left alone.
    struct Rest {
        store::Time until = 0;
        std::string reply; // why
    };
    [[nodiscard]] std::optional<Rest> rest(const std::string& hop, store::Time now) const;
    void forget_failures();
    // Forgets hops that nothing is known of any more that matters.
    void tidy(store::Time now);

    [[nodiscard]] std::size_t waiting() const { return waiting_; }
    [[nodiscard]] std::size_t connections() const { return connections_; }

private:
    using Rank = std::tuple<bool, store::Time, std::uint64_t>; // bulk, due, order of coming
    struct Hop {
        std::map<Rank, DueEntry> waiting;
        std::size_t connections = 0;
        smtp::Closure closure;
        std::string reply;
        std::optional<Rank> ready; // as it stands in ready_
    };
    void arrange(const std::string& name, Hop& hop);
    [[nodiscard]] bool fits(const DueEntry& due) const;
    DueEntry take(const std::string& name, Hop& hop);
    void drop_if_idle(const std::string& name);

    ScheduleLimits limits_;
    smtp::Random random_;
    std::map<std::string, Hop> hops_;
    std::set<std::pair<Rank, std::string>> ready_; // hops that may have a connection more
    std::size_t waiting_ = 0, connections_ = 0, given_out_ = 0;
    std::uint64_t octets_ = 0, next_ = 0;
};

} // namespace facteur
