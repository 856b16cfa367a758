// JMAP over WebSocket (RFC 8887): requests in order, one at a time, and push.
#include "actors/session/http/answers.h"
#include "actors/session/http/http_connection.h"
#include "actors/session/http/identify.h"
#include "actors/session/http/jmap_api.h"
#include "actors/session/http/stream.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/run.h"
#include "transport/http/websocket_machine.h"
#include "transport/jmap/session.h"

namespace facteur {
namespace {

constexpr std::string_view subprotocol = "jmap";

// The answer to the frame under way; the next may come.
void answer_frame(HttpSession* self, std::string json) {
    self->state.peer.tell([frame = http::websocket_frame(http::WebSocketKind::text, json)](
                              HttpConnection& handler, net::Connection& connection) {
        handler.push(connection, frame);
        handler.next_frame(connection);
    });
}

void next_frame(HttpSession* self) {
    self->state.peer.tell(
        [](HttpConnection& handler, net::Connection& connection) { handler.next_frame(connection); });
}

void run(HttpSession* self, jmap::RequestFrame frame) {
    const auto& context = *self->state.context;
    const auto& user = self->state.stream->identity.user;
    auto slot = std::make_shared<Slot>();
    if (!slot->take(context.slots, user.id, SlotKind::request))
        return answer_frame(self, jmap::request_error_frame({frame.id,
                                                             {jmap::RequestError::Type::limit,
                                                              "Too many requests of this user are under way.",
                                                              "maxConcurrentRequests"}}));
    run_request(self, context.services, user, std::move(frame.request),
                {std::move(frame.id), session_state(context, user), self->state.gone},
                [self, slot](std::string json) {
                    slot->release();
                    answer_frame(self, std::move(json));
                });
}

void enable_push(HttpSession* self, jmap::PushEnable enable) {
    auto& stream = *self->state.stream;
    stream.types = std::move(enable.types);
    if (const auto since = read_state(enable.push_state)) tell_since(self, *since);
    next_frame(self);
}

} // namespace

void handle_websocket(HttpSession* self) {
    auto& exchange = *self->state.exchange;
    const auto& context = *self->state.context;
    auto response = http::accept_websocket(exchange.request, {subprotocol});
    if (response.status != 101) return answer(self, std::move(response));
    const auto& user = exchange.identity->user;
    if (!exchange.slot.take(context.slots, user.id, SlotKind::stream))
        return answer(self, problem(429, "Too many streams of this user are open."));
    auto& stream = self->state.stream;
    stream = std::make_unique<Stream>(
        Stream{Stream::Kind::websocket, *exchange.identity, std::move(exchange.slot), {}, false, {}});
    stream->told = current_states(context, user.id);
    watch(self, [self, response = std::move(response)] { answer(self, response); });
}

void handle_frame(HttpSession* self, const FrameArrived& frame) {
    auto& state = self->state;
    if (!state.stream) return;
    if (!is_still_valid(state.context->services, state.stream->identity))
        return end_stream(self, http::policy_violation, "The session is over.");
    if (!frame.is_text) return end_stream(self, http::unsupported_data, "JMAP is text.");
    auto parsed =
        jmap::parse_frame(*frame.text, supported_capabilities(), state.context->services.jmap_limits);
    if (auto* request = std::get_if<jmap::RequestFrame>(&parsed)) return run(self, std::move(*request));
    if (auto* enable = std::get_if<jmap::PushEnable>(&parsed)) return enable_push(self, std::move(*enable));
    if (const auto* refused = std::get_if<jmap::RefusedFrame>(&parsed))
        return answer_frame(self, jmap::request_error_frame(*refused));
    state.stream->types.reset();
    next_frame(self);
}

} // namespace facteur
