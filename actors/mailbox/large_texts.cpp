#include "actors/mailbox/large_texts.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace facteur {
namespace {

constexpr int niceness_of_large_texts = 10; // as the indexing thread

} // namespace

LargeTexts::LargeTexts(std::size_t threads, std::size_t most_waiting) : most_waiting_(most_waiting) {
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency() / 2);
    for (std::size_t n = 0; n < threads; ++n)
        threads_.emplace_back([this] { thread(); });
}

LargeTexts::~LargeTexts() {
    stop();
}

void LargeTexts::stop() {
    std::vector<std::thread> threads;
    std::deque<std::shared_ptr<Job>> left;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        threads.swap(threads_);
        left.swap(waiting_);
    }
    comes_.notify_all();
    for (const auto& job : left) {
        job->work = {};
        job->waiter.say_over();
    }
    for (auto& thread : threads)
        thread.join();
}

void LargeTexts::run(caf::event_based_actor* self, std::uint64_t octets, Work work, const Then& then) {
    if (octets >= large) return run_apart(self, std::move(work), then);
    work();
    then(true);
}

void LargeTexts::run_apart(caf::event_based_actor* self, Work work, const Then& then) {
    const auto job = std::make_shared<Job>(Job{std::move(work), ThreadWaiter(self)});
    if (add(job)) return job->waiter.wait(self, [job, then] { then(job->done); });
    then(false);
}

bool LargeTexts::add(const std::shared_ptr<Job>& job) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || waiting_.size() >= most_waiting_) {
            ++refused_;
            return false;
        }
        waiting_.push_back(job);
    }
    comes_.notify_one();
    return true;
}

void LargeTexts::thread() {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness_of_large_texts); // best effort
    std::unique_lock lock(mutex_);
    while (true) {
        comes_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        const auto job = std::move(waiting_.front());
        waiting_.pop_front();
        ++done_;
        lock.unlock();
        job->work();
        job->work = {}; // what it held goes here
        job->done = true;
        job->waiter.say_over();
        lock.lock();
    }
}

LargeTexts::Statistics LargeTexts::statistics() const {
    const std::lock_guard lock(mutex_);
    return {done_, refused_, waiting_.size()};
}

} // namespace facteur
