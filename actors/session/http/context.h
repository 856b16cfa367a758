// What all HTTP connections share, and the limits that they hold to. Made by HttpDoors (http_door.h),
// outlives every connection and session. Thread-safe.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "actors/session/http/assets.h"
#include "actors/session/http/http_limits.h"
#include "actors/session/http/slots.h"
#include "transport/net/connection.h"
#include "transport/net/listener.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace caf {
class actor_system;
}

namespace facteur {

class HttpConnection;

struct HttpContext {
    HttpContext(caf::actor_system& actor_system, const Services& all_services);

    caf::actor_system& system;
    const Services services;
    const HttpLimits limits;
    const Assets assets;
    const std::uint64_t session_fingerprint; // of what every session object says
    net::Admission admission, admin_admission;
    const std::shared_ptr<Slots> slots;
    const std::shared_ptr<BodyBudget> bodies;
    std::atomic<bool> ready{false}, draining{false};

    net::Admission& admission_of(Door door) { return door == Door::admin ? admin_admission : admission; }

    // Connections of the doors that drain.
    std::mutex mutex;
    std::unordered_map<HttpConnection*, net::ConnectionRef> connections;
};

} // namespace facteur
