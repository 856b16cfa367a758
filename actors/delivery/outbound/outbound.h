// Mail to other servers: takes entries of the queue that are due, and for each says in the end that it is
// done with it: sent, refused, or put off by a commit, or left as it was.
//
// One actor keeps the schedule (who is next, which hops rest); a courier, an actor too, goes with each
// connection: makes the letters, hands them to the connection on the network's loop, and commits what became
// of each before anything else is done. Any thread may call.
#pragma once

#include "actors/delivery/submission_delivery.h"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace facteur {

struct OutboundStatistics {
    std::size_t waiting = 0, connections = 0; // now
    // Since the start; of recipients but for the first two.
    std::uint64_t dialled = 0, not_reached = 0, sent = 0, deferred = 0, refused = 0;
};

class Outbound {
public:
    // `done`: from an actor's thread, never after `stop`. Fails when the network cannot be set up as
    // configured.
    static Result<std::unique_ptr<Outbound>> start(caf::actor_system& system, const Services& services,
                                                   std::function<store::Time()> clock,
                                                   std::function<void(const DueEntry&)> done);
    ~Outbound(); // stops
    Outbound(const Outbound&) = delete;
    Outbound& operator=(const Outbound&) = delete;

    void offer(DueEntry due);
    // Hops that are left alone are tried again.
    void forget_failures();
    // The keys of [dkim] anew, for connections opened from now on. Fails when one cannot be read: then
    // nothing changes.
    Result<void> read_signers(const Config& config);
    // Lets letters under way come to an end for some seconds, then cuts them. Idempotent; not from an actor,
    // and not with a lock that `done` takes.
    void stop();
    [[nodiscard]] OutboundStatistics statistics() const;

private:
    struct Implementation;
    explicit Outbound(std::shared_ptr<Implementation> implementation);
    std::shared_ptr<Implementation> implementation_;
};

} // namespace facteur
