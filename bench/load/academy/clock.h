// When things are due: a queue of functions by time, run by a libuv loop to some tens of microseconds.
#pragma once

#include "bench/load/client.h"

#include <uv.h>

#include <functional>
#include <queue>
#include <vector>

namespace facteur::load::academy {

class Clock {
public:
    explicit Clock(uv_loop_t& loop);
    ~Clock();
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    // At `due` in the seconds of `now()`; at once when that has passed, but never before `at` returns.
    void at(double due, std::function<void()> run);
    // How much later than due things were begun: the client's own slowness.
    [[nodiscard]] Latencies& lateness() { return lateness_; }

private:
    struct Due {
        double at;
        std::uint64_t number; // of two at one time, the first asked for is the first
        std::function<void()> run;
        bool operator>(const Due& other) const {
            return at != other.at ? at > other.at : number > other.number;
        }
    };
    void arm();
    void run_due();

    int timer_;
    uv_poll_t poll_{};
    std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
    std::uint64_t numbers_ = 0;
    Latencies lateness_;
};

} // namespace facteur::load::academy
