// What all HTTP connections share, and the limits that they hold to. Made by HttpDoors (http_door.h),
// outlives every connection and session. Thread-safe.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"
#include "actors/session/http/assets.h"
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

struct HttpLimits {
    // Milliseconds.
    std::uint64_t head_time = 20'000;      // from opening, or a head's first octet, to its end
    std::uint64_t keep_alive = 120'000;    // between two requests
    std::uint64_t pace_time = 20'000;      // how often a body's pace is looked at
    std::uint64_t answer_time = 300'000;   // a session that has not answered by then never will
    std::uint64_t keep_awake = 110'000;    // a sign of life on silent streams: proxies like to cut at 120 s
    std::uint64_t websocket_ping = 60'000; // two of them without an answer end it
    std::uint64_t write_stall = 60'000;    // nothing of an answer was taken for so long
    // Octets.
    std::uint64_t pace = 16u << 10;          // of a body in `pace_time`: slower is an attack
    std::size_t unadmitted_body = 16u << 10; // a body up to this is read before it is known whose it is
    std::size_t piece = 1u << 20;            // of a download, in memory at a time
    std::size_t pipelined = 64u << 10;       // read ahead while a request is under way
    std::size_t stream_queue = 256u << 10;   // events that a slow client has not taken: above, it is cut off
    std::uint64_t bodies = 512u << 20;       // of all connections together
    // Of one user at a time.
    std::uint32_t downloads = 16, streams = 64;
};

struct HttpContext {
    HttpContext(caf::actor_system& actor_system, const Services& all_services);

    caf::actor_system& system;
    const Services services;
    const HttpLimits limits;
    const Assets assets;
    net::Admission admission;
    const std::shared_ptr<Slots> slots;
    const std::shared_ptr<BodyBudget> bodies;
    std::atomic<bool> ready{false}, draining{false};

    // Connections of the doors that drain.
    std::mutex mutex;
    std::unordered_map<HttpConnection*, net::ConnectionRef> connections;
};

} // namespace facteur
