// Makes the checkpoints of a lane's shards beside its writing, and clears its journal. Internal to the store.
//
// The lane only notes the newest state of each shard that it wrote to, and turns its journal; a thread of the
// checkpointer syncs those states and writes them down, then lets go of the ones before and clears the
// segment whose batches they all hold. When a sync fails, nobody knows what is on disk: `failure` says so for
// good, and the lane must not write any more. A checkpoint for which the disk is full is tried again later.
//
// All but the thread is the lane's.
#pragma once

#include "store/checkpoint.h"
#include "store/journal.h"
#include "store/store.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace facteur::store {

class Checkpointer {
public:
    using Clock = std::chrono::steady_clock;
    // The newest states of the lane's shards, which are written down.
    using Moments = std::map<const Shard*, Moment>;

    Checkpointer(const Options& options, Journal& journal, Moments settled);
    ~Checkpointer();
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    // Something may have been written. Begins a checkpoint when it is time for one; waits when the journal
    // has grown far more than it should meanwhile.
    void wrote();
    // When to call `wrote` again though nothing was written.
    [[nodiscard]] std::optional<Clock::time_point> due() const { return due_; }
    // Something was written that is better in a checkpoint soon.
    void hurry();
    // Brings everything into checkpoints. No write comes after it.
    Result<void> finish();

    // No write has been made since the states that are written down, and the thread is at rest.
    [[nodiscard]] bool is_settled() const;
    [[nodiscard]] std::optional<Error> failure() const;
    [[nodiscard]] std::uint64_t made() const;

private:
    using Work = std::vector<std::pair<const Shard*, Moment>>;

    void begin();
    void wait();
    [[nodiscard]] bool is_busy() const;
    void loop();
    Result<void> settle(Work& work);

    // Of the journal, after which a checkpoint is made: a part of what may wait in memory for it.
    [[nodiscard]] std::uint64_t usual_octets() const { return options_.lane_queue_bytes / 4; }

    const Options& options_;
    Journal& journal_;
    std::optional<Clock::time_point> due_;
    bool turned_ = false; // the journal's other segment is not clear

    mutable std::mutex mutex_; // of all that follows
    std::condition_variable changed_;
    Moments settled_;
    std::optional<Work> work_;
    bool busy_ = false, cleared_ = false, stopping_ = false;
    std::optional<Error> failure_, last_error_;
    std::uint64_t made_ = 0;
    std::thread thread_;
};

} // namespace facteur::store
