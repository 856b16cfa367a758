#include "actors/searching/searches.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace facteur {

struct Searches::Job : TurnGiver {
    enum class State : std::uint8_t { fresh, paused, working };

    Job(Searches& searches, store::AccountId of, Gone client_gone, Work what)
        : all(searches), user(of), gone(std::move(client_gone)), work(std::move(what)) {}
    Answer ask() override { return all.ask(*this); }
    bool hold(std::size_t more) override { return all.hold(*this, more); }

    Searches& all;
    const store::AccountId user;
    const Gone gone;
    Work work;
    const Clock::time_point asked = Clock::now();

    // Under the mutex.
    State state = State::fresh;
    bool superseded = false;
    Clock::time_point since = asked; // it waits, or works
    std::uint64_t octets = 0;
    Answer told = Answer::go_on;
    std::condition_variable goes_on;
};

Searches::Searches(const SearchLimits& limits)
    : limits_([&limits] {
          auto made = limits;
          if (made.working == 0) made.working = std::max(1u, std::thread::hardware_concurrency() / 2);
          return made;
      }()) {}

Searches::~Searches() {
    stop();
}

void Searches::stop() {
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        threads.swap(threads_);
        for (const auto& job : jobs_)
            job->goes_on.notify_all();
    }
    begins_.notify_all();
    for (auto& thread : threads)
        thread.join();
    std::vector<std::shared_ptr<Job>> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(jobs_);
        to_begin_.clear();
    }
    for (const auto& job : left) {
        Turn turn(*job, limits_.snapshot);
        job->work(turn);
    }
}

bool Searches::start(store::AccountId user, Gone gone, Work work) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() - under_way_ >= limits_.waiting) {
        ++statistics_.refused;
        return false;
    }
    if (users_[user].jobs >= limits_.of_user) end_oldest_of(user);
    ++users_[user].jobs;
    jobs_.push_back(std::make_shared<Job>(*this, user, std::move(gone), std::move(work)));
    let_work();
    return true;
}

void Searches::end_oldest_of(store::AccountId user) {
    for (const auto& job : jobs_)
        if (job->user == user && !job->superseded) {
            job->superseded = true;
            --users_[user].jobs; // it is as good as over
            return;
        }
}

TurnGiver::Answer Searches::fate(const Job& job, Clock::time_point now) {
    using Answer = TurnGiver::Answer;
    if (stopping_) return Answer::stopped;
    if (job.gone && job.gone->load(std::memory_order_relaxed)) return Answer::gone;
    if (job.superseded) return Answer::superseded;
    return now - job.asked > limits_.longest ? Answer::too_long : Answer::go_on;
}

// Whose turn it is; null: nobody's who could have it.
std::shared_ptr<Searches::Job> Searches::next(Clock::time_point now) {
    const auto rank = [&](const Job& job) {
        const bool over = fate(job, now) != TurnGiver::Answer::go_on; // it goes soon, and makes room
        const auto& user = users_[job.user];
        const bool long_one = user.worked > limits_.short_search && now - job.since < limits_.neglected;
        return std::tuple(!over, user.working, long_one, job.since);
    };
    std::shared_ptr<Job> best;
    for (const auto& job : jobs_) {
        if (job->state == Job::State::working) continue;
        if (job->state == Job::State::fresh && under_way_ >= limits_.under_way) continue;
        if (!best || rank(*job) < rank(*best)) best = job;
    }
    return best;
}

void Searches::let_work() {
    const auto now = Clock::now();
    while (working_ < limits_.working && !stopping_) {
        const auto job = next(now);
        if (!job) return;
        ++working_;
        ++users_[job->user].working;
        const bool fresh = job->state == Job::State::fresh;
        job->state = Job::State::working;
        job->since = now;
        if (!fresh) {
            job->goes_on.notify_one();
            continue;
        }
        ++under_way_;
        ++statistics_.begun;
        to_begin_.push_back(job);
        if (under_way_ > threads_.size()) threads_.emplace_back([this] { thread(); });
        begins_.notify_one();
    }
}

// What it has worked since it was last looked at.
void Searches::account(Job& job, Clock::time_point now) {
    users_[job.user].worked += now - job.since;
    job.since = now;
}

TurnGiver::Answer Searches::ask(Job& job) {
    std::unique_lock lock(mutex_);
    auto now = Clock::now();
    if (now - job.since >= limits_.turn && !stopping_) {
        pause(lock, job, now);
        now = Clock::now();
    }
    return job.told = fate(job, now);
}

void Searches::pause(std::unique_lock<std::mutex>& lock, Job& job, Clock::time_point now) {
    account(job, now);
    job.state = Job::State::paused;
    --working_;
    --users_[job.user].working;
    let_work();
    if (job.state == Job::State::working) return; // nobody waits who comes before it
    ++statistics_.turns;
    job.goes_on.wait(lock, [&] { return job.state == Job::State::working || stopping_; });
    if (job.state == Job::State::working) return;
    job.state = Job::State::working; // to its end
    ++working_;
    ++users_[job.user].working;
}

bool Searches::hold(Job& job, std::size_t octets) {
    const std::lock_guard lock(mutex_);
    if (octets_ + octets > limits_.memory) {
        ++statistics_.too_large;
        return false;
    }
    octets_ += octets;
    job.octets += octets;
    return true;
}

void Searches::end(Job& job) {
    account(job, Clock::now());
    --working_;
    --under_way_;
    octets_ -= job.octets;
    switch (job.told) {
    case TurnGiver::Answer::gone: ++statistics_.gone; break;
    case TurnGiver::Answer::superseded: ++statistics_.superseded; break;
    case TurnGiver::Answer::too_long: ++statistics_.too_long; break;
    default: break;
    }
    auto& user = users_[job.user];
    --user.working;
    if (!job.superseded) --user.jobs;
    std::erase_if(jobs_, [&](const auto& other) { return other.get() == &job; });
    const bool has_more =
        std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& other) { return other->user == job.user; });
    if (!has_more) users_.erase(job.user);
    let_work();
}

void Searches::thread() {
    std::unique_lock lock(mutex_);
    while (true) {
        begins_.wait(lock, [this] { return stopping_ || !to_begin_.empty(); });
        if (to_begin_.empty()) return;
        const auto job = std::move(to_begin_.front());
        to_begin_.erase(to_begin_.begin());
        lock.unlock();
        {
            Turn turn(*job, limits_.snapshot);
            job->work(turn);
            job->work = {}; // what it held goes here, not under the mutex
        }
        lock.lock();
        end(*job);
    }
}

Searches::Statistics Searches::statistics() const {
    const std::lock_guard lock(mutex_);
    auto statistics = statistics_;
    statistics.waiting = jobs_.size() - under_way_;
    statistics.under_way = under_way_;
    statistics.working = working_;
    statistics.octets = octets_;
    return statistics;
}

} // namespace facteur
