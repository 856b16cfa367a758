#include "store/lane.h"

#include "store/free_pages.h"
#include "store/pack_again.h"

#include <chrono>
#include <future>
#include <map>

namespace facteur::store {
namespace {

using Clock = std::chrono::steady_clock;

// What a write weighs besides its bodies: an estimate of its closures and rows.
constexpr std::size_t write_overhead = 4096;
// Of bodies in one batch, as long as it is not a single write: all of it is in memory twice.
constexpr std::size_t batch_octets = 64u << 20;

std::vector<const Shard*> shards_of(const Checkpointer::Moments& moments) {
    std::vector<const Shard*> shards;
    for (const auto& [shard, moment] : moments)
        shards.push_back(shard);
    return shards;
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Counts into a histogram whose n-th place ends at `first` × 2ⁿ.
void count_into(std::vector<std::uint64_t>& histogram, double value, double first, std::size_t places) {
    histogram.resize(places);
    std::size_t place = 0;
    while (place + 1 < places && value > first) {
        first *= 2;
        ++place;
    }
    ++histogram[place];
}

} // namespace

Lane::Lane(const Options& options, const std::string& folder, const std::string& name,
           Checkpointer::Moments settled)
    : options_(options), journal_(folder, name), shards_(shards_of(settled)),
      checkpointer_(options, journal_, std::move(settled)), rest_(options.lane_rest),
      thread_([this] { loop(); }) {}
Lane::~Lane() {
    static_cast<void>(stop());
}

Result<void> Lane::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
    if (!stopped_) {
        const auto refused = refusal();
        stopped_ = refused ? Result<void>(tl::unexpected(*refused)) : checkpointer_.finish();
    }
    return *stopped_;
}

// Why nothing may be written any more.
std::optional<Error> Lane::refusal() const {
    if (broken_) return broken_;
    const auto failure = checkpointer_.failure();
    if (!failure) return std::nullopt;
    return Error{Code::io, "Nothing is written until Facteur is started again: " + failure->message};
}

// What the lane would hold with this write too.
std::size_t Lane::weight_with(const Write& write) const {
    auto octets = waiting_octets_ + write_overhead;
    for (const auto& body : write.bodies)
        if (!waiting_bodies_.contains(body.bytes)) octets += body.bytes->size();
    return octets;
}

void Lane::count_in(const Write& write) {
    waiting_octets_ += write_overhead;
    for (const auto& body : write.bodies)
        if (++waiting_bodies_[body.bytes] == 1) waiting_octets_ += body.bytes->size();
}

void Lane::count_out(const std::vector<SharedBytes>& bodies, std::size_t writes) {
    waiting_octets_ -= writes * write_overhead;
    for (const auto& bytes : bodies) {
        const auto found = waiting_bodies_.find(bytes);
        if (--found->second > 0) continue;
        waiting_octets_ -= bytes->size();
        waiting_bodies_.erase(found);
    }
}

void Lane::submit(const Shard& shard, Write write) {
    auto refusal = Error{Code::stopped, "The server is stopping."};
    {
        std::unique_lock lock(mutex_);
        if (!stopping_ && (queue_.empty() || weight_with(write) <= options_.lane_queue_bytes)) {
            count_in(write);
            queue_.push_back({&shard, std::move(write), {}});
            const bool is_first = queue_.size() == 1;
            lock.unlock(); // whom it wakes would wait for it
            if (is_first) wake_.notify_one();
            return;
        }
        if (!stopping_) refusal = {Code::busy, "The server is busy: try again later."};
    }
    write.done(tl::unexpected(std::move(refusal)));
}

Result<void> Lane::run(const std::function<Result<void>()>& job) {
    std::promise<Result<void>> answer;
    auto answered = answer.get_future();
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return fail(Code::stopped, "The store is closing.");
        queue_.push_back({nullptr, {}, [&] { answer.set_value(job()); }});
    }
    wake_.notify_one();
    return answered.get();
}

Result<void> Lane::run_and_settle(const std::function<Result<void>()>& job) {
    return run([&]() -> Result<void> {
        if (const auto refused = refusal()) return tl::unexpected(*refused);
        if (auto done = job(); !done) return done;
        auto settled = checkpointer_.finish();
        // Later commits would follow what a crash could take back.
        if (!settled) broken_ = settled.error();
        return settled;
    });
}

LaneStatistics Lane::statistics() const {
    const std::lock_guard lock(mutex_);
    auto statistics = statistics_;
    statistics.waiting = queue_.size();
    statistics.waiting_bytes = waiting_octets_;
    return statistics;
}

void Lane::loop() {
    std::unique_lock lock(mutex_);
    const auto is_woken = [this] { return stopping_ || !queue_.empty(); };
    while (true) {
        if (const auto due = next_due())
            wake_.wait_until(lock, *due, is_woken);
        else
            wake_.wait(lock, is_woken);
        if (queue_.empty() && stopping_) return;
        const bool idle = queue_.empty();
        if (!idle) take(lock);
        lock.unlock();
        if (!idle || checkpointer_.due()) checkpointer_.wrote();
        // Many plans find nothing to change.
        if (!idle && !checkpointer_.is_settled()) rest_.wrote();
        if (rest_.is_due()) rest();
        lock.lock();
    }
}

