// The index of one shard: follows the shard's log, answers queries about any snapshot, is made again when it
// must be. Internal to indexing.
//
// The log only tells which accounts changed. What to do for an account follows from its `Position` in the
// index and its state in a snapshot: emails removed since (from its history) go, emails with ids from `below`
// on come. So it does not matter how often an account is visited, nor where a crash or a full batch cut in.
#pragma once

#include "actors/indexing/cut_messages.h"
#include "actors/indexing/indexing.h"
#include "store/rest.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace facteur {

class ShardIndex {
public:
    // `cut` is shared with the other shards.
    static store::Result<std::unique_ptr<ShardIndex>> open(const store::Store& store, store::ShardId shard,
                                                           CutMessages& cut);

    // -- the indexing thread
    // Indexes what was committed before the call, batch by batch, until `stop`. `save` writes the mark also
    // when no email came or went.
    store::Result<void> catch_up(bool save, const std::atomic<bool>& stop);
    // A step of housekeeping; says whether there is more.
    store::Result<bool> tidy();
    // What was written is on disk, when it is time for that.
    store::Result<void> settle();
    // Gives back room on the disk, once after nothing was written for a while, as long as `go_on`.
    void rest(const std::function<bool()>& go_on);
    void note(const store::Result<void>& outcome); // for the statistics

    // -- any thread
    void wake() { woken_ = true; }
    bool take_wake() { return woken_.exchange(false); }
    [[nodiscard]] store::Sequence indexed() const;
    [[nodiscard]] store::Result<Indexing::Candidates>
    candidates(store::AccountId account, const store::search::Expression& expression,
               const store::search::Index::GoOn& go_on) const;
    [[nodiscard]] Indexing::ShardStatistics statistics() const;
    void check(bool quick, std::vector<store::Finding>& findings, const std::function<void()>& step) const;

private:
    struct Batch;
    ShardIndex(const store::Store& store, store::ShardId shard, CutMessages& cut)
        : store_(store), shard_(shard), cut_(cut), rest_(store.options().lane_rest) {}

    [[nodiscard]] std::shared_ptr<store::search::Index> index() const;
    store::Result<void> open_index();
    store::Result<void> make_again();
    void note_followed();
    store::Result<void> find_due(const store::Snapshot& now);
    store::Result<void> visit_due(const store::Snapshot& now, bool save);
    store::Result<bool> visit(const store::Snapshot& now, store::AccountId account, Batch& batch);
    [[nodiscard]] store::search::Position position(store::AccountId account) const;
    store::Result<void> write(Batch& batch, bool save);
    void wrote();
    store::Result<void> settle_now();
    void check_account(const store::search::Index& of, store::AccountId account, bool quick,
                       std::vector<store::Finding>& findings, const std::function<void()>& step) const;

    const store::Store& store_;
    const store::ShardId shard_;
    CutMessages& cut_;
    std::atomic<bool> woken_ = true;
    mutable std::atomic<bool> damaged_ = false; // a query met damage: the thread makes the index again

    mutable std::mutex pointer_mutex_; // of `index_` itself: queries keep what they began with
    std::shared_ptr<store::search::Index> index_;

    // What the indexing thread does, and a check keeps from it: under `writing_`.
    mutable std::mutex writing_;
    std::deque<store::AccountId> due_; // accounts that changed up to `due_until_`
    store::Sequence due_until_ = 0;    // everything up to here was indexed or is due
    // When what was written is to be on disk; nothing: it is.
    std::optional<std::chrono::steady_clock::time_point> settle_due_;
    // Newer than those in the index, of accounts in which no email came or went.
    std::unordered_map<store::AccountId, store::search::Position> unsaved_;
    store::Rest rest_;

    mutable std::mutex statistics_mutex_;
    Indexing::ShardStatistics statistics_;
};

} // namespace facteur
