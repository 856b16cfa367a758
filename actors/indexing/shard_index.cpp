#include "actors/indexing/shard_index.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

namespace facteur {
namespace {

using Clock = std::chrono::steady_clock;
using store::search::Position;

// One batch is one transaction of the index and one snapshot of the rows.
constexpr std::size_t batch_documents = 2000;
constexpr std::size_t batch_octets = 16 << 20; // of terms
constexpr std::size_t batch_accounts = 2000;
// Records read at once to see which accounts changed.
constexpr std::size_t records_at_once = 20'000;
// So many commits without an email that comes or goes are written down: what a query reads of an account's
// history, and a restart of the log, stays short.
constexpr store::Sequence unsaved_commits = 1000;
// A sync of the index is one write to the disk that deliveries wait behind. What is indexed in this time is
// indexed again after a loss of power.
constexpr std::chrono::seconds longest_unsettled{30};
// The file grows by what is written meanwhile.
constexpr std::uint64_t most_unsettled = 32 << 20;

} // namespace

struct ShardIndex::Batch {
    std::vector<store::search::Document> added;
    std::vector<store::search::Removal> removed;
    std::vector<Position> positions; // of accounts with emails that came or went
    std::size_t octets = 0;
    std::size_t accounts = 0;

    [[nodiscard]] bool full() const {
        return added.size() >= batch_documents || octets >= batch_octets || accounts >= batch_accounts;
    }
};

store::Result<std::unique_ptr<ShardIndex>> ShardIndex::open(const store::Store& store, store::ShardId shard,
                                                            CutMessages& cut) {
    std::unique_ptr<ShardIndex> self(new ShardIndex(store, shard, cut));
    auto opened = self->open_index();
    if (!opened && opened.error().code == store::Code::corrupt) {
        spdlog::warn("{} It is made again.", opened.error().message);
        opened = self->make_again();
    }
    if (!opened) return tl::unexpected(opened.error());
    // A store that was put back from a backup is behind an index that was not.
    if (self->indexed() > store.read_shard(shard).last_sequence())
        if (auto made = self->make_again(); !made) return tl::unexpected(made.error());
    return self;
}

std::shared_ptr<store::search::Index> ShardIndex::index() const {
    const std::lock_guard lock(pointer_mutex_);
    return index_;
}

store::Sequence ShardIndex::indexed() const {
    const auto of = index();
    return of ? of->settled_mark() : 0;
}

store::Result<void> ShardIndex::open_index() {
    auto opened = store::search::Index::open({store_.search_path(shard_), store_.options().search_map});
    if (!opened) return tl::unexpected(opened.error());
    due_.clear();
    unsaved_.clear();
    settle_due_.reset();
    due_until_ = (*opened)->mark();
    const std::lock_guard lock(pointer_mutex_);
    index_ = std::move(*opened);
    return {};
}

store::Result<void> ShardIndex::make_again() {
    {
        const std::lock_guard lock(pointer_mutex_);
        index_.reset(); // queries that still run keep the old files, which have no name any more
    }
    std::error_code error;
    // The pages first: an index without what it falls back to is taken for one that was closed.
    std::filesystem::remove(store_.search_path(shard_) + "/data.mdb", error);
    if (!error) std::filesystem::remove_all(store_.search_path(shard_), error);
    if (error)
        return store::fail(store::Code::io, "Cannot remove a damaged search index: " + error.message() + ".");
    {
        const std::lock_guard lock(statistics_mutex_);
        ++statistics_.rebuilds;
        statistics_.indexed = 0;
    }
    damaged_ = false;
    return open_index();
}

// ---- following

store::Result<void> ShardIndex::catch_up(bool save, const std::atomic<bool>& stop) {
    const std::lock_guard lock(writing_);
    if (damaged_ || !index()) {
        spdlog::warn("The search index of shard {} is damaged. It is made again.", shard_);
        if (auto made = make_again(); !made) return made;
    }
    const auto until = store_.read_shard(shard_).last_sequence();
    while (!stop && (save || !due_.empty() || due_until_ < until)) {
        const auto now = store_.read_shard(shard_);
        if (due_.empty() && due_until_ < until)
            if (auto found = find_due(now); !found) return found;
        const bool last = due_until_ >= until;
        auto visited = visit_due(now, save && last);
        if (!visited && visited.error().code == store::Code::corrupt) damaged_ = true;
        if (!visited) return visited;
        if (due_.empty()) note_followed();
        if (due_.empty() && last) break;
    }
    return save ? settle_now() : store::Result<void>{};
}

// The mark of the index moves only with what is written to it, which commits without mail are not.
void ShardIndex::note_followed() {
    const std::lock_guard lock(statistics_mutex_);
    statistics_.indexed = due_until_;
}

// Which accounts changed since the index was written: those of the log's records, or, when it does not reach
// back so far, all that are not at their newest state.
store::Result<void> ShardIndex::find_due(const store::Snapshot& now) {
    std::unordered_set<store::AccountId> seen;
    auto next = due_until_ + 1;
    std::size_t records = 0;
    bool damaged = false, gap = false;
    now.log(next, [&](store::Sequence sequence, std::string_view record) {
        gap = sequence != next;
        const auto account = store::account_of_commit(record);
        damaged = !account;
        if (gap || damaged) return false;
        if (seen.insert(*account).second) due_.push_back(*account);
        ++next;
        return ++records < records_at_once;
    });
    if (damaged) return store::fail(store::Code::io, "The log has a record that cannot be read.");
    if (!gap) {
        due_until_ = next - 1;
        return {};
    }
    due_.clear();
    now.states(0, [&](store::AccountId account, const store::AccountState& state) {
        const auto at = position(account);
        if (at.modseq != state.modseq || at.below < state.next_email) due_.push_back(account);
        return true;
    });
    due_until_ = now.last_sequence();
    return {};
}

store::Result<void> ShardIndex::visit_due(const store::Snapshot& now, bool save) {
    const auto start = Clock::now();
    Batch batch;
    while (!due_.empty() && !batch.full()) {
        const auto done = visit(now, due_.front(), batch);
        if (!done) return tl::unexpected(done.error());
        if (*done) due_.pop_front();
        ++batch.accounts;
    }
    const auto added = batch.added.size();
    if (auto written = write(batch, save); !written) return written;
    const std::lock_guard lock(statistics_mutex_);
    statistics_.added += added;
    ++statistics_.batches;
    statistics_.seconds += std::chrono::duration<double>(Clock::now() - start).count();
    return {};
}

Position ShardIndex::position(store::AccountId account) const {
    const auto unsaved = unsaved_.find(account);
    return unsaved != unsaved_.end() ? unsaved->second : index()->position(account);
}

// Adds to the batch what brings the account to the state of `now`; false when that did not fit whole.
store::Result<bool> ShardIndex::visit(const store::Snapshot& now, store::AccountId account, Batch& batch) {
    const auto state = now.state(account);
    auto at = position(account);
    if (at.modseq == state.modseq && at.below >= state.next_email) return true;
    std::vector<store::EmailId> removed;
    bool known = at.modseq <= state.modseq;
    if (known && at.below > 1)
        known = now.history(account, at.modseq,
                            [&](const store::Digest& digest) {
                                // Those with \Deleted everywhere are removed for JMAP alone.
                                for (const auto* gone : {&digest.emails_removed, &digest.emails_hidden})
                                    for (const auto email : *gone)
                                        if (email < at.below && !now.any_email(account, email))
                                            removed.push_back(email);
                                return true;
                            })
                    .has_value();
    if (!known) { // it is not the past of this account: begin again
        if (auto gone = index()->remove_account(account); !gone) return tl::unexpected(gone.error());
        wrote();
        unsaved_.erase(account);
        at = {account};
        removed.clear();
    }
    const auto added_before = batch.added.size();
    bool whole = true;
    auto below = std::max(at.below, state.next_email);
    now.by_id(account, at.below, [&](const store::EmailView& email) {
        if (batch.full()) {
            below = email.id();
            return whole = false;
        }
        auto terms = cut_.terms_of(now, account, email);
        batch.octets += octets_of(*terms);
        batch.added.push_back({account, email.id(), {}, std::move(terms)});
        return true;
    });
    for (const auto email : removed)
        batch.removed.push_back({account, email});
    const Position reached{account, state.modseq, below};
    if (removed.empty() && batch.added.size() == added_before) {
        unsaved_[account] = reached;
    } else {
        unsaved_.erase(account);
        batch.positions.push_back(reached);
    }
    return whole;
}

store::Result<void> ShardIndex::write(Batch& batch, bool save) {
    const auto of = index();
    const auto before = of->mark();
    const auto mark = due_.empty() ? std::max(due_until_, before) : before;
    const bool changed = !batch.added.empty() || !batch.removed.empty();
    const bool due =
        mark >= before + unsaved_commits || unsaved_.size() >= batch_accounts || (save && mark > before);
    if (!changed && !due) return {};
    for (const auto& [account, position] : unsaved_)
        batch.positions.push_back(position);
    auto written = of->update(batch.added, batch.removed, mark, batch.positions);
    wrote();
    if (!written) return written;
    unsaved_.clear();
    return of->unsettled_octets() < most_unsettled ? written : settle_now();
}

void ShardIndex::wrote() {
    rest_.wrote();
    if (!settle_due_) settle_due_ = Clock::now() + longest_unsettled;
}

store::Result<void> ShardIndex::settle() {
    const std::lock_guard lock(writing_);
    return settle_due_ && Clock::now() >= *settle_due_ ? settle_now() : store::Result<void>{};
}

store::Result<void> ShardIndex::settle_now() {
    settle_due_.reset();
    const auto of = index();
    if (!of) return {};
    auto settled = of->settle();
    if (!settled && settled.error().code == store::Code::corrupt) damaged_ = true;
    if (!settled) settle_due_ = Clock::now() + longest_unsettled;
    return settled;
}

store::Result<bool> ShardIndex::tidy() {
    const std::lock_guard lock(writing_);
    const auto of = index();
    if (!of) return false;
    auto more = of->tidy();
    if (!more && more.error().code == store::Code::corrupt) damaged_ = true;
    if (more && *more) wrote();
    return more;
}

void ShardIndex::rest(const std::function<bool()>& go_on) {
    const std::lock_guard lock(writing_);
    const auto of = index();
    if (!of || !rest_.is_due()) return;
    const auto given = of->give_back_room(go_on);
    if (!given && given.error().code == store::Code::corrupt) damaged_ = true;
    if (!given) return;
    settle_due_.reset();
    if (go_on()) rest_.done();
}

void ShardIndex::note(const store::Result<void>& outcome) {
    const auto error = outcome ? std::string{} : outcome.error().message;
    const std::lock_guard lock(statistics_mutex_);
    if (!error.empty() && error != statistics_.error)
        spdlog::warn("The search index of shard {} stands still: {}", shard_, error);
    statistics_.error = error;
}

Indexing::ShardStatistics ShardIndex::statistics() const {
    Indexing::ShardStatistics statistics;
    {
        const std::lock_guard lock(statistics_mutex_);
        statistics = statistics_;
    }
    statistics.last = store_.read_shard(shard_).last_sequence();
    if (const auto of = index()) {
        const auto counts = of->statistics();
        statistics.indexed = std::max(statistics.indexed, of->mark());
        statistics.documents = counts.documents;
        statistics.terms = counts.terms;
        statistics.octets = counts.octets;
    }
    return statistics;
}

} // namespace facteur
