#include "actors/session/http/http_connection.h"

#include "actors/clock.h"
#include "actors/log.h"
#include "actors/on_this_thread.h"
#include "actors/session/http/answers.h"
#include "actors/session/http/http_session.h"
#include "transport/http/response.h"
#include "transport/http/websocket_machine.h"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

namespace facteur {
namespace {

// Octets of a request of JMAP that the session may answer on this thread: room for the calls that a list or a
// message takes, each of which ends its turn after two milliseconds (actors/searching/turn.h).
constexpr std::size_t quick_request = 4096;

bool is_admin(Door door) {
    return door == Door::admin;
}

// What the client's side of a local proxy looks like. Its last entry is the one that the proxy itself wrote.
std::string_view last_entry(std::string_view list) {
    if (const auto comma = list.rfind(','); comma != std::string_view::npos) list.remove_prefix(comma + 1);
    while (list.starts_with(' '))
        list.remove_prefix(1);
    return list;
}

void describe_client(Exchange& exchange, const net::Connection& connection) {
    exchange.remote = connection.remote();
    exchange.is_secure = connection.is_secure();
    exchange.is_local = connection.is_loopback();
    if (!connection.is_loopback()) return;
    if (const auto address = exchange.request.header("x-forwarded-for"); address && !address->empty()) {
        exchange.remote = last_entry(*address).substr(0, 64);
        exchange.is_local = false;
    }
    if (const auto scheme = exchange.request.header("x-forwarded-proto"))
        exchange.is_secure = last_entry(*scheme) == "https";
}

} // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpContext> context, Door door, std::string remote)
    : context_(std::move(context)), door_(door), remote_(std::move(remote)) {}
HttpConnection::~HttpConnection() = default;

void HttpConnection::open(net::Connection& connection) {
    if (!is_admin(door_)) {
        const std::lock_guard lock(context_->mutex);
        context_->connections.emplace(this, net::ConnectionRef(connection));
    }
    connection.set_timeouts(0, context_->limits.write_stall);
    connection.set_deadline(context_->limits.head_time);
}

// ---- reading

void HttpConnection::on_bytes(net::Connection& connection, std::string_view bytes) {
    switch (state_) {
    case State::events:
    case State::over: return; // nothing is expected from it
    case State::websocket:
        silent_pings_ = 0;
        websocket_->feed(bytes);
        return pump_websocket(connection);
    case State::head:
    case State::body: machine_.feed(bytes); return pump(connection);
    case State::asked:
    case State::answering: machine_.feed(bytes); return read_on(connection);
    }
}

void HttpConnection::pump(net::Connection& connection) {
    if (turn_is_due_) return;
    turn_octets_ = 0;
    for (std::uint32_t events = 0; state_ == State::head || state_ == State::body; ++events) {
        if (state_ == State::head && waits_for_room(connection)) return;
        if (events >= context_->limits.turn_events || turn_octets_ >= context_->limits.turn_octets)
            return end_turn(connection);
        auto event = machine_.next();
        if (!event) break;
        if (auto* head = std::get_if<http::RequestHead>(&*event))
            on_head(connection, std::move(head->request));
        else if (const auto* body = std::get_if<http::BodyBytes>(&*event))
            on_body(connection, body->bytes);
        else if (std::holds_alternative<http::RequestEnd>(*event))
            on_request_end(connection);
        else
            on_broken(connection, std::get<http::Broken>(*event));
    }
    // A head has its time from its first octet on, not since the last one.
    if (state_ == State::head && !has_head_begun_ && !machine_.is_idle()) {
        has_head_begun_ = true;
        connection.set_deadline(context_->limits.head_time);
    }
    read_on(connection);
}

// One read may hold thousands of small requests: the rest of them waits until the loop has been round.
void HttpConnection::end_turn(net::Connection& connection) {
    turn_is_due_ = true;
    connection.pause();
    const Peer itself(connection, *this);
    itself.tell([](HttpConnection& handler, net::Connection& own) {
        handler.turn_is_due_ = false;
        handler.pump(own);
    });
}

// Behind a request that is under way little is read ahead, however many are pipelined.
void HttpConnection::read_on(net::Connection& connection) {
    const bool has_request = state_ == State::asked || state_ == State::answering;
    if (has_request && machine_.buffered() > context_->limits.pipelined)
        connection.pause();
    else if (has_request || state_ == State::head || state_ == State::body)
        connection.resume();
}

// Who asks on without taking the answers has to wait, so that they do not pile up here.
bool HttpConnection::waits_for_room(net::Connection& connection) {
    waits_for_room_ = connection.queued() > context_->limits.stream_queue;
    if (waits_for_room_) connection.pause();
    return waits_for_room_;
}

void HttpConnection::on_head(net::Connection& connection, http::Request request) {
    exchange_ = std::make_shared<Exchange>();
    exchange_->request = std::move(request);
    exchange_->door = door_;
    exchange_->route = &find_route(door_, exchange_->request.path);
    describe_client(*exchange_, connection);
    exchange_->began = connection.loop().now();
    keep_alive_ = exchange_->request.keep_alive && !context_->draining;
    state_ = State::body;
    body_at_look_ = 0;
    connection.set_deadline(context_->limits.pace_time);
    const bool has_body = exchange_->request.chunked || exchange_->request.length.value_or(0) > 0;
    if (!has_body) return;
    if (auto response = answer_here()) return refuse(connection, std::move(*response));
    const auto limit = body_limit();
    machine_.limit_body(limit);
    if (exchange_->request.length.value_or(0) > limit)
        return on_broken(connection, {413, "The body is larger than allowed."});
    if (must_ask()) {
        state_ = State::asked;
        connection.set_deadline(context_->limits.answer_time);
        return tell_session(connection, BodyAnnounced{std::move(exchange_)});
    }
    if (exchange_->request.expects_continue)
        connection.write(std::string_view("HTTP/1.1 100 Continue\r\n\r\n"));
}

// Large bodies are not read before it is known whose they are.
bool HttpConnection::must_ask() const {
    if (exchange_->route->route != Route::jmap_api && exchange_->route->route != Route::jmap_upload)
        return false;
    return exchange_->request.chunked || *exchange_->request.length > context_->limits.unadmitted_body ||
           exchange_->request.expects_continue;
}

std::uint64_t HttpConnection::body_limit() const {
    if (exchange_->route->route == Route::jmap_api) return context_->services.jmap_limits.max_size_request;
    if (exchange_->route->route == Route::jmap_upload) return context_->services.jmap_limits.max_size_upload;
    return exchange_->route->body;
}

void HttpConnection::admit(net::Connection& connection, std::shared_ptr<Exchange> exchange) {
    if (state_ != State::asked) return;
    exchange_ = std::move(exchange);
    exchange_->is_admitted = true;
    // Pages that are not written to cost nothing, a string that grows is copied.
    exchange_->body.reserve(exchange_->request.length.value_or(0));
    state_ = State::body;
    if (exchange_->request.expects_continue)
        connection.write(std::string_view("HTTP/1.1 100 Continue\r\n\r\n"));
    connection.set_deadline(context_->limits.pace_time);
    pump(connection);
}

void HttpConnection::on_body(net::Connection& connection, std::string_view bytes) {
    if (exchange_->is_admitted &&
        !exchange_->share.grow(context_->bodies, exchange_->identity->user.id, bytes.size())) {
        auto response = problem(503, "Too much is being uploaded at this moment.");
        response.headers.push_back({"retry-after", "5"});
        return refuse(connection, std::move(response));
    }
    exchange_->body.append(bytes);
}

void HttpConnection::on_request_end(net::Connection& connection) {
    connection.set_deadline(context_->limits.answer_time);
    exchange_->began = connection.loop().now();
    if (auto response = answer_here()) return answer(connection, std::move(exchange_), std::move(*response));
    state_ = State::answering;
    const bool quick = exchange_->route->route == Route::jmap_api && exchange_->body.size() <= quick_request;
    tell_session(connection, RequestArrived{std::move(exchange_)}, quick);
}

void HttpConnection::on_broken(net::Connection& connection, const http::Broken& broken) {
    const auto route = exchange_ ? exchange_->route->route : Route::none;
    if (broken.status == 413 && route == Route::jmap_api)
        return refuse(connection, limit_problem(400, "maxSizeRequest", "The request is too large."));
    if (broken.status == 413 && route == Route::jmap_upload)
        return refuse(connection, limit_problem(413, "maxSizeUpload", "The upload is too large."));
    refuse(connection, problem(broken.status, broken.reason));
}

// Answers before the request is whole; what follows of it is not read.
void HttpConnection::refuse(net::Connection& connection, http::Response response) {
    if (!exchange_) {
        exchange_ = std::make_shared<Exchange>();
        exchange_->door = door_;
        exchange_->route = &find_route(Door::admin, ""); // none
        exchange_->remote = connection.remote();
        exchange_->began = connection.loop().now();
    }
    keep_alive_ = false;
    answer(connection, std::move(exchange_), std::move(response));
}

// What the loop answers by itself.
std::optional<http::Response> HttpConnection::answer_here() const {
    const auto& entry = *exchange_->route;
    const auto& request = exchange_->request;
    if (entry.route == Route::none) return problem(404, "There is nothing at this address.");
    if (request.method == "OPTIONS" || !allows(entry, request.method)) {
        auto response = request.method == "OPTIONS" ? empty_answer(204)
                                                    : problem(405, "This address does not take that method.");
        response.headers.push_back({"allow", std::string(entry.methods)});
        return response;
    }
    switch (entry.route) {
    case Route::healthz: return http::text_response(200, "text/plain", "ok\n");
    case Route::readyz:
        return context_->ready && !context_->draining ? http::text_response(200, "text/plain", "ready\n")
                                                      : http::text_response(503, "text/plain", "not ready\n");
    case Route::asset: return context_->assets.answer(request, exchange_->is_secure);
    default: return std::nullopt;
    }
}

template <typename Message>
void HttpConnection::tell_session(net::Connection& connection, Message message, bool quick) {
    if (state_ == State::over) return;
    if (!session_) {
        const Peer peer(connection, *this);
        session_ = context_->system.spawn(http_session, context_, peer);
    }
    if (quick)
        send_on_this_thread(session_, std::move(message));
    else
        caf::anon_send(session_, std::move(message));
}

void HttpConnection::session_lost(net::Connection& connection) {
    connection.abort();
}

// ---- answering

void HttpConnection::write_head(net::Connection& connection, const http::Response& response,
                                std::optional<std::uint64_t> length) {
    if (context_->draining && !is_admin(door_)) keep_alive_ = false;
    auto complete = response;
    if (response.status != 101) http::add_security_headers(complete, exchange_->is_secure);
    connection.write(
        http::write_head(complete, length, exchange_->request.minor, keep_alive_, seconds_now()));
}

void HttpConnection::answer(net::Connection& connection, std::shared_ptr<Exchange> exchange,
                            http::Response response) {
    if (state_ == State::over) return;
    // The session refused a body that is not read: the next request cannot be found behind it.
    if (state_ == State::asked) keep_alive_ = false;
    exchange_ = std::move(exchange);
    if (response.status == 101) {
        write_head(connection, response, std::nullopt);
        note(response.status, connection.loop().now());
        return state_ == State::over ? void() : become_websocket(connection);
    }
    const auto size = response.body ? response.body->size() : 0;
    turn_octets_ += size;
    write_head(connection, response, size);
    if (response.body && exchange_->request.method != "HEAD") connection.write(response.body);
    finish_answer(connection, response.status);
}

void HttpConnection::answer_head(net::Connection& connection, std::shared_ptr<Exchange> exchange,
                                 const http::Response& response, std::uint64_t length) {
    if (state_ != State::answering) return;
    exchange_ = std::move(exchange);
    status_ = response.status;
    connection.set_deadline(0); // what the client takes is timed by the connection
    write_head(connection, response, length);
}

void HttpConnection::answer_piece(net::Connection& connection, net::SharedBytes bytes, bool is_last) {
    if (state_ != State::answering || !exchange_) return;
    connection.write(std::move(bytes));
    if (state_ == State::over) return;
    if (is_last) return finish_answer(connection, status_);
    if (connection.queued() == 0)
        tell_session(connection, PieceTaken{});
    else
        awaits_drain_ = true;
}

void HttpConnection::on_drained(net::Connection& connection) {
    if (std::exchange(awaits_drain_, false)) tell_session(connection, PieceTaken{});
    if (!std::exchange(waits_for_room_, false)) return;
    if (state_ != State::websocket) return pump(connection);
    connection.resume();
    pump_websocket(connection);
}

void HttpConnection::finish_answer(net::Connection& connection, int status) {
    note(status, connection.loop().now());
    exchange_.reset();
    if (state_ == State::over) return; // the client went while it was written to
    if (!keep_alive_) {
        state_ = State::over;
        return connection.close();
    }
    const bool was_pumping = state_ == State::body; // its loop goes on by itself
    state_ = State::head;
    has_head_begun_ = false;
    machine_.proceed();
    connection.set_deadline(context_->limits.keep_alive);
    if (!was_pumping) pump(connection);
}

void HttpConnection::note(int status, std::uint64_t now) const {
    const auto& request = exchange_->request;
    const auto& entry = *exchange_->route;
    // A fixed set: methods that the route knows, and the status codes that are ours.
    const auto method = allows(entry, request.method) ? std::string_view(request.method) : "-";
    const auto milliseconds = now - std::min(now, exchange_->began);
    context_->services.metrics.command(door_, fmt::format("{} {}", method, entry.pattern),
                                       fmt::format_int(status).c_str(),
                                       static_cast<double>(milliseconds) / 1000);
    // Paths name blobs and files, which are the users' own.
    log(Severity::debug, "request",
        {{"door", name_of(door_)},
         {"remote", exchange_->remote},
         {"user", exchange_->identity ? exchange_->identity->user.address : "-"},
         {"method", method},
         {"route", entry.pattern},
         {"status", status},
         {"milliseconds", milliseconds}});
}

// ---- streams

void HttpConnection::begin_stream(net::Connection& connection, std::uint64_t interval) {
    machine_ = http::RequestMachine();
    interval_ = interval;
    connection.set_deadline(interval);
    connection.resume();
}

void HttpConnection::answer_events(net::Connection& connection, std::shared_ptr<Exchange> exchange,
                                   const http::Response& response, std::uint64_t interval, std::string ping) {
    if (state_ != State::answering) return;
    exchange_ = std::move(exchange);
    keep_alive_ = false;          // its end is the connection's
    exchange_->request.minor = 0; // no chunks: one octet more an event, for nothing
    write_head(connection, response, std::nullopt);
    note(response.status, connection.loop().now());
    exchange_.reset();
    if (state_ == State::over) return;
    state_ = State::events;
    sign_of_life_ = std::move(ping);
    begin_stream(connection, interval);
    if (context_->draining) end_stream(connection, http::going_away, {});
}

void HttpConnection::push(net::Connection& connection, const std::string& bytes) {
    if (state_ != State::events && state_ != State::websocket) return;
    // Who does not read its events can ask for the state when it is back. On a WebSocket one answer may be
    // long.
    const auto answer = state_ == State::events ? 0 : context_->services.jmap_limits.max_response;
    if (connection.queued() > answer + context_->limits.stream_queue) return connection.abort();
    connection.write(std::string_view(bytes));
}

void HttpConnection::become_websocket(net::Connection& connection) {
    user_ = exchange_->identity->user.id;
    exchange_.reset();
    const auto rest = machine_.take_rest();
    state_ = State::websocket;
    websocket_ = std::make_unique<http::WebSocketMachine>(
        http::WebSocketLimits{static_cast<std::size_t>(context_->services.jmap_limits.max_size_request)});
    begin_stream(connection, context_->limits.websocket_ping);
    websocket_->feed(rest);
    pump_websocket(connection);
    if (context_->draining) end_stream(connection, http::going_away, "The server stops.");
}

void HttpConnection::pump_websocket(net::Connection& connection) {
    bool is_closed = false;
    while (!frame_under_way_ && !is_closed) {
        auto event = websocket_->next();
        if (!event) break;
        if (auto* message = std::get_if<http::WebSocketMessage>(&*event)) {
            frame_under_way_ = true;
            tell_session(connection,
                         FrameArrived{std::make_shared<const std::string>(std::move(message->bytes)),
                                      message->is_text});
        } else {
            is_closed = std::holds_alternative<http::WebSocketClosed>(*event);
        }
    }
    connection.write(websocket_->take_output());
    if (state_ != State::websocket) return;
    if (websocket_->is_over() || is_closed) {
        state_ = State::over;
        return connection.close();
    }
    if (!holds_frame())
        return end_stream(connection, http::try_later, "Too much is being sent at this moment.");
    if (frame_under_way_) connection.pause();
}

// A large message counts as the body of a request does, while it gathers.
bool HttpConnection::holds_frame() {
    const auto held = websocket_->buffered();
    if (held <= context_->limits.unadmitted_body) {
        frame_share_.reset();
        return true;
    }
    if (!frame_share_) frame_share_ = std::make_unique<Share>();
    return held <= frame_share_->octets() ||
           frame_share_->grow(context_->bodies, user_, held - frame_share_->octets());
}

void HttpConnection::next_frame(net::Connection& connection) {
    if (state_ != State::websocket) return;
    frame_under_way_ = false;
    if (waits_for_room(connection)) return;
    connection.resume();
    pump_websocket(connection);
}

void HttpConnection::end_stream(net::Connection& connection, std::uint16_t code, std::string_view reason) {
    if (state_ == State::websocket) {
        websocket_->close(code, reason);
        connection.write(websocket_->take_output());
    } else if (state_ != State::events) {
        return;
    }
    state_ = State::over;
    connection.close();
}

// ---- ending

void HttpConnection::on_timeout(net::Connection& connection) {
    switch (state_) {
    case State::head:
        // The last answer is still being taken; the connection minds whether it is.
        if (connection.queued() > 0) return connection.set_deadline(context_->limits.keep_alive);
        if (has_head_begun_) return refuse(connection, problem(408, "The request took too long to come."));
        state_ = State::over;
        return connection.close();
    case State::body: {
        const auto size = exchange_->body.size();
        if (size < body_at_look_ + context_->limits.pace)
            return refuse(connection, problem(408, "The request took too long to come."));
        body_at_look_ = size;
        return connection.set_deadline(context_->limits.pace_time);
    }
    case State::events:
        connection.write(std::string_view(sign_of_life_));
        return connection.set_deadline(interval_);
    case State::websocket:
        if (!frame_under_way_ && ++silent_pings_ > 2) return connection.abort();
        connection.write(http::websocket_frame(http::WebSocketKind::ping, {}));
        return connection.set_deadline(interval_);
    case State::asked:
    case State::answering: return connection.abort();
    case State::over: return;
    }
}

void HttpConnection::on_ended(net::Connection& connection) {
    if (turn_is_due_) { // what was pipelined comes first
        const Peer itself(connection, *this);
        return itself.tell([](HttpConnection& handler, net::Connection& own) { handler.on_ended(own); });
    }
    // Who sent a whole request and then no more may still wait for the answer.
    if (state_ == State::answering) {
        keep_alive_ = false;
        return tell_session(connection, ClientEnded{});
    }
    state_ = State::over;
    connection.close();
}

void HttpConnection::on_closed() {
    state_ = State::over;
    if (session_) caf::anon_send_exit(session_, caf::exit_reason::user_shutdown);
    session_ = nullptr;
    context_->services.metrics.connection_closed(door_);
    context_->admission_of(door_).leave(remote_);
    if (is_admin(door_)) return;
    const std::lock_guard lock(context_->mutex);
    context_->connections.erase(this);
}

void HttpConnection::drain(net::Connection& connection) {
    keep_alive_ = false;
    if (state_ == State::events || state_ == State::websocket)
        return end_stream(connection, http::going_away, "The server stops.");
    if (state_ != State::head) return;
    state_ = State::over;
    connection.close();
}

} // namespace facteur
