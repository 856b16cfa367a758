// A lane: the one thread that writes to its shards.
//
// It takes its whole queue at once, groups the writes by shard, and for each shard: runs every plan in one
// write transaction, validates and applies what comes out, puts the bodies (synced first, so that no row ever
// names a body that is not on disk), commits and syncs the rows, then answers everybody. A transaction that
// fails as a whole (a full disk) is repeated write by write, so that one cannot take others down. Internal to
// the store.
#pragma once

#include "store/shard.h"
#include "store/store.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace facteur::store {

class Lane {
public:
    explicit Lane(const Options& options);
    ~Lane(); // drains
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Answers Code::busy or Code::stopped at once when it cannot take the write.
    void submit(const Shard& shard, Write write);
    // Runs on the lane, between batches; waits for it. For replay and trimming.
    Result<void> run(const std::function<Result<void>()>& job);
    [[nodiscard]] LaneStatistics statistics() const;
    void stop();

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
    void write_batch(const Shard& shard, std::vector<Write>& writes);
    Result<void> try_batch(const Shard& shard, std::vector<Write>& writes,
                           std::vector<Result<Committed>>& results);
    Result<void> put_bodies(const Shard& shard, const WriteTransaction& rows,
                            const std::vector<Write>& writes, const std::vector<Result<Committed>>& results,
                            std::vector<std::string>& removed);

    const Options& options_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Waiting> queue_;
    std::size_t waiting_octets_ = 0;
    std::unordered_map<SharedBytes, std::size_t> waiting_bodies_; // how many waiting writes name them
    bool stopping_ = false;
    LaneStatistics statistics_;
    std::thread thread_;
};

} // namespace facteur::store
