// Reads one response to a request of ours, small enough to be kept whole (RFC 9110, 9112): the client's half
// of HTTP/1.1, without socket and clock. Interim responses (1xx) are passed over.
//
//   ResponseReader reader(limits);
//   reader.feed(bytes);            // as they come
//   reader.closed();               // when the server ends the connection
//   reader.state()                 // done: `response()`; broken: `problem()`
//
// Thread-safety: a reader belongs to one caller.
#pragma once

#include "transport/http/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::http {

struct ResponseLimits {
    std::size_t head = 32u << 10; // octets; real heads stay under 8 KiB
    std::size_t headers = 100;
    std::size_t body = 1u << 20;
};

struct ReadResponse {
    int status = 0;
    std::vector<Header> headers; // names in lower case
    std::string body;
    // The first of that name (in lower case); nothing when absent.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

class ResponseReader {
public:
    enum class State { reading, done, broken };

    explicit ResponseReader(const ResponseLimits& limits = {}) : limits_(limits) {}

    // What comes behind the response is dropped.
    void feed(std::string_view bytes);
    // Ends a body that goes on until the connection's end; anything else is broken by it.
    void closed();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const ReadResponse& response() const { return response_; }
    [[nodiscard]] std::string_view problem() const { return problem_; } // English, for a log

private:
    enum class Part { head, length, chunk_size, chunk, chunk_end, trailers, until_close };

    // Whether there is more to do with what is buffered.
    bool step();
    bool read_head();
    bool read_framing();
    bool take_body(Part then);
    bool read_chunk_size();
    bool read_line_end(Part then);
    bool read_trailer();
    std::optional<std::string_view> line();
    bool fail(std::string_view why);
    bool finish();

    ResponseLimits limits_;
    std::string buffer_;
    std::size_t at_ = 0;
    Part part_ = Part::head;
    std::uint64_t left_ = 0;
    std::size_t trailers_ = 0;
    State state_ = State::reading;
    ReadResponse response_;
    std::string_view problem_;
};

} // namespace facteur::http
