// The doors of HTTP: what `net::listen` needs for the addresses of [listen] http, https and admin.
//
//     HttpDoors doors(system, services);
//     net::listen(loops, address, doors.accept(Door::http));
//     net::listen(loops, address, doors.accept(Door::https, tls));
//     net::listen(loops, address, doors.accept(Door::admin));
//     doors.set_ready(true);                                // /readyz says so from now on
//     …
//     loops.shut(milliseconds);                             // finishes what is in flight, then
//     loops.stop();
//
// A connection's loop reads requests; each whole request becomes one message to the connection's session
// actor, whose answer goes back through the loop. All doors together hold to [limits] http_connections and
// http_connections_per_address (a connection above them is closed at once). The admin door answers /healthz,
// /readyz and /metrics and nothing else; the others answer everything but those.
//
// A reverse proxy on the same host is believed: X-Forwarded-For (its last entry) and X-Forwarded-Proto count
// when the peer is a loopback address or a Unix socket, and never otherwise.
//
// Must outlive the loops and the actor system's actors, as `services` must. `set_ready` is thread-safe.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "transport/net/listener.h"
#include "transport/net/tls_source.h"

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
    [[nodiscard]] net::Accept accept(Door door, std::shared_ptr<const net::TlsSource> tls = nullptr);
    void set_ready(bool ready);

private:
    std::shared_ptr<HttpContext> context_;
};

} // namespace facteur