std::optional<Checkpointer::Clock::time_point> Lane::next_due() const {
    const auto checkpoint = checkpointer_.due();
    const auto room = rest_.due();
    if (!checkpoint || !room) return checkpoint ? checkpoint : room;
    return std::min(*checkpoint, *room);
}

// Nothing was written for a while: what came is packed better, and what that left behind on the disk goes,
// until something comes.
void Lane::rest() {
    const auto undisturbed = [this] {
        const std::lock_guard lock(mutex_);
        return queue_.empty() && !stopping_;
    };
    bool packed = true;
    for (const auto* shard : shards_) {
        if (refusal() || !undisturbed()) break;
        const auto again = pack_again(*shard, options_, undisturbed);
        packed = packed && again.done;
        if (again.wrote) checkpointer_.hurry();
    }
    // Before that, for a checkpoint that ends meanwhile still held what could not be given back.
    const bool settled = checkpointer_.is_settled();
    for (const auto* shard : shards_)
        for (auto* environment : {&shard->rows(), &shard->bodies()})
            if (undisturbed()) give_back_free_pages(*environment, undisturbed);
    if (settled) journal_.shrink();
    if (refusal() || (settled && packed && undisturbed()))
        rest_.done();
    else
        rest_.again();
}

// What waits, up to a batch or a job; writes it while the queue fills again.
void Lane::take(std::unique_lock<std::mutex>& lock) {
    std::map<const Shard*, std::vector<Write>> by_shard;
    std::vector<SharedBytes> bodies;
    std::size_t writes = 0, octets = 0;
    std::function<void()> job;
    while (!queue_.empty() && writes < options_.lane_batch && octets < batch_octets) {
        auto& next = queue_.front();
        if (next.job && writes > 0) break;
        if (next.job) {
            job = std::move(next.job);
        } else {
            ++writes;
            for (const auto& body : next.write.bodies) {
                octets += body.bytes->size();
                bodies.push_back(body.bytes);
            }
            by_shard[next.shard].push_back(std::move(next.write));
        }
        queue_.pop_front();
        if (job) break;
    }
    lock.unlock();
    if (job) job();
    std::vector<ShardBatch> batches;
    for (auto& [shard, of_shard] : by_shard)
        batches.emplace_back(*shard, std::move(of_shard));
    if (!batches.empty()) write(std::move(batches));
    by_shard.clear();
    lock.lock();
    count_out(bodies, writes);
}

void Lane::write(std::vector<ShardBatch> batches) {
    const auto refused = refusal();
    const auto start = Clock::now();
    std::vector<ShardBatch*> changed;
    for (auto& batch : batches) {
        if (refused)
            batch.fail_with(*refused);
        else
            batch.plan(left_bodies_.contains(batch.shard().id()));
        if (!batch.journal().empty()) changed.push_back(&batch);
    }
    const auto planned = Clock::now();
    if (!changed.empty()) {
        commit(changed);
        count(batches, std::chrono::duration<double>(planned - start).count(), seconds_since(planned));
    }
    for (auto& batch : batches) {
        if (batch.outcome() || batch.writes() == 1 || refused) {
            batch.answer();
            continue;
        }
        for (auto& alone : std::move(batch).apart()) {
            std::vector<ShardBatch> one;
            one.push_back(std::move(alone));
            write(std::move(one));
        }
    }
}

// The journal first.
void Lane::commit(std::vector<ShardBatch*>& batches) {
    std::vector<std::string_view> parts;
    for (const auto* batch : batches)
        parts.push_back(batch->journal());
    const auto written = journal_.append(parts);
    JournalWriter back;
    for (auto* batch : batches) {
        if (!written) {
            batch->fail_with(written.error());
            continue;
        }
        batch->commit();
        if (batch->left_bodies()) left_bodies_.insert(batch->shard().id());
        if (!batch->outcome()) back.taken_back(batch->shard().id(), *written);
    }
    if (!back.bytes().empty()) static_cast<void>(journal_.take_back(back.bytes()));
    if (journal_.broken())
        broken_ =
            Error{Code::io, "The journal cannot be written: nothing is until Facteur is started again."};
}

void Lane::count(const std::vector<ShardBatch>& batches, double apply_seconds, double sync_seconds) {
    std::uint64_t commits = 0;
    const std::lock_guard lock(mutex_);
    for (const auto& batch : batches) {
        const auto& counts = batch.counts();
        commits += counts.commits;
        statistics_.bodies_written += counts.bodies;
        statistics_.body_octets += counts.body_octets;
        statistics_.packed_octets += counts.packed_octets;
    }
    if (commits == 0) return;
    statistics_.commits += commits;
    ++statistics_.batches;
    statistics_.apply_seconds += apply_seconds;
    statistics_.sync_seconds += sync_seconds;
    count_into(statistics_.batch_size, static_cast<double>(commits), 1, 10);
    count_into(statistics_.sync_latency, sync_seconds * 1000, 0.25, 13);
}

} // namespace facteur::store
