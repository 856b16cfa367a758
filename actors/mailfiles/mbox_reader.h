// An mbox as a machine: octets in, messages out, one at a time.
//
// A message begins at a line "From …" with a date that stands at the start or behind an empty line (but for
// Netscape's, from_line.h); the empty line belongs to it. ">From" loses one ">" (mboxrd). Line ends are kept.
// A message longer than the limit is not kept but told. Nothing but the message at hand is in memory.
#pragma once

#include "store/rows.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::mailfiles {

struct MboxMessage {
    std::string bytes; // without fields of the mbox's own (from_line.h)
    store::Keywords keywords;
    bool deleted = false;
    bool too_large = false;   // then no bytes
    store::Time received = 0; // 0: not told
    std::uint64_t number = 0; // in the file, from 1
    std::uint64_t size = 0;
};

class MboxReader {
public:
    MboxReader(std::size_t largest, std::function<void(MboxMessage)> each)
        : largest_(largest), each_(std::move(each)) {}

    void feed(std::string_view bytes);
    void finish();
    [[nodiscard]] std::uint64_t octets_outside() const { return outside_; } // before the first message

private:
    void take_line(std::string_view line, bool from_its_start);
    void end_message();

    std::size_t largest_;
    std::function<void(MboxMessage)> each_;
    std::string partial_;     // a line whose end has not come
    bool continues_ = false;  // `partial_` is not the start of its line
    bool after_empty_ = true; // the line before was empty, or there is none
    std::optional<MboxMessage> message_;
    std::string bytes_;
    std::uint64_t count_ = 0, outside_ = 0;
};

// The octets of a message as an mbox holds them: lines that begin with "From " behind any number of ">" get
// one more, the last line gets an end when it has none, and an empty line follows.
std::string mbox_quoted(std::string_view message);

} // namespace facteur::mailfiles
