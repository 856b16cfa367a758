#include "actors/session/http/http_session.h"

#include "actors/messages.h"
#include "actors/session/http/answers.h"
#include "actors/session/http/download.h"
#include "actors/session/http/http_connection.h"
#include "actors/session/http/identify.h"
#include "actors/session/http/jmap_api.h"
#include "actors/session/http/stream.h"
#include "transport/http/response.h"

namespace facteur {
namespace {

using Handler = void (*)(HttpSession*);

struct Needs {
    Handler handler = nullptr;
    bool identity = true;
};

Needs needs_of(Route route) {
    switch (route) {
    case Route::metrics: return {handle_metrics, false};
    case Route::login: return {handle_login, false};
    case Route::logout: return {handle_logout, false};
    case Route::sessions: return {handle_sessions};
    case Route::session: return {handle_close_session};
    case Route::jmap_session: return {handle_jmap_session};
    case Route::jmap_api: return {handle_jmap_api};
    case Route::jmap_upload: return {handle_upload};
    case Route::jmap_download: return {handle_download};
    case Route::event_source: return {handle_event_source};
    case Route::websocket: return {handle_websocket};
    case Route::thunderbird_setup: return {handle_thunderbird_setup, false};
    case Route::outlook_setup: return {handle_outlook_setup, false};
    case Route::apple_setup: return {handle_apple_setup, false};
    case Route::none:
    case Route::healthz:
    case Route::readyz:
    case Route::asset: break; // answered on the loop
    }
    return {};
}

void handle(HttpSession* self) {
    const auto needs = needs_of(self->state.exchange->route->route);
    if (needs.handler == nullptr) return answer(self, problem(404, "There is nothing at this address."));
    if (!needs.identity || self->state.exchange->identity) return needs.handler(self);
    identify(self, [self, handler = needs.handler] { handler(self); });
}

// Is there room for the body of this user?
bool takes_slot(HttpSession* self) {
    auto& exchange = *self->state.exchange;
    const bool is_upload = exchange.route->route == Route::jmap_upload;
    const auto kind = is_upload ? SlotKind::upload : SlotKind::request;
    if (exchange.slot.take(self->state.context->slots, exchange.identity->user.id, kind)) return true;
    answer(self, limit_problem(400, is_upload ? "maxConcurrentUpload" : "maxConcurrentRequests",
                               "Too much of this user is under way."));
    return false;
}

void admit(HttpSession* self) {
    if (!takes_slot(self)) return;
    self->state.peer.tell(
        [exchange = std::move(self->state.exchange)](HttpConnection& handler, net::Connection& connection) {
            handler.admit(connection, exchange);
        });
}

} // namespace

HttpSessionState::HttpSessionState() = default;
HttpSessionState::~HttpSessionState() {
    *gone = true;
}

HttpContext::HttpContext(caf::actor_system& actor_system, const Services& all_services)
    : system(actor_system), services(all_services),
      session_fingerprint(fingerprint_of_sessions(all_services.jmap_limits)),
      admission(all_services.config.limits.http_connections,
                all_services.config.limits.http_connections_per_address),
      admin_admission(limits.admin_connections, limits.admin_connections),
      slots(std::make_shared<Slots>(
          Slots::Most{limits.programs * all_services.jmap_limits.max_concurrent_requests,
                      limits.programs * all_services.jmap_limits.max_concurrent_upload, limits.downloads,
                      limits.streams})),
      bodies(std::make_shared<BodyBudget>(
          limits.bodies, std::max(limits.bodies_of_user, all_services.jmap_limits.max_size_upload +
                                                             all_services.jmap_limits.max_size_request))) {}

void answer(HttpSession* self, http::Response response) {
    auto exchange = std::move(self->state.exchange);
    if (!exchange) return;
    http::finish(response, exchange->request);
    self->state.peer.tell([exchange = std::move(exchange), response = std::move(response)](
                              HttpConnection& handler, net::Connection& connection) mutable {
        handler.answer(connection, std::move(exchange), std::move(response));
    });
}

std::function<void(std::function<void()>)> way_into(HttpSession* self) {
    return [address = caf::actor_cast<caf::actor>(self)](std::function<void()> task) {
        caf::anon_send(address, Continue{std::move(task)});
    };
}

void handle_metrics(HttpSession* self) {
    answer(self, http::text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                                     self->state.context->services.metrics.text()));
}

caf::behavior http_session(HttpSession* self, std::shared_ptr<HttpContext> context, Peer peer) {
    self->state.context = std::move(context);
    self->state.peer = peer;
    // A session that fails must not leave its client waiting.
    self->attach_functor([peer] {
        peer.tell(
            [](HttpConnection& handler, net::Connection& connection) { handler.session_lost(connection); });
    });
    return {
        [self](RequestArrived& request) {
            self->state.exchange = std::move(request.exchange);
            handle(self);
        },
        [self](BodyAnnounced& request) {
            self->state.exchange = std::move(request.exchange);
            identify(self, [self] { admit(self); });
        },
        [self](ClientEnded) { *self->state.gone = true; },
        [self](PieceTaken) { continue_download(self); },
        [self](const FrameArrived& frame) { handle_frame(self, frame); },
        [self](const StateChanged& changed) { on_state_changed(self, changed); },
        [self](const CloseSessions&) { close_unless_valid(self); },
        [](const Continue& next) { next.task(); },
    };
}

} // namespace facteur
