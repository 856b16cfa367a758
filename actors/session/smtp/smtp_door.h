// The doors of SMTP: what a listener calls for each connection of the MX, submission, submissions and LMTP
// roles.
//
//   SmtpDoors doors(system, services, tls);
//   net::listen(loops, "*:25", doors.accept(Door::smtp));
//   …
//   doors.drain();                    // SIGTERM: idle clients hear 421, a message under way gets its answer
//   while (doors.open() > 0 && …)     // then the loops stop, then the actor system, then `doors` goes
//
// Of each connection a handler on its loop runs the machine (transport/smtp) and an actor knows the world:
// who the client is, whom it may write to, what becomes of the message. All doors share the limits of
// `[smtp]`: connections in all and from one address (LMTP counts in all only), and the memory for messages
// under way. `accept` must be called before connections come; the rest is thread-safe. Outlives the loops and
// the actor system's actors.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "actors/session/tls_source.h"
#include "transport/net/listener.h"

#include <caf/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace facteur {

struct SmtpShared; // what all connections of all doors share

class SmtpDoors {
public:
    SmtpDoors(caf::actor_system& system, const Services& services, std::shared_ptr<const TlsSource> tls);
    ~SmtpDoors();
    SmtpDoors(const SmtpDoors&) = delete;
    SmtpDoors& operator=(const SmtpDoors&) = delete;

    // `door`: smtp, submission, submissions or lmtp.
    [[nodiscard]] net::Accept accept(Door door) const;
    // From now on no connection and no further message is taken; whoever waits is told 421.
    void drain();

    [[nodiscard]] std::size_t open() const;               // connections
    [[nodiscard]] std::uint64_t octets_under_way() const; // of messages that are not yet answered

private:
    std::shared_ptr<SmtpShared> shared_;
};

} // namespace facteur
