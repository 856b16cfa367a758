// How long a search may go on: what work that may read a whole account asks between its steps.
//
//     Turn turn(…);
//     find what needs no snapshot; if (turn.has_ended()) return turn.error();
//     do {
//         const auto now = store.read(account);
//         turn.renew();
//         walk, and stop as soon as turn.go_on() is false; keep what was judged at a price
//         if (!turn.has_ended()) return the answer;
//     } while (turn.wants_renewal());
//     return turn.error();
//
// A turn on the spot ends after a moment: whoever has more to do does it again on a search thread
// (searches.h), where `go_on` lets others have theirs, and where a search ends when nobody waits for it any
// more, when its user has asked newer ones, or when it has taken too long. A snapshot that has become old is
// to be renewed, so that the pages that it sees can be used again. One thread at a time.
#pragma once

#include "transport/jmap/errors.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace facteur {

// What things cost, in steps through an index: opening an email's row, making a key to sort by, counting a
// thread, reading an email's text or header.
inline constexpr unsigned steps_of_row = 8, steps_of_key = 16, steps_of_thread = 40, steps_of_reading = 300;
// What a search that remembers a thread holds for it.
inline constexpr std::size_t octets_of_thread = 48;

// The other side of a turn: who gives it.
class TurnGiver {
public:
    virtual ~TurnGiver() = default;
    enum class Answer : std::uint8_t { go_on, gone, superseded, too_long, stopped };
    // May wait while others have their turn.
    virtual Answer ask() = 0;
    // False: there is no memory for so many octets.
    virtual bool hold(std::size_t octets) = 0;
};

class Turn {
public:
    using Clock = std::chrono::steady_clock;

    // Without any bound: for tests and benches.
    Turn() = default;
    // On the spot, for so long.
    explicit Turn(std::chrono::microseconds most) : until_(Clock::now() + most) {}
    Turn(TurnGiver& giver, std::chrono::milliseconds age) : giver_(&giver), age_(age) {}

    // Asked before a step. `work`: what it costs, in steps through an index.
    bool go_on(unsigned work = 1) {
        if (end_ != End::none) return false;
        work_ += work;
        return work_ < work_between_looks || look();
    }
    // A step turned out to cost that much.
    void spend(unsigned work) { work_ += work; }
    // Asked before so many octets of a message are read or written. False: on the spot these are too many,
    // and the turn is over: they are for a thread for large texts (actors/mailbox/large_texts.h).
    bool may_take(std::uint64_t octets);
    // Memory that grows with the account, until the snapshot is renewed, or the search ends when it was held
    // before the first. False: there is none, and the turn is over.
    bool hold(std::size_t octets);

    // A snapshot has been opened; the last one was given back.
    void renew();
    [[nodiscard]] bool has_ended() const { return end_ != End::none; }
    [[nodiscard]] bool wants_renewal() const { return end_ == End::old; }
    // The moment on the spot is over, or is too short for a text.
    [[nodiscard]] bool wants_thread() const { return end_ == End::moment_over || met_large_text(); }
    [[nodiscard]] bool met_large_text() const { return end_ == End::large_text; }
    // For the client: why there is no answer.
    [[nodiscard]] jmap::MethodError error() const;

private:
    enum class End : std::uint8_t {
        none,
        moment_over,
        large_text,
        old,
        gone,
        superseded,
        too_long,
        too_large,
        stopped
    };
    static constexpr unsigned work_between_looks = 256; // some ten microseconds

    bool look();

    TurnGiver* giver_ = nullptr;
    Clock::time_point until_ = Clock::time_point::max();
    std::chrono::milliseconds age_{0};
    Clock::time_point old_at_ = Clock::time_point::max();
    unsigned work_ = 0;
    std::uint64_t taken_ = 0; // octets
    std::size_t spare_ = 0;   // held and not in use
    std::size_t held_in_walk_ = 0;
    End end_ = End::none;
};

} // namespace facteur
