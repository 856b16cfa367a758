#include "actors/indexing/indexing.h"

#include "actors/indexing/shard_index.h"

#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <thread>

namespace facteur {
namespace {

using namespace std::chrono_literals;

// Looks at every shard so often, woken or not.
constexpr auto longest_sleep = 1000ms;
// So many commits need not gather any longer.
constexpr std::size_t enough = 4000;
// So many in the usual time are a stream, which gathers so many times longer: the more documents an account
// has in a batch, the more of their words are the same, whose postings are written once.
constexpr std::size_t stream = 250;
constexpr int longer = 4;
// Below everything that a person waits for.
constexpr int niceness = 10;

} // namespace

struct Indexing::Implementation {
    explicit Implementation(const store::Store& of) : store(of) {}

    const store::Store& store;
    CutMessages cut;
    std::vector<std::unique_ptr<ShardIndex>> shards;
    std::chrono::milliseconds gather{};

    std::atomic<bool> stopping = false;
    std::atomic<std::size_t> wakes = 0;
    std::mutex mutex;
    std::condition_variable wake, answered;
    std::uint64_t asked = 0, done = 0; // requests to be current, numbered
    store::Result<void> outcome;       // of the last round that answered requests
    std::thread thread;

    void run();
    store::Result<void> round(bool all, bool save);
    void tidy();
    bool nap(std::unique_lock<std::mutex>& lock);
    void stop();
};

// Sleeps until there is something to do; says whether every shard is to be looked at.
bool Indexing::Implementation::nap(std::unique_lock<std::mutex>& lock) {
    const auto urgent = [&] { return stopping || asked > done; };
    const bool woken = wake.wait_for(lock, longest_sleep, [&] { return urgent() || wakes > 0; });
    const auto is_enough = [&] { return urgent() || wakes >= enough; };
    if (woken && !wake.wait_for(lock, gather, is_enough) && wakes >= stream)
        wake.wait_for(lock, (longer - 1) * gather, is_enough);
    wakes = 0;
    return !woken;
}

void Indexing::Implementation::run() {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness); // best effort
    std::unique_lock lock(mutex);
    while (!stopping) {
        const bool all = nap(lock);
        const auto request = asked;
        const bool is_asked = request > done;
        lock.unlock();
        auto result = round(all || is_asked, is_asked);
        for (auto& shard : shards)
            if (auto settled = shard->settle(); !settled) shard->note(settled);
        if (!stopping && !is_asked) tidy();
        lock.lock();
        if (!is_asked) continue;
        done = request;
        outcome = std::move(result);
        answered.notify_all();
    }
}

store::Result<void> Indexing::Implementation::round(bool all, bool save) {
    store::Result<void> result;
    for (auto& shard : shards) {
        if (!shard->take_wake() && !all) continue;
        auto caught_up = shard->catch_up(save, stopping);
        shard->note(caught_up);
        if (!caught_up) result = std::move(caught_up);
    }
    cut.forget();
    return result;
}

// Housekeeping gives way to whatever comes.
void Indexing::Implementation::tidy() {
    const auto undisturbed = [this] { return !stopping && wakes == 0; };
    for (auto& shard : shards) {
        while (undisturbed()) {
            const auto more = shard->tidy();
            if (!more || !*more) break;
        }
        if (undisturbed()) shard->rest(undisturbed);
    }
}

void Indexing::Implementation::stop() {
    {
        const std::lock_guard lock(mutex);
        stopping = true;
    }
    wake.notify_all();
    answered.notify_all();
    if (thread.joinable()) thread.join();
}

store::Result<std::unique_ptr<Indexing>> Indexing::start(store::Store& store,
                                                         std::chrono::milliseconds gather) {
    auto implementation = std::make_unique<Implementation>(store);
    implementation->gather = gather;
    for (store::ShardId shard = 0; shard < store.shards(); ++shard) {
        auto opened = ShardIndex::open(store, shard, implementation->cut);
        if (!opened) return tl::unexpected(opened.error());
        implementation->shards.push_back(std::move(*opened));
    }
    implementation->thread = std::thread([self = implementation.get()] { self->run(); });
    return std::unique_ptr<Indexing>(new Indexing(std::move(implementation)));
}

Indexing::Indexing(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Indexing::~Indexing() {
    stop();
}
void Indexing::stop() {
    implementation_->stop();
}

void Indexing::wake(store::ShardId shard) {
    auto& self = *implementation_;
    if (shard >= self.shards.size()) return;
    self.shards[shard]->wake();
    const auto before = self.wakes.fetch_add(1);
    if (before != 0 && before + 1 != enough) return;
    // Under the mutex, so that it is not lost between the thread's look and its sleep.
    const std::lock_guard lock(self.mutex);
    self.wake.notify_all();
}

store::Sequence Indexing::indexed(store::ShardId shard) const {
    return implementation_->shards[shard]->indexed();
}

store::Result<Indexing::Candidates> Indexing::candidates(store::AccountId account,
                                                         const store::search::Expression& expression,
                                                         const store::search::Index::GoOn& go_on) const {
    const auto shard = implementation_->store.shard_of(account);
    return implementation_->shards[shard]->candidates(account, expression, go_on);
}

std::vector<Indexing::ShardStatistics> Indexing::statistics() const {
    std::vector<ShardStatistics> all;
    for (const auto& shard : implementation_->shards)
        all.push_back(shard->statistics());
    return all;
}

store::Result<void> Indexing::wait_until_current() {
    auto& self = *implementation_;
    std::unique_lock lock(self.mutex);
    const auto request = ++self.asked;
    self.wake.notify_all();
    self.answered.wait(lock, [&] { return self.stopping || self.done >= request; });
    if (self.done < request) return store::fail(store::Code::stopped, "Indexing has stopped.");
    return self.outcome;
}

std::vector<store::Finding> check_search(const Indexing& indexing, bool quick,
                                         const std::function<void()>& step) {
    std::vector<store::Finding> findings;
    for (const auto& shard : indexing.implementation_->shards)
        shard->check(
            quick, findings, step ? step : [] {});
    return findings;
}

} // namespace facteur
