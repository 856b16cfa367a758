// The text of a message as SMTP carries it: every line ends in CRLF, whatever the message has (a bare CR or a
// bare LF is a line end), the last line is ended, and lines that begin with a dot get a second one
// (RFC 5321 §4.5.2) when it goes by DATA. State between calls is two flags. Thread-safety: one caller.
#pragma once

#include <string>
#include <string_view>

namespace facteur::smtp {

class TextWriter {
public:
    explicit TextWriter(bool stuff_dots) : stuff_dots_(stuff_dots) {}

    // Appends `text`, the next piece of the message, to `out`.
    void write(std::string& out, std::string_view text);
    // After the last piece: ends a line that was begun. The final dot is the caller's.
    void finish(std::string& out);

private:
    bool stuff_dots_;
    bool line_start_ = true;
    bool cr_ = false; // the last octet was CR, and its CRLF is written
};

} // namespace facteur::smtp
