#include "store/lane.h"

#include "store/apply.h"
#include "store/bodies.h"
#include "store/keys.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <unordered_set>

namespace facteur::store {
namespace {

using Clock = std::chrono::steady_clock;

// Bodies that nobody holds any more, taken away with one batch.
constexpr std::size_t dead_per_batch = 256;
// What a write weighs besides its bodies: an estimate of its closures and rows.
constexpr std::size_t write_overhead = 4096;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Counts into a histogram whose n-th place ends at `first` × 2ⁿ.
void count(std::vector<std::uint64_t>& histogram, double value, double first, std::size_t places) {
    histogram.resize(places);
    std::size_t place = 0;
    while (place + 1 < places && value > first) {
        first *= 2;
        ++place;
    }
    ++histogram[place];
}

// The bodies that the commits of a batch newly name.
std::unordered_set<Hash> named_bodies(const std::vector<Result<Committed>>& results) {
    std::unordered_set<Hash> named;
    for (const auto& result : results) {
        if (!result) continue;
        for (const auto& change : result->commit.changes) {
            if (const auto* email = std::get_if<EmailAdded>(&change)) named.insert(email->row.body);
            if (const auto* upload = std::get_if<UploadPut>(&change)) named.insert(upload->row.body);
        }
    }
    return named;
}

Result<Committed> plan_one(const Shard& shard, const Write& write, WriteTransaction& rows,
                           Sequence& sequence) {
    const auto now = shard.read(rows);
    Draft draft(now, write.account, write.at);
    if (auto planned = write.plan(draft); !planned) return tl::unexpected(planned.error());
    Committed committed;
    if (draft.empty()) {
        committed.commit.account = write.account;
        committed.commit.modseq = draft.modseq() - 1;
        return committed;
    }
    committed.commit = std::move(draft).take();
    auto& commit = committed.commit;
    commit.shard = shard.id();
    commit.sequence = sequence + 1;
    const auto supplied = [&](const Hash& hash) {
        return std::any_of(write.bodies.begin(), write.bodies.end(),
                           [&](const Body& b) { return b.hash == hash; });
    };
    if (auto valid = validate(commit, now, supplied); !valid) return tl::unexpected(valid.error());
    apply(commit, encode(commit), rows);
    ++sequence;
    return committed;
}

} // namespace

Lane::Lane(const Options& options) : options_(options), thread_([this] { loop(); }) {}
Lane::~Lane() {
    stop();
}

void Lane::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
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
        const std::lock_guard lock(mutex_);
        if (!stopping_ && (queue_.empty() || weight_with(write) <= options_.lane_queue_bytes)) {
            count_in(write);
            queue_.push_back({&shard, std::move(write), {}});
            if (queue_.size() == 1) wake_.notify_one();
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

LaneStatistics Lane::statistics() const {
    const std::lock_guard lock(mutex_);
    auto statistics = statistics_;
    statistics.waiting = queue_.size();
    statistics.waiting_bytes = waiting_octets_;
    return statistics;
}

void Lane::loop() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        std::map<const Shard*, std::vector<Write>> by_shard;
        std::vector<SharedBytes> bodies;
        std::size_t writes = 0;
        std::function<void()> job;
        for (std::size_t taken = 0; !queue_.empty() && taken < options_.lane_batch; ++taken) {
            auto& next = queue_.front();
            if (next.job && !by_shard.empty()) break;
            if (next.job) {
                job = std::move(next.job);
            } else {
                ++writes;
                for (const auto& body : next.write.bodies)
                    bodies.push_back(body.bytes);
                by_shard[next.shard].push_back(std::move(next.write));
            }
            queue_.pop_front();
            if (job) break;
        }
        lock.unlock();
        if (job) job();
        for (auto& [shard, batch] : by_shard)
            write_batch(*shard, batch);
        by_shard.clear();
        lock.lock();
        count_out(bodies, writes);
    }
}

void Lane::write_batch(const Shard& shard, std::vector<Write>& writes) {
    std::vector<Result<Committed>> results;
    auto outcome = try_batch(shard, writes, results);
    if (!outcome && writes.size() > 1) {
        for (auto& write : writes) {
            std::vector<Write> alone;
            alone.push_back(std::move(write));
            write_batch(shard, alone);
        }
        return;
    }
    for (std::size_t i = 0; i < writes.size(); ++i)
        writes[i].done(outcome ? std::move(results[i]) : tl::unexpected(outcome.error()));
}

Result<void> Lane::try_batch(const Shard& shard, std::vector<Write>& writes,
                             std::vector<Result<Committed>>& results) {
    const auto start = Clock::now();
    results.clear();
    WriteTransaction rows(shard.rows());
    auto sequence = rows.failed() ? 0 : shard.read(rows).last_sequence();
    std::uint64_t commits = 0;
    for (const auto& write : writes) {
        results.push_back(plan_one(shard, write, rows, sequence));
        if (results.back() && results.back()->commit.sequence != 0) ++commits;
        if (rows.failed()) return tl::unexpected(lmdb_error(rows.status(), "Writing to the store"));
    }
    if (commits == 0) return {};
    const double apply_seconds = seconds_since(start);

    const auto sync_start = Clock::now();
    std::vector<std::string> removed;
    if (auto put = put_bodies(shard, rows, writes, results, removed); !put) return put;
    for (const auto& hash : removed)
        rows.remove(db_dead, hash);
    if (auto committed = rows.commit(); !committed) return committed;
    const double sync_seconds = seconds_since(sync_start);

    const std::lock_guard lock(mutex_);
    statistics_.commits += commits;
    ++statistics_.batches;
    statistics_.apply_seconds += apply_seconds;
    statistics_.sync_seconds += sync_seconds;
    count(statistics_.batch_size, static_cast<double>(commits), 1, 10);
    count(statistics_.sync_latency, sync_seconds * 1000, 0.25, 13);
    return {};
}

Result<void> Lane::put_bodies(const Shard& shard, const WriteTransaction& rows,
                              const std::vector<Write>& writes, const std::vector<Result<Committed>>& results,
                              std::vector<std::string>& removed) {
    const auto named = named_bodies(results);
    // Only what was dead before this batch and still is: were the rows of this very batch lost, their bodies
    // would be needed again.
    const auto before = shard.read();
    scan(before.raw().rows, rows.database(db_dead), {}, [&](std::string_view hash, auto) {
        if (rows.get(db_dead, hash)) removed.emplace_back(hash);
        return removed.size() < dead_per_batch;
    });
    if (named.empty() && removed.empty()) return {};
    WriteTransaction bodies(shard.bodies());
    for (const auto& hash : removed)
        remove_body(bodies, to_hash(hash));
    std::uint64_t written = 0, octets = 0, packed = 0;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (!results[i]) continue;
        for (const auto& body : writes[i].bodies) {
            if (!named.contains(body.hash)) continue;
            const auto size = put_body(bodies, body);
            if (!size) continue;
            ++written;
            octets += body.bytes->size();
            packed += *size;
        }
    }
    if (written == 0 && removed.empty()) return {};
    if (auto committed = bodies.commit(); !committed) return committed;
    const std::lock_guard lock(mutex_);
    statistics_.bodies_written += written;
    statistics_.body_octets += octets;
    statistics_.packed_octets += packed;
    return {};
}

} // namespace facteur::store
