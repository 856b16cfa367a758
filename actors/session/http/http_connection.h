// The loop's half of an HTTP connection: requests are read, bounded and timed here, answers are written here;
// what needs the store or an account goes to the session actor (http_session.h).
//
// One request at a time; what is pipelined behind it waits, and the socket is not read when too much waits.
// Who pipelines many gets a bounded number of answers, then the loop's other connections have their turn.
// A body that is large, or of unknown length, is not read before the session has said who sends it and that
// there is room. All functions run on the connection's loop.
#pragma once

#include "actors/session/http/context.h"
#include "actors/session/http/exchange.h"
#include "actors/session/tls_source.h"
#include "transport/http/request_machine.h"
#include "transport/http/websocket_machine.h"

#include <caf/actor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace facteur {

class HttpConnection : public net::Handler {
public:
    // `remote`: as it was admitted, and is given back when the connection has closed.
    HttpConnection(std::shared_ptr<HttpContext> context, Door door, std::string remote);
    ~HttpConnection() override;
    void open(net::Connection& connection); // once, before anything is read

    // -- from the connection
    void on_bytes(net::Connection& connection, std::string_view bytes) override;
    void on_drained(net::Connection& connection) override;
    void on_timeout(net::Connection& connection) override;
    void on_ended(net::Connection& connection) override;
    void on_closed() override;

    // -- from the session
    // Go on with the body of the request that it was asked about.
    void admit(net::Connection& connection, std::shared_ptr<Exchange> exchange);
    // The answer, whole. A 101 makes the connection a WebSocket.
    void answer(net::Connection& connection, std::shared_ptr<Exchange> exchange, http::Response response);
    // The answer in pieces: head first; the session is told `PieceTaken` when the client has taken one.
    void answer_head(net::Connection& connection, std::shared_ptr<Exchange> exchange,
                     const http::Response& response, std::uint64_t length);
    void answer_piece(net::Connection& connection, net::SharedBytes bytes, bool is_last);
    // The connection becomes an event stream. `ping`: what is sent every so many milliseconds.
    void answer_events(net::Connection& connection, std::shared_ptr<Exchange> exchange,
                       const http::Response& response, std::uint64_t interval, std::string ping);
    // Events of a stream, or whole frames of a WebSocket.
    void push(net::Connection& connection, const std::string& bytes);
    // The last frame of the WebSocket was answered: the next may come.
    void next_frame(net::Connection& connection);
    // The stream is over. `code`: why, for a WebSocket (RFC 6455 §7.4.1).
    void end_stream(net::Connection& connection, std::uint16_t code, std::string_view reason);
    // The session has ended though it should not have.
    void session_lost(net::Connection& connection);
    // Nothing new is begun any more.
    void drain(net::Connection& connection);

private:
    enum class State : std::uint8_t {
        head,      // of a request is awaited
        body,      // is read
        asked,     // the session is asked whether the body may come
        answering, // the request is with the session
        events,    // an event stream
        websocket,
        over, // closing
    };

    void pump(net::Connection& connection);
    void end_turn(net::Connection& connection);
    void read_on(net::Connection& connection);
    [[nodiscard]] bool waits_for_room(net::Connection& connection);
    void on_head(net::Connection& connection, http::Request request);
    void on_body(net::Connection& connection, std::string_view bytes);
    void on_request_end(net::Connection& connection);
    void on_broken(net::Connection& connection, const http::Broken& broken);
    void refuse(net::Connection& connection, http::Response response);
    void finish_answer(net::Connection& connection, int status);
    void await_head(net::Connection& connection);
    void pump_websocket(net::Connection& connection);
    [[nodiscard]] bool holds_frame();
    void write_head(net::Connection& connection, const http::Response& response,
                    std::optional<std::uint64_t> length);
    void begin_stream(net::Connection& connection, std::uint64_t interval);
    void become_websocket(net::Connection& connection);
    void note(int status, std::uint64_t now) const;
    [[nodiscard]] std::optional<http::Response> answer_here() const;
    [[nodiscard]] std::uint64_t body_limit() const;
    [[nodiscard]] bool must_ask() const;
    template <typename Message>
    void tell_session(net::Connection& connection, Message message, bool quick = false);

    std::shared_ptr<HttpContext> context_;
    Door door_;
    State state_ = State::head;
    bool keep_alive_ = true;      // after the answer under way
    bool awaits_drain_ = false;   // the session waits for the last piece to be taken
    bool waits_for_room_ = false; // nothing is begun before the last answers are taken
    bool turn_is_due_ = false;    // others come first, then it goes on by itself
    bool has_head_begun_ = false;
    std::size_t turn_octets_ = 0; // of answers in this turn
    std::string remote_;
    http::RequestMachine machine_;
    std::shared_ptr<Exchange> exchange_; // null while it is with the session
    int status_ = 0;                     // of an answer in pieces
    std::uint64_t body_at_look_ = 0;     // its size when its pace was looked at
    std::uint64_t interval_ = 0;         // of signs of life, milliseconds
    std::string sign_of_life_;
    std::unique_ptr<http::WebSocketMachine> websocket_;
    store::AccountId user_ = 0;          // of the WebSocket
    std::unique_ptr<Share> frame_share_; // of a message that gathers
    bool frame_under_way_ = false;
    unsigned silent_pings_ = 0;
    caf::actor session_;
};

} // namespace facteur
