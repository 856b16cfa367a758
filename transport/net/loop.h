// A loop: one thread that runs one libuv loop. Everything of `transport/net` that is not said to be
// thread-safe belongs to one loop and is touched on its thread alone.
//
// Other threads reach it by `post`: a lock-free queue with one wake-up for however many tasks wait. What the
// loop posts to itself is run before it waits again, without any.
#pragma once

#include "transport/base/result.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <unordered_set>
#include <vector>

struct uv_loop_s;

namespace facteur::net {

class Connection;

class Loop {
public:
    Loop();
    ~Loop(); // stops
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Thread-safe. Runs `task` on the loop's thread, in the order of posts from one thread. Dropped once the
    // loop has stopped.
    void post(std::function<void()> task);
    // The same, and waits until it has run. Never from the loop itself.
    void run(const std::function<void()>& task);
    // Calls `task` on the loop after `milliseconds` (kept to a tenth of a second), once. From the loop's
    // thread.
    void after(std::uint64_t milliseconds, std::function<void()> task);
    // Thread-safe. Closes every connection and ends the thread. Idempotent.
    void stop();

    [[nodiscard]] bool is_current() const { return std::this_thread::get_id() == thread_.get_id(); }
    [[nodiscard]] std::size_t connections() const { return open_.load(std::memory_order_relaxed); }
    // Milliseconds of a steady clock, as of this turn of the loop. From the loop's thread.
    [[nodiscard]] std::uint64_t now() const;

    // For this folder alone.
    [[nodiscard]] uv_loop_s* raw() const { return loop_.get(); }
    [[nodiscard]] std::vector<char>& read_buffer() { return read_buffer_; }
    void keep(std::shared_ptr<Connection> connection);
    void drop(const std::shared_ptr<Connection>& connection);
    void on_stop(std::function<void()> close); // closes a handle of the loop when it stops

private:
    struct Task {
        std::function<void()> run;
        Task* next;
    };
    void drain();
    void wake();
    void before_waiting();
    void after_waiting();
    void tick();
    void close_all();

    std::unique_ptr<uv_loop_s> loop_;
    struct Handles;
    std::unique_ptr<Handles> handles_;
    std::atomic<Task*> tasks_{nullptr};
    std::atomic<std::size_t> open_{0};
    std::atomic<bool> stopped_{false};
    std::unordered_set<std::shared_ptr<Connection>> connections_;
    std::multimap<std::uint64_t, std::function<void()>> timers_; // by when they are due
    unsigned ticks_ = 0;
    std::vector<std::function<void()>> closers_;
    std::vector<char> read_buffer_; // one for all connections: an idle one holds none
    std::thread thread_;
};

// N loops; connections are spread over them by the kernel (SO_REUSEPORT).
class LoopPool {
public:
    explicit LoopPool(std::size_t loops);
    [[nodiscard]] std::size_t size() const { return loops_.size(); }
    [[nodiscard]] Loop& operator[](std::size_t index) const { return *loops_[index]; }
    void stop();

private:
    std::vector<std::unique_ptr<Loop>> loops_;
};

} // namespace facteur::net
