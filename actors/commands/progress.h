// A bar on the terminal for what takes long; silent when nobody watches.
//
//     Progress progress(console, "Importing", total);
//     progress.reach(done, "1,234 messages");
//
// Any thread may call `reach`, also a lane: it never waits for the terminal, which a thread of the bar's own
// draws on. The line is cleared at the end of its life.
#pragma once

#include "actors/commands/console.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace facteur {

class Progress {
public:
    Progress(Console& console, std::string title, std::uint64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void reach(std::uint64_t done, std::string_view note = {});
    // A line above the bar. Waits for the terminal.
    void complain(std::string_view line);

private:
    using Clock = std::chrono::steady_clock;
    struct State {
        std::uint64_t done = 0;
        std::string note;
    };
    void draw_now_and_then();
    void draw(const State& state);

    Console& console_;
    std::string title_;
    std::uint64_t total_;
    Clock::time_point begun_ = Clock::now();

    std::mutex state_mutex_;
    std::condition_variable wake_;
    State state_;
    bool stopping_ = false;

    std::mutex terminal_mutex_;
    bool drawn_ = false;
    std::thread thread_;
};

} // namespace facteur
