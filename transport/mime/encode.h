// Encoders of bodies, in pieces. Private to transport/mime.
#pragma once

#include "transport/mime/write.h"

namespace facteur::mime {

// Gathers some 64 KiB for a sink.
class Pieces {
public:
    explicit Pieces(const Sink& sink) : sink_(sink) {}

    std::string& buffer() { return buffer_; }
    void append(std::string_view text) {
        buffer_ += text;
        flush_when_full();
    }
    void flush_when_full() {
        if (buffer_.size() >= most) flush();
    }
    void flush() {
        if (!buffer_.empty()) sink_(buffer_);
        buffer_.clear();
    }

private:
    static constexpr std::size_t most = 65536;
    const Sink& sink_;
    std::string buffer_;
};

enum class LineEnds {
    normal, // CR, LF and CRLF are line ends: all are written as CRLF
    exact,  // CRLF is a line end, a bare CR or LF is an octet
};

void write_base64(std::string_view bytes, Pieces& out); // lines of 76, the last without its line end
void write_quoted_printable(std::string_view text, LineEnds line_ends, Pieces& out);
void write_lines(std::string_view text, Pieces& out); // any line end as CRLF

} // namespace facteur::mime
