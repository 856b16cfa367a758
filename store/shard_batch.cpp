#include "store/shard_batch.h"

#include "store/apply.h"
#include "store/bodies.h"
#include "store/keys.h"

#include <algorithm>

namespace facteur::store {
namespace {

// Bodies that nobody holds any more, taken away with one batch.
constexpr std::size_t dead_per_batch = 256;

Result<Committed> refused(const Error& error) {
    return tl::unexpected(error);
}

} // namespace

ShardBatch::ShardBatch(const Shard& shard, std::vector<Write> writes)
    : shard_(&shard), writes_(std::move(writes)) {}

void ShardBatch::plan(bool all_bodies) {
    rows_ = std::make_unique<WriteTransaction>(shard_->rows());
    outcome_ = run_plans();
    if (outcome_ && counts_.commits > 0) outcome_ = put_bodies(all_bodies);
    if (!outcome_) fail_with(outcome_.error());
    if (counts_.commits == 0) rows_.reset();
}

Result<void> ShardBatch::run_plans() {
    const auto damage = shard_->damage(0);
    auto sequence = rows_->failed() ? 0 : shard_->read(*rows_).last_sequence();
    if (shard_->damage(0) != damage) return tl::unexpected(damaged_rows(0));
    for (const auto& write : writes_) {
        auto result = run_plan(write, sequence);
        if (!result) return tl::unexpected(result.error());
        results_.push_back(std::move(*result));
        if (results_.back() && results_.back()->commit.sequence != 0) ++counts_.commits;
        if (rows_->failed()) return tl::unexpected(lmdb_error(rows_->status(), "Writing to the store"));
    }
    return {};
}

// What went wrong for this write alone is in its result; else nothing of the batch can be kept.
Result<Result<Committed>> ShardBatch::run_plan(const Write& write, Sequence& sequence) {
    const auto damage = shard_->damage(write.account);
    const auto now = shard_->read(*rows_);
    Draft draft(now, write.account, write.at);
    const auto planned = write.plan(draft);
    Committed committed;
    const auto is_damaged = [&] { return shard_->damage(write.account) != damage; };
    if (is_damaged()) return refused(damaged_rows(write.account));
    if (!planned) return refused(planned.error());
    if (draft.empty()) {
        committed.commit.account = write.account;
        committed.commit.modseq = draft.modseq() - 1;
        return committed;
    }
    committed.commit = std::move(draft).take();
    auto& commit = committed.commit;
    commit.shard = shard_->id();
    commit.sequence = sequence + 1;
    const auto supplied = [&](const Hash& hash) {
        return std::any_of(write.bodies.begin(), write.bodies.end(),
                           [&](const Body& b) { return b.hash == hash; });
    };
    const auto valid = validate(commit, now, supplied);
    if (is_damaged()) return refused(damaged_rows(write.account));
    if (!valid) return refused(valid.error());
    const auto record = encode(commit);
    apply(commit, record, *rows_);
    if (is_damaged()) return tl::unexpected(damaged_rows(write.account));
    journal_.commit(shard_->id(), record);
    ++sequence;
    return committed;
}

// The bodies that the commits newly name.
std::unordered_set<Hash> ShardBatch::named_bodies() const {
    std::unordered_set<Hash> named;
    for (const auto& result : results_) {
        if (!result) continue;
        for (const auto& change : result->commit.changes) {
            if (const auto* email = std::get_if<EmailAdded>(&change)) named.insert(email->row.body);
            if (const auto* upload = std::get_if<UploadPut>(&change)) named.insert(upload->row.body);
        }
    }
    return named;
}

Result<void> ShardBatch::put_bodies(bool all_bodies) {
    auto named = named_bodies();
    // Only what was dead before this batch and still is: a reader may have opened the rows before it.
    std::vector<std::string> removed;
    {
        const auto before = shard_->read();
        scan(before.raw().rows, rows_->database(db_dead), {}, [&](std::string_view hash, auto) {
            if (rows_->get(db_dead, hash)) removed.emplace_back(hash);
            return removed.size() < dead_per_batch;
        });
    }
    if (named.empty() && removed.empty()) return {};
    bodies_ = std::make_unique<WriteTransaction>(shard_->bodies());
    BodyWriter writer(*bodies_);
    for (const auto& hash : removed) {
        remove_body(*bodies_, to_hash(hash));
        rows_->remove(db_dead, hash);
    }
    const auto to_journal = [&](std::string_view key, std::string_view value) {
        journal_.chunk(shard_->id(), key, value);
    };
    for (std::size_t i = 0; i < writes_.size(); ++i) {
        if (!results_[i]) continue;
        for (const auto& body : writes_[i].bodies) {
            if (named.erase(body.hash) == 0) continue;
            if (!all_bodies && has_body(*bodies_, body.hash)) continue;
            counts_.packed_octets += writer.put(body, to_journal);
            counts_.body_octets += body.bytes->size();
            ++counts_.bodies;
        }
    }
    if (bodies_->failed()) return tl::unexpected(lmdb_error(bodies_->status(), "Writing to the store"));
    if (rows_->failed()) return tl::unexpected(lmdb_error(rows_->status(), "Writing to the store"));
    return {};
}

void ShardBatch::commit() {
    if (bodies_) outcome_ = bodies_->commit();
    if (!outcome_) return fail_with(Error(outcome_.error()));
    left_bodies_ = bodies_ != nullptr;
    outcome_ = rows_->commit();
    if (!outcome_) return fail_with(Error(outcome_.error()));
    left_bodies_ = false;
}

void ShardBatch::fail_with(const Error& error) {
    outcome_ = tl::unexpected(error);
    rows_.reset();
    bodies_.reset();
    journal_ = {};
    counts_ = {};
}

void ShardBatch::answer() {
    rows_.reset();
    bodies_.reset();
    for (std::size_t i = 0; i < writes_.size(); ++i)
        writes_[i].done(outcome_ ? std::move(results_[i]) : tl::unexpected(outcome_.error()));
}

std::vector<ShardBatch> ShardBatch::apart() && {
    std::vector<ShardBatch> alone;
    for (auto& write : writes_) {
        std::vector<Write> one;
        one.push_back(std::move(write));
        alone.emplace_back(*shard_, std::move(one));
    }
    return alone;
}

} // namespace facteur::store
