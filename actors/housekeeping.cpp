#include "actors/housekeeping.h"

#include "actors/clock.h"
#include "actors/indexing/indexing.h"
#include "actors/log.h"
#include "store/store.h"

namespace facteur {
namespace {

constexpr auto first_after = std::chrono::minutes(1);
constexpr auto between = std::chrono::hours(1);
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
    for (std::chrono::seconds pause = first_after; !wake_.wait_for(lock, pause, [this] { return stopping_; });
         pause = between) {
        lock.unlock();
        trim();
        lock.lock();
    }
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
