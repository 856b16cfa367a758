// When a writer may give back room on the disk (store/free_pages.h): when nothing has been written for a
// while, and now and then where writing never ends.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace facteur::store {

class Rest {
public:
    using Clock = std::chrono::steady_clock;
    // Due once after its making too: what an earlier program left behind.
    explicit Rest(std::chrono::milliseconds quiet) : quiet_(quiet), due_(Clock::now() + quiet) {}

    void wrote() { due_ = std::min(Clock::now() + quiet_, latest_); }
    // Nothing when nothing was written since the last one.
    [[nodiscard]] std::optional<Clock::time_point> due() const { return due_; }
    [[nodiscard]] bool is_due() const { return due_ && Clock::now() >= *due_; }
    void done() {
        due_.reset();
        latest_ = Clock::now() + longest_without;
    }
    // It was disturbed, or came too early to give everything back.
    void again() { due_ = latest_ = Clock::now() + look_again; }

private:
    static constexpr std::chrono::hours longest_without{1};
    static constexpr std::chrono::seconds look_again{1};

    std::chrono::milliseconds quiet_;
    std::optional<Clock::time_point> due_;
    Clock::time_point latest_ = Clock::now() + longest_without;
};

} // namespace facteur::store
