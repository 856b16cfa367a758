#include "actors/searching/turn.h"

#include "actors/mailbox/large_texts.h"

#include <algorithm>

namespace facteur {
namespace {

constexpr std::size_t held_at_once = 1u << 20; // octets: so seldom is the giver asked

} // namespace

bool Turn::look() {
    work_ = 0;
    if (giver_ == nullptr) {
        if (until_ != Clock::time_point::max() && Clock::now() > until_) end_ = End::moment_over;
        return end_ == End::none;
    }
    switch (giver_->ask()) {
    case TurnGiver::Answer::gone: end_ = End::gone; break;
    case TurnGiver::Answer::superseded: end_ = End::superseded; break;
    case TurnGiver::Answer::too_long: end_ = End::too_long; break;
    case TurnGiver::Answer::stopped: end_ = End::stopped; break;
    case TurnGiver::Answer::go_on:
        if (Clock::now() > old_at_) end_ = End::old;
        break;
    }
    return end_ == End::none;
}

bool Turn::may_take(std::uint64_t octets) {
    taken_ += octets;
    if (until_ != Clock::time_point::max() && taken_ >= LargeTexts::large) end_ = End::large_text;
    return end_ == End::none;
}

bool Turn::hold(std::size_t octets) {
    if (giver_ == nullptr) return end_ == End::none;
    if (octets > spare_) {
        const auto more = std::max(octets, held_at_once);
        if (!giver_->hold(more)) {
            if (end_ == End::none) end_ = End::too_large;
            return false;
        }
        spare_ += more;
    }
    spare_ -= octets;
    held_in_walk_ += octets;
    return end_ == End::none;
}

void Turn::renew() {
    if (giver_ == nullptr) return;
    if (old_at_ != Clock::time_point::max()) spare_ += held_in_walk_; // of the walk before
    held_in_walk_ = 0;
    old_at_ = Clock::now() + age_;
    if (end_ == End::old) end_ = End::none;
}

// RFC 8620 §3.6.2: serverUnavailable, try again later. By then the index may hold what had to be read now.
jmap::MethodError Turn::error() const {
    switch (end_) {
    case End::gone: return {"serverUnavailable", "The connection has ended."};
    case End::superseded: return {"serverUnavailable", "Newer searches of this user came before it."};
    case End::too_long:
        return {"serverUnavailable", "The search takes too long: narrow it, or try again later."};
    case End::too_large:
        return {"serverUnavailable", "Too many large searches run at this moment: try again later."};
    case End::stopped: return {"serverUnavailable", "The server stops."};
    default: return {"serverFail", "The search did not end."};
    }
}

} // namespace facteur
