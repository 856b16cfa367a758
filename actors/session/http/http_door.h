// The doors of HTTP: what `net::listen` needs for the addresses of [listen] http, https and admin.
//
//     HttpDoors doors(system, services);
//     net::listen(loops, address, doors.accept(Door::http));
//     net::listen(loops, address, doors.accept(Door::https, tls));
//     net::listen(loops, address, doors.accept(Door::admin));
//     doors.set_ready(true);                                // /readyz says so from now on
//     …
//     doors.drain();                                        // SIGTERM: answers what is in flight, and
//     while (doors.open() > 0 && …)                         // closes; then the loops stop
//
// A connection's loop reads requests; each whole request becomes one message to the connection's session
// actor, whose answer goes back through the loop. All doors together hold to [limits] http_connections and
// http_connections_per_address (a connection above them is closed at once), the admin door to a limit of its
// own. The admin door answers /healthz, /readyz and /metrics and nothing else; the others answer everything
// but those.
//
// A reverse proxy on the same host is believed: X-Forwarded-For (its last entry) and X-Forwarded-Proto count
// when the peer is a loopback address or a Unix socket, and never otherwise.
//
// Must outlive the loops and the actor system's actors, as `services` must. Thread-safe.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "actors/session/tls_source.h"
#include "transport/net/listener.h"

#include <cstddef>
#include <memory>

namespace caf {
class actor_system;
}

namespace facteur {

struct HttpContext;

class HttpDoors {
public:
    HttpDoors(caf::actor_system& system, const Services& services);
    ~HttpDoors();
    HttpDoors(const HttpDoors&) = delete;
    HttpDoors& operator=(const HttpDoors&) = delete;

    // `door`: http, https or admin. `tls`: null is plain HTTP.
    [[nodiscard]] net::Accept accept(Door door, std::shared_ptr<const TlsSource> tls = nullptr);
    void set_ready(bool ready);
    // From now on no connection is taken; event streams and idle connections end, requests that are under
    // way are answered and then their connections close. Those of the admin door are left alone.
    void drain();
    [[nodiscard]] std::size_t open() const; // connections, but for those of the admin door

private:
    std::shared_ptr<HttpContext> context_;
};

} // namespace facteur
