// The server side of HTTP/1.1 (RFC 9112), sans I/O: bytes in, events out.
//
//   machine.feed(bytes);
//   while (auto event = machine.next()) …
//
//   RequestHead → decide, perhaps `limit_body`; BodyBytes (views, until the next call) …; RequestEnd
//   Broken      → answer `status` and close: no further event comes
//
// After `RequestEnd` nothing comes until `proceed`: one request at a time, in order; what is pipelined waits
// in the buffer, so stop reading while `buffered` is large. A switch of protocols takes what is left by
// `take_rest`.
//
// Strict where leniency lets requests be smuggled past a proxy: a bare CR, a header without a colon or with
// blanks before it, folded headers, several or odd Content-Length, Content-Length beside Transfer-Encoding,
// any coding but a final chunked, and chunk sizes of other form are all refused; so are several Host.
// A bare LF ends no line. Bounded: `Limits`. Thread-safety: a machine belongs to one caller.
#pragma once

#include "transport/http/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace facteur::http {

struct Limits {
    std::size_t line = 8192;         // the request line, a header, a chunk's size line
    std::size_t head = 32 * 1024;    // all of a head
    std::size_t headers = 100;       // how many; trailers too
    std::uint64_t body = 50'000'000; // unless `limit_body` says otherwise
};

struct RequestHead {
    Request request;
};
struct BodyBytes {
    std::string_view bytes;
};
struct RequestEnd {};
struct Broken {
    int status = 400;
    std::string_view reason; // one sentence, ours
};
using Event = std::variant<RequestHead, BodyBytes, RequestEnd, Broken>;

class RequestMachine {
public:
    explicit RequestMachine(Limits limits = {}) : limits_(limits) {}

    void feed(std::string_view bytes);
    std::optional<Event> next();
    // Of the request whose head came last; its body so far counts.
    void limit_body(std::uint64_t octets) { body_limit_ = octets; }
    // The response is on its way: the next request may come.
    void proceed();
    // Everything that was fed and not yet used.
    std::string take_rest();
    [[nodiscard]] std::size_t buffered() const { return buffer_.size() - at_; }
    // Between two requests, with nothing of the next one here.
    [[nodiscard]] bool is_idle() const { return state_ == State::head && buffered() == 0; }

private:
    enum class State { head, length, chunk_size, chunk, chunk_end, trailers, end, answering, broken };

    std::optional<Event> broken(int status, std::string_view reason);
    std::optional<Event> read_head();
    std::optional<Event> take_body(State then);
    std::optional<Event> read_length();
    std::optional<Event> read_chunk_size();
    std::optional<Event> read_trailers();
    // The next line without its CRLF; nothing: incomplete or broken (then `line_error_` says how).
    std::optional<std::string_view> line(std::size_t& at, std::size_t longest);

    Limits limits_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::size_t scanned_ = 0; // octets of an unfinished head that hold no end
    State state_ = State::head;
    std::uint64_t left_ = 0, body_ = 0, body_limit_ = 0;
    std::size_t trailers_ = 0;
    int line_error_ = 0;
};

} // namespace facteur::http
