// A lane: the one thread that writes to its shards.
//
// It takes its whole queue at once and groups the writes by shard. For each shard all plans run in one write
// transaction (store/shard_batch.h); then the journal takes what came out of all of them, with one sync; then
// the transactions are committed, which LMDB does not sync, and everybody is answered. So a reader never sees
// what the loss of power could take back. A shard whose transaction fails as a whole (a full disk) is taken
// back in the journal, and its writes are repeated one by one, so that one cannot take others down. When the
// journal cannot be trusted any more, every write is refused until the store is opened again. Internal to the
// store.
#pragma once

#include "store/checkpointer.h"
#include "store/journal.h"
#include "store/rest.h"
#include "store/shard_batch.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace facteur::store {

class Lane {
public:
    // `folder`: of the journals; `settled`: the lane's shards.
    Lane(const Options& options, const std::string& folder, const std::string& name,
         Checkpointer::Moments settled);
    ~Lane(); // drains
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Answers Code::busy or Code::stopped at once when it cannot take the write.
    void submit(const Shard& shard, Write write);
    // Runs on the lane, between batches; waits for it. What it writes is on disk with the next checkpoint: it
    // must be nothing that later commits build on. For trimming.
    Result<void> run(const std::function<Result<void>()>& job);
    // The same, and makes that checkpoint. For replay.
    Result<void> run_and_settle(const std::function<Result<void>()>& job);
    [[nodiscard]] LaneStatistics statistics() const;
    // Drains, and brings everything into checkpoints: after a success the journal is not needed any more.
    Result<void> stop();

private:
    struct Waiting {
        const Shard* shard = nullptr;
        Write write;
        std::function<void()> job; // instead of a write
    };
    // Bytes that waiting writes share: a message to a thousand accounts is in memory once.
    using SharedBytes = std::shared_ptr<const std::string>;

    [[nodiscard]] std::size_t weight_with(const Write& write) const;
    void count_in(const Write& write);
    void count_out(const std::vector<SharedBytes>& bodies, std::size_t writes);
    void loop();
    [[nodiscard]] std::optional<Checkpointer::Clock::time_point> next_due() const;
    void rest();
    void take(std::unique_lock<std::mutex>& lock);
    void write(std::vector<ShardBatch> batches);
    void commit(std::vector<ShardBatch*>& batches);
    void count(const std::vector<ShardBatch>& batches, double apply_seconds, double sync_seconds);
    [[nodiscard]] std::optional<Error> refusal() const;

    const Options& options_;
    Journal journal_;
    const std::vector<const Shard*> shards_;
    Checkpointer checkpointer_;
    std::optional<Error> broken_; // why nothing is written any more
    Rest rest_;
    // Shards whose bodies the journal may lack.
    std::set<ShardId> left_bodies_;

    mutable std::mutex mutex_; // of all that follows
    std::condition_variable wake_;
    std::deque<Waiting> queue_;
    std::size_t waiting_octets_ = 0;
    std::unordered_map<SharedBytes, std::size_t> waiting_bodies_; // how many waiting writes name them
    bool stopping_ = false;
    LaneStatistics statistics_;
    std::optional<Result<void>> stopped_;
    std::thread thread_;
};

} // namespace facteur::store
