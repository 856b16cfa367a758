// The text of DATA: finds its end, takes off the dots of RFC 5321 §4.5.2, and holds it to strict line ends.
//
// Only CRLF ends a line and only CRLF "." CRLF (or "." CRLF as the very first line) ends the text. A bare LF
// or a bare CR anywhere makes the message bad, it ends nothing: `\n.\n`, `\r.\r`, `\n.\r\n`, `\r\n.\n`,
// `\r\n.\r` are all read over, and the message is refused at its real end. That is what stops SMTP smuggling.
//
// Zero copy: chunks are views into what was fed. State between calls is a few flags. Thread-safety: one
// caller.
#pragma once

#include <cstdint>
#include <string_view>

namespace facteur::smtp {

struct TextLimits {
    std::uint64_t message_octets = 0;
    std::uint32_t line_octets = 0; // without CRLF
    std::uint32_t header_octets = 0;
};

// In the order of their weight: the heaviest is told, so that the answer does not depend on how input was
// cut.
enum class Fault { none, line_too_long, header_too_large, message_too_large, bare_line_end };

// Watches text go by and remembers the heaviest rule that it breaks. Used for DATA and for BDAT.
class TextWatch {
public:
    explicit TextWatch(const TextLimits& limits) : limits_(limits) {}

    // A run of text that belongs to the message.
    void see(std::string_view run);
    // At the end: a last CR without LF is bare.
    void finish();
    [[nodiscard]] Fault fault() const { return fault_; }
    [[nodiscard]] std::uint64_t octets() const { return octets_; }
    void blame(Fault fault) {
        if (fault > fault_) fault_ = fault;
    }

private:
    void line_ended();

    TextLimits limits_;
    std::uint64_t octets_ = 0;
    std::uint64_t line_ = 0; // octets of the line begun, without its end
    bool in_header_ = true;
    bool cr_ = false; // the last octet was CR
    Fault fault_ = Fault::none;
};

class DataReader {
public:
    explicit DataReader(const TextLimits& limits) : watch_(limits) {}

    struct Taken {
        std::size_t used = 0;   // octets of the input that are done with; never 0 for input that is not empty
        std::string_view chunk; // text of the message among them; may be empty
        bool end = false;       // the end was reached; what follows `used` is not of the message
    };
    Taken take(std::string_view input);

    [[nodiscard]] Fault fault() const { return watch_.fault(); }
    [[nodiscard]] std::uint64_t octets() const { return watch_.octets(); }

private:
    enum class At { line_start, dot, dot_cr, within, cr };

    TextWatch watch_;
    At at_ = At::line_start;
};

} // namespace facteur::smtp
