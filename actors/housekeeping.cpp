#include "actors/housekeeping.h"

#include "actors/clock.h"
#include "actors/indexing/indexing.h"
#include "actors/log.h"
#include "store/store.h"

#include <algorithm>
#include <string>

namespace facteur {
namespace {

constexpr auto between_looks = std::chrono::minutes(1);
constexpr unsigned looks_between_trims = 60;
constexpr std::size_t most_damages_told = 100;
constexpr store::Time queue_behind = 24 * 3600;

} // namespace

Housekeeping::Housekeeping(const Services& services) : services_(services), thread_([this] { run(); }) {}

Housekeeping::~Housekeeping() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Housekeeping::run() {
    std::unique_lock lock(mutex_);
    tell_damages();
    for (unsigned look = 0; !wake_.wait_for(lock, between_looks, [this] { return stopping_; }); ++look) {
        lock.unlock();
        tell_damages();
        if (look % looks_between_trims == 0) trim();
        lock.lock();
    }
}

// All of them, when there are more than the last time.
void Housekeeping::tell_damages() {
    const auto damages = services_.store.damages();
    if (damages.size() == damages_told_) return;
    damages_told_ = damages.size();
    for (std::size_t index = 0; index < std::min(damages.size(), most_damages_told); ++index)
        log(Severity::error, "the store is damaged: see \"Damage\" in docs/operators.md",
            {{"shard", std::to_string(damages[index].shard)},
             {"account", std::to_string(damages[index].account)},
             {"what", damages[index].what}});
}

// What the queue has not been able to look at for long (the server was off) may have bodies whose hold has
// ended.
bool Housekeeping::is_queue_behind(store::Time now) const {
    for (store::ShardId shard = 0; shard < services_.store.shards(); ++shard)
        if (const auto due = services_.store.read_shard(shard).next_due(); due && *due < now - queue_behind)
            return true;
    return false;
}

void Housekeeping::trim() {
    const auto now = seconds_now();
    if (is_queue_behind(now)) {
        log(Severity::warn, "the store is not trimmed: the queue is behind by more than a day");
        return;
    }
    const auto before = now - services_.config.store.keep_history.count();
    const auto done = services_.store.trim(
        now, before, [this](store::ShardId shard) { return services_.indexing.indexed(shard); });
    if (!done) log(Severity::warn, "the store could not be trimmed", {{"why", done.error().message}});
}

} // namespace facteur
