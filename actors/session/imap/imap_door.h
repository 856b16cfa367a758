// The doors of IMAP: what a listener calls for each connection of `imap` and `imaps`. As those of SMTP
// (actors/session/smtp/smtp_door.h): a handler on the loop runs the machine (transport/imap), an actor knows
// the world.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "actors/session/tls_source.h"
#include "transport/net/listener.h"

#include <caf/fwd.hpp>

#include <cstddef>
#include <memory>

namespace facteur {

struct ImapShared; // what all connections share

class ImapDoors {
public:
    ImapDoors(caf::actor_system& system, const Services& services, std::shared_ptr<const TlsSource> tls);
    ~ImapDoors();
    ImapDoors(const ImapDoors&) = delete;
    ImapDoors& operator=(const ImapDoors&) = delete;

    // `door`: imap or imaps.
    [[nodiscard]] net::Accept accept(Door door) const;
    // From now on no connection is taken; who is there hears BYE when no command is under way.
    void drain();
    [[nodiscard]] std::size_t open() const; // connections

private:
    std::shared_ptr<ImapShared> shared_;
};

} // namespace facteur
