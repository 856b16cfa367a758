// Threads of their own for large texts. Taking a message of some megabytes apart, or putting one together,
// takes a tenth of a second when somebody made it for that: on a worker of the actors, others would wait
// behind it. These threads are few (half the cores) and have a lower priority than whatever answers others.
//
// First come, first served. What waits holds its text, so whoever calls must have counted that memory.
// Thread-safe.
#pragma once

#include "actors/thread_waiter.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace facteur {

class LargeTexts {
public:
    // From here on, in octets. The worst text of that size takes 7 ms, an ordinary one 0.3 ms.
    static constexpr std::uint64_t large = 256u << 10;

    // `threads`: 0: half the cores, at least one. More than `most_waiting`: nobody waits.
    explicit LargeTexts(std::size_t threads = 0, std::size_t most_waiting = 1000);
    ~LargeTexts(); // stops
    LargeTexts(const LargeTexts&) = delete;
    LargeTexts& operator=(const LargeTexts&) = delete;
    // Ends what is at work, and tells those that wait that it was not done. Idempotent.
    void stop();

    using Work = std::function<void()>;
    // False: the work was not done, because too many wait or the server stops: try again later.
    using Then = std::function<void(bool done)>;
    // Calls `work`, then `then` in `self`: both at once for a text of `octets` that is not large. Otherwise
    // `work` runs on one of the threads while `self`, which stays alive, goes on with other messages: it must
    // not touch what those touch.
    void run(caf::event_based_actor* self, std::uint64_t octets, Work work, const Then& then);
    // The same, whatever the size.
    void run_apart(caf::event_based_actor* self, Work work, const Then& then);

    struct Statistics {
        std::uint64_t done = 0, refused = 0;
        std::size_t waiting = 0; // to begin
    };
    [[nodiscard]] Statistics statistics() const;

private:
    struct Job {
        Work work;
        ThreadWaiter waiter;
        bool done = false; // told to `self` by the waiter's word
    };
    bool add(const std::shared_ptr<Job>& job);
    void thread();

    const std::size_t most_waiting_;
    mutable std::mutex mutex_;
    std::condition_variable comes_;
    bool stopping_ = false;
    std::deque<std::shared_ptr<Job>> waiting_;
    std::uint64_t done_ = 0, refused_ = 0;
    std::vector<std::thread> threads_;
};

} // namespace facteur
