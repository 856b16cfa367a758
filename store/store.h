// The store: a folder of shards, each with its lane. The only door to what lasts.
//
//     PATH/schema            version of the layout; a newer one is refused
//     PATH/lock              held by the program that has the store open
//     PATH/journal/          what lanes wrote since the last checkpoints; gone when the store was closed
//     PATH/directory/        a shard for accounts and web sessions
//     PATH/shard-000/        rows/ and bodies/ (LMDB), the state of them that is on disk: checkpoint,
//                            search/ (LMDB): the index (store/search), rebuilt from the log when lost
//
// **Writing.** `submit` puts a `Write` into the lane of the account's shard and returns at once. The lane
// runs the plans that wait, writes the commits to its journal, syncs it, shows them to readers, then calls
// every `done`: after a `done` with a value, the commit is on disk. `done` runs on the lane's thread and must
// only hand over. A plan that fails leaves nothing behind. A lane whose queue is full answers Code::busy at
// once. `open` brings back what only a journal holds, after a crash or a loss of power.
// **Reading.** `read` and `directory` from any thread; see snapshot.h.
// Thread-safe throughout, but for `open`, `close` and destruction.
#pragma once

#include "store/draft.h"
#include "store/snapshot.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace facteur::store {

struct Options {
    std::string path;
    std::uint16_t shards = 16; // a power of two; fixed when the store is made, then read from it
    std::uint16_t lanes = 2;   // writer threads; shard n is written by lane n % lanes
    std::size_t lane_queue_bytes = 256u << 20; // bodies and records that may wait in one lane
    std::size_t lane_batch = 512;              // commits in one transaction at most
    std::chrono::milliseconds lane_rest{
        15'000}; // without a write, until blocks of the disk that hold nothing go
    std::uint64_t dictionary_from = 1u << 20; // octets of mail of which a shard makes its first dictionary
    std::uint64_t rows_map = 1ull << 38; // octets of address space reserved per environment; no disk is used
    std::uint64_t bodies_map = 1ull << 41;
    std::uint64_t search_map = 1ull << 38;
    int pack_level = 3; // zstd
    bool create = true;
};

struct Committed {
    Commit commit; // empty changes and sequence 0 when the plan changed nothing
};

using Plan = std::function<Result<void>(Draft&)>;
using Done = std::function<void(Result<Committed>)>;

struct Write {
    AccountId account = 0;
    Time at = 0;
    std::vector<Body> bodies; // that the plan's emails and uploads name; kept only if a change refers to them
    Plan plan;
    Done done;
};

struct LaneStatistics { // since the store was opened; times in seconds
    std::uint64_t commits = 0, batches = 0, bodies_written = 0, body_octets = 0, packed_octets = 0;
    double sync_seconds = 0, apply_seconds = 0;
    std::vector<std::uint64_t> batch_size;   // histogram: 1, 2, 4 … 512 commits
    std::vector<std::uint64_t> sync_latency; // histogram: 0.25 ms, 0.5, 1, 2 … 1,024 ms
    std::size_t waiting = 0, waiting_bytes = 0;
};

class Store {
public:
    static Result<std::unique_ptr<Store>> open(const Options& options);
    ~Store(); // closes

    [[nodiscard]] std::uint16_t shards() const;
    [[nodiscard]] ShardId shard_of(AccountId account) const;
    [[nodiscard]] Snapshot read(AccountId account) const;
    [[nodiscard]] Snapshot read_shard(ShardId shard) const;
    [[nodiscard]] Snapshot directory() const;
    // How often somebody read damaged rows of the account, or of its shard. What is damaged is never given:
    // it seems not to be there. So who answers for an account compares this with what it was before it read:
    // when it has changed, the answer may lack something, and is `damaged` instead. Plans need not care: what
    // they do is refused then.
    [[nodiscard]] std::uint64_t damage(AccountId account) const;
    [[nodiscard]] std::uint64_t directory_damage() const; // of any of its rows
    // What was found damaged since the store was opened, for the log.
    [[nodiscard]] std::vector<Finding> damages() const;
    [[nodiscard]] std::string search_path(ShardId shard) const;
    [[nodiscard]] const Options& options() const;

    // To the lane of the account's shard.
    void submit(Write write);
    // To the lane of the directory shard. `write.account` names whose row or session it is.
    void submit_directory(Write write);
    // The same, waiting for the answer. For subcommands and tests; never on a loop or in an actor.
    Result<Committed> commit(Write write);
    Result<Committed> commit_directory(Write write);

    [[nodiscard]] std::vector<LaneStatistics> statistics() const;

    // Applies a recorded commit (with the bodies that it names and the store lacks) as it is: replay and
    // restore. Idempotent; fails with Code::invalid on a gap in sequences.
    Result<void> replay(ShardId shard, std::span<const std::string> records, std::span<const Body> bodies);

    // Ends uploads that have expired by `now`, and history and log older than `before` (never past what the
    // search index has read, which `indexed` tells).
    Result<void> trim(Time now, Time before, const std::function<Sequence(ShardId)>& indexed);

    // Drains the lanes and closes. Writes submitted later are answered Code::stopped.
    void close();

private:
    struct Implementation;
    explicit Store(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

// ---- the whole store at once (check.cpp, dump.cpp)
// ----------------------------------------------------------------

struct CheckReport {
    std::uint64_t accounts = 0, mailboxes = 0, emails = 0, bodies = 0, octets = 0;
    std::vector<Finding> findings; // at most 1,000
};
// Walks everything: each index entry against its row and back, counters, threads, sizes, reference counts,
// and (unless `quick`) each body's hash. `progress` is called with done and total steps.
Result<CheckReport> check(const Store& store, bool quick,
                          const std::function<void(std::uint64_t, std::uint64_t)>& progress);

// Every key and value of a shard's rows in a fixed text form, for comparing two stores.
void dump(const Store& store, ShardId shard, const std::function<void(std::string_view line)>& each);

} // namespace facteur::store
