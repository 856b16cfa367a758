// RFC 8620 §7.3: /jmap/eventsource/?types=&closeafter=&ping=
#include "actors/session/http/answers.h"
#include "actors/session/http/http_connection.h"
#include "actors/session/http/stream.h"
#include "actors/session/jmap/ids.h"
#include "transport/http/event_stream.h"

namespace facteur {
namespace {

void open_stream(HttpSession* self, std::uint32_t ping) {
    auto& state = self->state;
    // Pings that nobody asked for are comments: they keep proxies from cutting a silent stream, and find
    // clients that have gone.
    const auto interval = ping > 0 ? std::uint64_t{ping} * 1000 : state.context->limits.keep_awake;
    auto sign_of_life = ping > 0 ? jmap::ping_event(ping) : http::write_event_comment("");
    state.peer.tell([exchange = std::move(state.exchange), interval, sign_of_life = std::move(sign_of_life)](
                        HttpConnection& handler, net::Connection& connection) mutable {
        handler.answer_events(connection, std::move(exchange), http::event_stream_response(), interval,
                              std::move(sign_of_life));
    });
}

} // namespace

void handle_event_source(HttpSession* self) {
    auto& exchange = *self->state.exchange;
    const auto& context = *self->state.context;
    const auto parameter = [&](std::string_view name, std::string_view otherwise) {
        return exchange.request.parameter(name).value_or(std::string(otherwise));
    };
    auto parameters = jmap::event_source_parameters(parameter("types", "*"), parameter("closeafter", "no"),
                                                    parameter("ping", "0"));
    if (!parameters) return answer(self, problem(400, "types, closeafter and ping are not as they must be."));
    const auto& user = exchange.identity->user;
    if (!exchange.slot.take(context.slots, user.id, SlotKind::stream))
        return answer(self, problem(429, "Too many streams of this user are open."));
    // An empty one means that the client saw no event yet.
    const auto last_id = read_state(exchange.request.header("last-event-id").value_or(""));
    auto& stream = self->state.stream;
    stream = std::make_unique<Stream>(
        Stream{Stream::Kind::event_source, *exchange.identity, std::move(exchange.slot), {}, false, {}});
    stream->types = std::move(parameters->types);
    stream->close_after_state = parameters->close_after_state;
    stream->told = current_states(context, user.id);
    open_stream(self, parameters->ping);
    watch(self, [self, last_id, before = newest_of(stream->told)] {
        // What came between the client's last event, or this request, and the watch.
        tell_since(self, std::min(last_id.value_or(before), before));
    });
}

} // namespace facteur
