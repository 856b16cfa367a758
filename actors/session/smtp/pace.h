// How slow a client may be, so that nobody holds a connection by dripping octets (slowloris): a command must
// be whole within `idle`, however its octets come, and the text of a message may lag behind its least rate by
// `idle` at most. Time is handed in, in milliseconds of a steady clock. One caller.
#pragma once

#include <cstdint>

namespace facteur {

class Pace {
public:
    // Octets a second that the text of a message must come with, on average: a tenth of the poorest line that
    // people still send mail over.
    static constexpr std::uint64_t least_rate = 1000;

    Pace(std::uint64_t idle, std::uint64_t now) : idle_(idle), deadline_(now + idle) {}

    // A command was answered: the next one is awaited.
    void answered(std::uint64_t now) { deadline_ = now + idle_; }
    // Text of a message came.
    void text(std::uint64_t octets) {
        owed_ += octets * 1000;
        deadline_ += owed_ / least_rate;
        owed_ %= least_rate;
    }
    // What came before `now` does not help any more: asked when octets come.
    [[nodiscard]] bool is_late(std::uint64_t now) const { return idle_ > 0 && now > deadline_; }

private:
    std::uint64_t idle_;     // milliseconds; 0: never late
    std::uint64_t deadline_; // when what is awaited must be whole
    std::uint64_t owed_ = 0; // thousandths of octets that have not made a millisecond yet
};

} // namespace facteur
