#include "transport/smtp/data_reader.h"

#include <cstring>

namespace facteur::smtp {

void TextWatch::line_ended() {
    if (line_ > limits_.line_octets) blame(Fault::line_too_long);
    if (in_header_ && octets_ > limits_.header_octets) blame(Fault::header_too_large);
    if (line_ == 0) in_header_ = false;
    line_ = 0;
}

// Walks from CR to CR with memchr and looks for LF between: two passes at memory speed, no octet by octet.
void TextWatch::see(std::string_view run) {
    if (run.empty()) return;
    std::size_t at = 0;
    if (cr_) {
        cr_ = false;
        if (run[0] != '\n') {
            blame(Fault::bare_line_end);
        } else {
            at = 1;
            octets_ += 1;
            line_ended();
        }
    }
    while (at < run.size()) {
        const auto* start = run.data() + at;
        const auto left = run.size() - at;
        const auto* cr = static_cast<const char*>(std::memchr(start, '\r', left));
        const auto plain = cr ? static_cast<std::size_t>(cr - start) : left;
        if (std::memchr(start, '\n', plain)) blame(Fault::bare_line_end);
        line_ += plain;
        octets_ += plain;
        at += plain;
        if (!cr) break;
        ++octets_;
        ++at;
        if (at == run.size()) {
            cr_ = true;
        } else if (run[at] == '\n') {
            ++octets_;
            ++at;
            line_ended();
        } else {
            blame(Fault::bare_line_end);
        }
    }
    // A line or header without end shows before its end comes.
    if (line_ > limits_.line_octets) blame(Fault::line_too_long);
    if (in_header_ && octets_ > limits_.header_octets) blame(Fault::header_too_large);
    if (octets_ > limits_.message_octets) blame(Fault::message_too_large);
}

void TextWatch::finish() {
    if (cr_) blame(Fault::bare_line_end);
    cr_ = false;
}

namespace {

// The octets up to the next place where a line starts, after CRLF; all of them when there is none.
std::size_t up_to_line_start(std::string_view text, bool after_cr) {
    if (after_cr && text.front() == '\n') return 1;
    std::size_t at = 0;
    while (const auto* lf = static_cast<const char*>(std::memchr(text.data() + at, '\n', text.size() - at))) {
        const auto position = static_cast<std::size_t>(lf - text.data());
        if (position > 0 && text[position - 1] == '\r') return position + 1;
        at = position + 1;
        if (at == text.size()) break;
    }
    return text.size();
}

} // namespace

// Runs over whole lines as long as none begins with a dot, so that a chunk is as long as can be.
DataReader::Taken DataReader::take(std::string_view input) {
    Taken taken;
    std::size_t at = 0;
    // A dot that began a line in an earlier piece of input.
    if (at_ == At::dot && !input.empty()) {
        if (input[0] == '\r') {
            at_ = At::dot_cr;
            at = 1;
        } else {
            at_ = At::within; // the dot was stuffed
        }
    }
    if (at_ == At::dot_cr && at < input.size()) {
        if (input[at] == '\n') {
            taken.used = at + 1;
            taken.end = true;
            watch_.finish();
            return taken;
        }
        watch_.blame(Fault::bare_line_end); // ".\r" and no LF: the line goes on
        at_ = At::within;
    }
    const auto begin = at;
    while (at < input.size() && at_ != At::dot && at_ != At::dot_cr) {
        if (at_ == At::line_start && input[at] == '.') {
            at_ = At::dot;
            break;
        }
        const auto rest = input.substr(at);
        const auto size = up_to_line_start(rest, at_ == At::cr);
        at += size;
        const bool line_ended = rest[size - 1] == '\n' && (size > 1 ? rest[size - 2] == '\r' : at_ == At::cr);
        at_ = line_ended ? At::line_start : rest[size - 1] == '\r' ? At::cr : At::within;
    }
    taken.chunk = input.substr(begin, at - begin);
    watch_.see(taken.chunk);
    taken.used = at + (at_ == At::dot ? 1 : 0);
    return taken;
}

} // namespace facteur::smtp
