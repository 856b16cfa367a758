// Runs long searches beside the actors, on threads of their own, so that no number of them holds up a
// sign-in, a delivery or a page of a list.
//
// Few work at a time. The others wait, each on its thread, and have their turn after some milliseconds
// (Turn::go_on): those that have worked little before those that have worked long, a user who has none at
// work before one who has, and otherwise who has waited longest. So a short search is short also while long
// ones run. A user has few at a time; one more ends the user's oldest. A search ends unanswered when its
// client has gone, and with serverUnavailable when it takes too long.
//
// Thread-safe.
#pragma once

#include "actors/searching/turn.h"
#include "actors/searching/uid_entries.h"
#include "store/ids.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace facteur {

struct SearchLimits {
    std::uint32_t working = 0;     // at a time; 0: half the cores, at least one
    std::uint32_t under_way = 256; // begun and not ended: each has a thread, which mostly waits
    std::uint32_t waiting = 1000;  // to begin: longer, nobody waits
    std::uint32_t of_user =
        3; // then one more ends the oldest: an answer that is still awaited is a newer one
    std::uint64_t memory = 512u << 20;            // octets that all of them hold, by a coarse count
    std::chrono::microseconds on_the_spot{2'000}; // in the actor, before it becomes one of these
    std::chrono::milliseconds turn{20};           // before others have theirs
    std::chrono::milliseconds short_search{200};  // of work: a user who has had more comes after others
    std::chrono::milliseconds neglected{2'000};   // waiting for so long makes up for that
    std::chrono::milliseconds snapshot{5'000};    // the age of one: pages that it sees are not used again
    std::chrono::milliseconds longest{30'000};    // from being asked to its end, whatever it waited for
};

class Searches {
public:
    // Set by whoever asked, when there is nobody to answer any more.
    using Gone = std::shared_ptr<const std::atomic<bool>>;
    // Called once, on a search thread. Must end soon after the turn has.
    using Work = std::function<void(Turn& turn)>;

    explicit Searches(const SearchLimits& limits = {});
    ~Searches(); // stops
    Searches(const Searches&) = delete;
    Searches& operator=(const Searches&) = delete;
    // Ends all and joins the threads. Nothing starts any more. Idempotent.
    void stop();

    [[nodiscard]] const SearchLimits& limits() const { return limits_; }
    // False: too many wait, or it has stopped; `work` is not called.
    bool start(store::AccountId user, Gone gone, Work work);

    [[nodiscard]] UidEntries& uid_entries() { return uid_entries_; } // that searches share

    struct Statistics {
        std::uint64_t begun = 0, refused = 0;
        std::uint64_t gone = 0, superseded = 0, too_long = 0, too_large = 0; // of those begun, why they ended
        std::uint64_t turns = 0; // times that one made room for another
        std::size_t waiting = 0, under_way = 0, working = 0;
        std::uint64_t octets = 0; // held
    };
    [[nodiscard]] Statistics statistics() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Job;
    struct User {
        std::uint32_t jobs = 0, working = 0;
        Clock::duration worked{0}; // by those that it has now
    };

    TurnGiver::Answer ask(Job& job);
    bool hold(Job& job, std::size_t octets);
    // The rest: with `mutex_` locked.
    [[nodiscard]] TurnGiver::Answer fate(const Job& job, Clock::time_point now);
    [[nodiscard]] std::shared_ptr<Job> next(Clock::time_point now);
    void let_work();
    void pause(std::unique_lock<std::mutex>& lock, Job& job, Clock::time_point now);
    void account(Job& job, Clock::time_point now);
    void end_oldest_of(store::AccountId user);
    void end(Job& job);
    void thread();

    const SearchLimits limits_;
    UidEntries uid_entries_;
    mutable std::mutex mutex_;
    std::condition_variable begins_; // for threads without a search
    bool stopping_ = false;
    std::vector<std::shared_ptr<Job>> jobs_; // in the order of their coming
    std::vector<std::shared_ptr<Job>> to_begin_;
    std::unordered_map<store::AccountId, User> users_;
    std::uint32_t working_ = 0, under_way_ = 0;
    std::uint64_t octets_ = 0;
    Statistics statistics_;
    std::vector<std::thread> threads_;
};

} // namespace facteur
