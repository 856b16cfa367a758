#include "actors/commands/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur {
namespace {

constexpr std::uint64_t bar_width = 30;
constexpr auto redraw = std::chrono::milliseconds(100);
constexpr auto clear_line = "\r\x1b[K";

} // namespace

Progress::Progress(Console& console, std::string title, std::uint64_t total)
    : console_(console), title_(std::move(title)), total_(total) {
    if (console.shows_progress()) thread_ = std::thread([this] { draw_now_and_then(); });
}

Progress::~Progress() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(state_mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
    if (drawn_) console_.complain(clear_line);
}

void Progress::reach(std::uint64_t done, std::string_view note) {
    const std::lock_guard lock(state_mutex_);
    state_.done = done;
    state_.note = note;
}

void Progress::draw_now_and_then() {
    std::unique_lock lock(state_mutex_);
    while (!wake_.wait_for(lock, redraw, [this] { return stopping_; })) {
        const auto state = state_;
        lock.unlock();
        draw(state);
        lock.lock();
    }
}

void Progress::draw(const State& state) {
    const auto total = std::max<std::uint64_t>(total_, 1);
    const auto share = static_cast<double>(std::min(state.done, total)) / static_cast<double>(total);
    const auto filled = static_cast<std::uint64_t>(share * static_cast<double>(bar_width));
    const auto seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
    std::string left;
    if (seconds > 2 && share > 0.01) {
        const auto remaining = static_cast<std::uint64_t>(seconds / share - seconds);
        left = fmt::format("  {}:{:02} left", remaining / 60, remaining % 60);
    }
    const std::lock_guard lock(terminal_mutex_);
    console_.complain(fmt::format("{}{} [{:=<{}}{: <{}}] {:3.0f} %  {}{}", clear_line, title_, "", filled, "",
                                  bar_width - filled, share * 100, state.note, left));
    drawn_ = true;
}

void Progress::complain(std::string_view line) {
    const std::lock_guard lock(terminal_mutex_);
    console_.complain(fmt::format("{}{}\n", drawn_ ? clear_line : "", line));
    drawn_ = false;
}

} // namespace facteur
