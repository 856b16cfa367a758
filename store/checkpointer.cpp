#include "store/checkpointer.h"

#include <algorithm>

namespace facteur::store {
namespace {

// After a write, the latest: what a recovery has to do stays small, and pages that were freed can be used
// again.
constexpr std::chrono::seconds interval{10};
// How much larger than usual the journal may become while a checkpoint is under way.
constexpr std::uint64_t largest_journal = 4;
// When one is due but the one before is not done yet.
constexpr std::chrono::milliseconds look_again{100};

} // namespace

Checkpointer::Checkpointer(const Options& options, Journal& journal, Moments settled)
    : options_(options), journal_(journal), settled_(std::move(settled)), thread_([this] { loop(); }) {}

Checkpointer::~Checkpointer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool Checkpointer::is_busy() const {
    const std::lock_guard lock(mutex_);
    return busy_;
}
bool Checkpointer::is_settled() const {
    const std::lock_guard lock(mutex_);
    return !busy_ && std::none_of(settled_.begin(), settled_.end(),
                                  [](const auto& of) { return of.second.is_past(*of.first); });
}
std::optional<Error> Checkpointer::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}
std::uint64_t Checkpointer::made() const {
    const std::lock_guard lock(mutex_);
    return made_;
}

void Checkpointer::wrote() {
    const auto now = Clock::now();
    if (!due_) due_ = now + interval;
    if (journal_.octets() < usual_octets() && now < *due_) return;
    if (journal_.octets() > largest_journal * usual_octets()) wait();
    if (is_busy())
        due_ = now + look_again;
    else
        begin();
}

void Checkpointer::hurry() {
    due_ = Clock::now();
    wrote();
}

void Checkpointer::begin() {
    due_.reset();
    Work work;
    {
        const std::lock_guard lock(mutex_);
        if (failure_) return;
        if (std::exchange(cleared_, false)) turned_ = false;
        for (const auto& [shard, moment] : settled_) {
            if (!moment.is_past(*shard)) continue;
            auto now = Moment::now(*shard);
            if (!now) { // no reader's place is free: later
                due_ = Clock::now() + interval;
                return;
            }
            work.emplace_back(shard, std::move(*now));
        }
        if (work.empty()) return;
        // A segment that an earlier, failed one left is cleared by this one: its batches are older still.
        if (!turned_) journal_.turn();
        turned_ = true;
        busy_ = true;
        work_ = std::move(work);
    }
    changed_.notify_all();
}

void Checkpointer::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_; });
}

Result<void> Checkpointer::finish() {
    wait();
    {
        const std::lock_guard lock(mutex_);
        last_error_.reset();
    }
    begin();
    wait();
    const std::lock_guard lock(mutex_);
    if (failure_) return tl::unexpected(*failure_);
    if (last_error_) return tl::unexpected(*last_error_);
    for (const auto& [shard, moment] : settled_)
        if (moment.is_past(*shard)) return fail(Code::busy, "A checkpoint could not be made.");
    return {};
}

void Checkpointer::loop() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || work_; });
        if (!work_) return;
        auto work = std::move(*work_);
        work_.reset();
        lock.unlock();
        auto settled = settle(work);
        lock.lock();
        if (settled) {
            ++made_;
            cleared_ = true;
        } else {
            last_error_ = settled.error();
            if (settled.error().code != Code::full) failure_ = settled.error();
        }
        busy_ = false;
        changed_.notify_all();
    }
}

Result<void> Checkpointer::settle(Work& work) {
    for (auto& [shard, moment] : work) {
        if (auto synced = moment.sync(*shard); !synced) return synced;
        if (auto written = moment.write_down(*shard); !written) return written;
        const std::lock_guard lock(mutex_);
        settled_.at(shard) = std::move(moment);
    }
    return journal_.clear();
}

} // namespace facteur::store
