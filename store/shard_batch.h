// What a lane writes to one shard in one batch. Internal to the store; runs on the lane.
//
// `plan` runs every plan in one write transaction of the rows, puts the bodies that the commits name into one
// of the bodies, and gathers all that for the journal. Both transactions stay open until the journal holds
// it: then `commit` shows it to readers, the bodies before the rows that name them.
#pragma once

#include "store/journal.h"
#include "store/shard.h"
#include "store/store.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace facteur::store {

class ShardBatch {
public:
    ShardBatch(const Shard& shard, std::vector<Write> writes);

    // `all_bodies`: also those that the shard has already go to the journal.
    void plan(bool all_bodies);
    // What the journal must hold before `commit`; empty when nothing changed.
    [[nodiscard]] std::string_view journal() const { return journal_.bytes(); }
    void commit();
    // Nothing of it happened.
    void fail_with(const Error& error);
    // Answers every write.
    void answer();
    // Its writes, each as a batch of its own.
    [[nodiscard]] std::vector<ShardBatch> apart() &&;

    [[nodiscard]] const Shard& shard() const { return *shard_; }
    [[nodiscard]] std::size_t writes() const { return writes_.size(); }
    [[nodiscard]] const Result<void>& outcome() const { return outcome_; }
    // The bodies are in the shard although the rows that name them are not.
    [[nodiscard]] bool left_bodies() const { return left_bodies_; }

    struct Counts {
        std::uint64_t commits = 0, bodies = 0, body_octets = 0, packed_octets = 0;
    };
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    Result<void> run_plans();
    Result<void> put_bodies(bool all_bodies);
    Result<Result<Committed>> run_plan(const Write& write, Sequence& sequence);
    [[nodiscard]] std::unordered_set<Hash> named_bodies() const;

    const Shard* shard_;
    std::vector<Write> writes_;
    std::vector<Result<Committed>> results_;
    std::unique_ptr<WriteTransaction> rows_, bodies_;
    JournalWriter journal_;
    Result<void> outcome_;
    bool left_bodies_ = false;
    Counts counts_;
};

} // namespace facteur::store
