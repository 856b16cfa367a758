#include "actors/session/http/http_door.h"

#include "actors/session/http/context.h"
#include "actors/session/http/http_connection.h"
#include "actors/session/http/peer.h"

namespace facteur {

HttpDoors::HttpDoors(caf::actor_system& system, const Services& services)
    : context_(std::make_shared<HttpContext>(system, services)) {
    services.metrics.on_scrape([context = std::weak_ptr(context_)](Metrics& metrics) {
        if (const auto alive = context.lock())
            metrics.set("facteur_http_body_bytes", "Octets of request bodies under way.", "", "",
                        static_cast<double>(alive->bodies->taken()));
    });
}
HttpDoors::~HttpDoors() = default;

net::Accept HttpDoors::accept(Door door, std::shared_ptr<const TlsSource> tls) {
    return [context = context_, door,
            tls = std::move(tls)](net::Connection& connection) -> std::unique_ptr<net::Handler> {
        // Behind a loopback address stand many: a proxy's clients.
        const auto remote = connection.is_loopback() ? std::string() : connection.remote();
        const auto certificate = tls ? tls->current() : nullptr;
        const bool refused = (tls && !certificate) || (door != Door::admin && context->draining) ||
                             !context->admission_of(door).enter(remote);
        if (refused) {
            context->services.metrics.connection_refused(door);
            return nullptr;
        }
        context->services.metrics.connection_opened(door);
        auto handler = std::make_unique<HttpConnection>(context, door, remote);
        if (certificate) connection.start_tls(certificate);
        handler->open(connection);
        return handler;
    };
}

void HttpDoors::set_ready(bool ready) {
    context_->ready = ready;
}

void HttpDoors::drain() {
    context_->draining = true;
    const std::lock_guard lock(context_->mutex);
    for (const auto& [handler, way] : context_->connections)
        way.with([handler = handler](net::Connection& connection) { handler->drain(connection); });
}

std::size_t HttpDoors::open() const {
    return context_->admission.open();
}

} // namespace facteur
