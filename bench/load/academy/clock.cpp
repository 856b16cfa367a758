#include "bench/load/academy/clock.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cmath>
#include <utility>

namespace facteur::load::academy {

// libuv's own timers count whole milliseconds.
Clock::Clock(uv_loop_t& loop) : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (timer_ < 0) stop("no timer");
    uv_poll_init(&loop, &poll_, timer_);
    poll_.data = this;
    uv_poll_start(&poll_, UV_READABLE,
                  [](uv_poll_t* poll, int, int) { static_cast<Clock*>(poll->data)->run_due(); });
}

Clock::~Clock() {
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), nullptr);
    uv_run(poll_.loop, UV_RUN_NOWAIT); // the handle must outlive its closing
    ::close(timer_);
}

void Clock::at(double due, std::function<void()> run) {
    const bool is_first = queue_.empty() || due < queue_.top().at;
    queue_.push({due, ++numbers_, std::move(run)});
    if (is_first) arm();
}

void Clock::arm() {
    if (queue_.empty()) return;
    const auto due = std::max(queue_.top().at, 1e-9);
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(due);
    when.it_value.tv_nsec = std::max(1L, static_cast<long>((due - std::floor(due)) * 1e9));
    ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

void Clock::run_due() {
    std::uint64_t times = 0;
    [[maybe_unused]] const auto got = ::read(timer_, &times, sizeof times);
    for (auto left = queue_.size(); left > 0 && !queue_.empty(); --left) {
        const auto late = now() - queue_.top().at;
        if (late < 0) break;
        lateness_.add(late);
        const auto run = std::move(const_cast<Due&>(queue_.top()).run);
        queue_.pop();
        run();
    }
    arm();
}

} // namespace facteur::load::academy
