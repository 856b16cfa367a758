// Reads the replies of a server (RFC 5321 §4.2): codes, continuation lines, enhanced status codes (RFC 2034).
//
// Bounded: a line, a number of lines and a whole reply; what is longer is a protocol error, as is a code that
// changes between lines. A bare LF ends a line too: replies carry nothing that could be smuggled by it.
// Thread-safety: one caller.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::smtp {

struct ServerReply {
    int code = 0;         // 200…599; 0: there was none (the connection was lost, or we decided ourselves)
    std::string enhanced; // "5.1.1"; empty: none given, or one whose class contradicts the code
    std::string text;     // lines joined by '\n', without codes; valid UTF-8, no control characters but '\n'

    [[nodiscard]] bool is_success() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool is_permanent() const { return code >= 500; }
    // "550 5.1.1 No such user", on one line.
    [[nodiscard]] std::string line() const;
    bool operator==(const ServerReply&) const = default;
};

struct ReplyLimits {
    std::size_t line_octets = 2048; // RFC 5321 §4.5.3.1.5 says 512; real servers explain at length
    std::size_t lines = 128;        // EHLO of large servers has about 20
    std::size_t octets = 32'768;    // of one reply
};

class ReplyReader {
public:
    explicit ReplyReader(const ReplyLimits& limits = {}) : limits_(limits) {}

    // Takes from the front of `input` what belongs to the reply under way. Gives the reply when it is whole;
    // nothing when more input is needed (all of `input` was taken) or `is_broken`.
    std::optional<ServerReply> take(std::string_view& input);
    // The peer does not speak SMTP or met a limit; stays so.
    [[nodiscard]] bool is_broken() const { return broken_; }
    [[nodiscard]] bool is_within_reply() const { return !line_.empty() || lines_ > 0; }

private:
    // Whether the reply is complete with this line.
    bool take_line(std::string_view line);

    ReplyLimits limits_;
    std::string line_; // begun, not ended
    std::size_t lines_ = 0, octets_ = 0;
    ServerReply reply_;
    bool broken_ = false;
};

// "2.1.5" at the start of `text`, when its class goes with `code`; empty otherwise.
std::string_view enhanced_code(std::string_view text, int code);

} // namespace facteur::smtp
