// The server side of WebSocket (RFC 6455), sans I/O: bytes in, events and bytes out.
//
//   auto answer = accept_websocket(request, {"jmap"});        // 101, or why not
//   machine.feed(bytes);
//   while (auto event = machine.next()) …
//   send(machine.take_output());                              // pongs, the answer to a close
//   if (machine.is_over()) close the connection
//
// Frames to send are made by `websocket_frame`, on any thread, and are sent as they are. Fragments are
// joined: a message comes whole, at most `Limits::message` octets, text as checked UTF-8. Pings are answered
// by the machine. Every breach of the protocol (an unmasked or odd frame, a length in too many octets, bad
// UTF-8) ends in one `WebSocketClosed` with the code of §7.4.1, a close frame in the output and `is_over`.
// Extensions (compression) are not offered. Thread-safety: a machine belongs to one caller.
#pragma once

#include "transport/http/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::http {

// Answers an opening handshake (§4.2): 101 with the subprotocol that is chosen; 400, 405 or 426 when it is
// none. `subprotocols`: ours, in order of preference. A client that names some and none of ours is refused
// (400), since it would close at once; one that names none gets none. The Origin is the caller's to check.
Response accept_websocket(const Request& request, const std::vector<std::string_view>& subprotocols);
bool asks_for_websocket(const Request& request);

enum class WebSocketKind : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
// One whole frame, unmasked, as servers send it. Control frames hold at most 125 octets; more are cut.
std::string websocket_frame(WebSocketKind kind, std::string_view payload);

// What a server closes with (RFC 6455 §7.4.1; 1013 is from IANA's registry).
constexpr std::uint16_t going_away = 1001, unsupported_data = 1003, policy_violation = 1008, try_later = 1013;

struct WebSocketLimits {
    std::size_t message = 10u << 20; // octets of a joined message
    std::size_t fragments = 4096;    // of one message; empty ones cost no octets
};

struct WebSocketMessage {
    bool is_text = true;
    std::string bytes;
};
struct WebSocketPong {};
// The last event. 1005: the client gave no code.
struct WebSocketClosed {
    std::uint16_t code = 1005;
    std::string reason; // UTF-8, from the client, or ours for a breach
};
using WebSocketEvent = std::variant<WebSocketMessage, WebSocketPong, WebSocketClosed>;

class WebSocketMachine {
public:
    explicit WebSocketMachine(WebSocketLimits limits = {}) : limits_(limits) {}

    void feed(std::string_view bytes);
    std::optional<WebSocketEvent> next();
    // Bytes to send now.
    std::string take_output();
    // Begins to close: a close frame is in the output, messages are dropped until the client's own comes.
    void close(std::uint16_t code, std::string_view reason);
    // Octets held: fed and not used, and of the message that gathers.
    [[nodiscard]] std::size_t buffered() const { return buffer_.size() - at_ + message_.size(); }
    // Both sides have closed, or the protocol was broken: send the output, then close the connection.
    [[nodiscard]] bool is_over() const { return state_ == State::over; }

private:
    enum class State { header, payload, over };

    bool read_header();
    std::optional<WebSocketEvent> end_frame();
    std::optional<WebSocketEvent> end_message();
    std::optional<WebSocketEvent> take_close();
    void take_payload();
    void broken(std::uint16_t code, std::string_view reason);

    WebSocketLimits limits_;
    std::string buffer_; // fed and not used
    std::size_t at_ = 0;
    State state_ = State::header;
    std::uint8_t kind_ = 0; // of the frame that is read
    bool last_ = false;     // FIN
    std::uint64_t left_ = 0;
    std::uint32_t mask_ = 0;
    std::string control_, message_;
    std::uint8_t message_kind_ = 0; // 0: none under way
    std::size_t fragments_ = 0;
    bool closing_ = false; // we have sent a close frame
    std::optional<WebSocketClosed> breach_;
    std::string output_;
};

} // namespace facteur::http
