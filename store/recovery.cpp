#include "store/recovery.h"

#include "store/apply.h"
#include "store/bodies.h"
#include "store/files.h"
#include "store/journal.h"
#include "store/upgrade.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

namespace facteur::store {
namespace {

// Parts that are applied in one transaction, so that its memory is bounded.
constexpr std::size_t replay_octets = 16u << 20;

// Applies the parts of all journals to the shards, a transaction for many batches.
class Replay {
public:
    explicit Replay(const std::vector<std::unique_ptr<Shard>>& shards) {
        for (const auto& shard : shards)
            shards_[shard->id()].shard = shard.get();
    }

    Result<void> take(const JournalPart& part) {
        const auto found = shards_.find(part.shard);
        if (found == shards_.end())
            return fail(
                Code::corrupt,
                fmt::format("The journal speaks of a shard {}, which the store does not have.", part.shard));
        auto& of = found->second;
        if (of.shard->fault()) return {};
        octets_ += part.bytes.size();
        open(of);
        if (part.kind == JournalPart::Kind::commit) {
            auto applied = apply_record(*of.shard, part.bytes, *of.rows, of.sequence);
            if (!applied) return tl::unexpected(applied.error());
            if (*applied) of.batch = part.batch;
        } else if (of.batch == part.batch) {
            // Those of batches before the checkpoint are in it, as long as they were held.
            of.body_writer->put_chunk(part.key, part.bytes);
        }
        return octets_ < replay_octets ? Result<void>{} : commit();
    }

    Result<void> commit() {
        octets_ = 0;
        for (auto& [id, of] : shards_) {
            if (!of.rows) continue;
            if (auto done = of.bodies->commit(); !done) return done;
            if (auto done = of.rows->commit(); !done) return done;
            of.rows.reset();
            of.body_writer.reset();
            of.bodies.reset();
        }
        return {};
    }

private:
    struct OfShard {
        const Shard* shard = nullptr;
        std::unique_ptr<WriteTransaction> rows, bodies;
        std::optional<BodyWriter> body_writer;
        Sequence sequence = 0;
        std::uint64_t batch = 0; // the last one of which a record was applied
    };
    static void open(OfShard& of) {
        if (of.rows) return;
        of.bodies = std::make_unique<WriteTransaction>(of.shard->bodies());
        of.body_writer.emplace(*of.bodies);
        of.rows = std::make_unique<WriteTransaction>(of.shard->rows());
        of.sequence = of.shard->read(*of.rows).last_sequence();
    }

    std::map<ShardId, OfShard> shards_;
    std::size_t octets_ = 0;
};

// Of a shard that was broken when the journal was replayed: later ones have nothing of it.
std::string kept_journal(const std::string& store) {
    return journal_folder(store) + ".kept";
}

Result<void> keep_journal(const std::string& store) {
    const auto kept = kept_journal(store);
    if (std::filesystem::exists(kept)) return end_journal(store);
    std::error_code error;
    std::filesystem::rename(journal_folder(store), kept, error);
    if (error || !sync_folder(store)) return fail(Code::io, fmt::format("Cannot make {}.", kept));
    return {};
}

// Everything that was acknowledged, on disk. The states of before are kept until then: they are what a crash
// meanwhile goes back to.
Result<void> recover(const std::string& store, const std::vector<std::unique_ptr<Shard>>& shards) {
    std::map<const Shard*, Moment> before;
    for (const auto& shard : shards) {
        if (shard->fault()) continue;
        auto moment = Moment::now(*shard);
        if (!moment) return tl::unexpected(moment.error());
        before.emplace(shard.get(), std::move(*moment));
        shard->sync_no_more();
    }
    Replay replay(shards);
    Result<void> taken;
    for (const auto& folder : {kept_journal(store), journal_folder(store)}) {
        if (!taken || !std::filesystem::exists(folder)) continue;
        const auto journals = JournalReader::open(folder);
        if (!journals) return tl::unexpected(journals.error());
        taken = journals->each([&](const JournalPart& part) { return replay.take(part); });
    }
    if (taken) taken = replay.commit();
    for (const auto& shard : shards)
        if (taken && !shard->fault() && shard->rows().damage() != 0)
            taken = tl::unexpected(damaged_rows(shard->rows().damages().front().account));
    if (!taken)
        return fail(taken.error().code == Code::invalid ? Code::corrupt : taken.error().code,
                    fmt::format("What was written last cannot be brought back: {}", taken.error().message));
    for (const auto& [shard, moment] : before) {
        if (!moment.is_past(*shard)) continue;
        auto now = Moment::now(*shard);
        if (!now) return tl::unexpected(now.error());
        if (auto settled = settle(*shard, *now); !settled) return settled;
    }
    const bool all =
        std::none_of(shards.begin(), shards.end(), [](const auto& shard) { return shard->fault(); });
    if (!all) return keep_journal(store);
    std::error_code error;
    std::filesystem::remove_all(kept_journal(store), error);
    if (error) return fail(Code::io, fmt::format("Cannot remove {}.", kept_journal(store)));
    return end_journal(store);
}

Result<void> begin_journal(const std::string& store) {
    const auto folder = journal_folder(store);
    std::error_code error;
    std::filesystem::create_directory(folder, error);
    if (error || !sync_folder(store)) return fail(Code::io, fmt::format("Cannot make {}.", folder));
    return {};
}

} // namespace

Result<void> settle(const Shard& shard, const Moment& moment) {
    if (auto synced = moment.sync(shard); !synced) return synced;
    return moment.write_down(shard);
}

namespace {
std::string shard_path(const Options& options, ShardId id) {
    return id == directory_shard ? options.path + "/directory"
                                 : fmt::format("{}/shard-{:03}", options.path, id);
}
} // namespace

Result<std::unique_ptr<Shard>> open_shard(const Options& options, ShardId id, bool goes_back) {
    const bool is_directory = id == directory_shard;
    const auto path = shard_path(options, id);
    if (auto whole = verify_sizes(path); !whole) return tl::unexpected(whole.error());
    Sequence sequence = 0;
    if (goes_back) {
        const auto back = go_back(path);
        if (!back) return tl::unexpected(back.error());
        sequence = *back;
    }
    auto shard =
        Shard::open(path, id, options.rows_map, is_directory ? options.rows_map : options.bodies_map);
    if (shard && goes_back && (*shard)->read().last_sequence() != sequence)
        return fail(Code::corrupt,
                    fmt::format("{} is not what its checkpoint says: restore a backup.", path));
    return shard;
}

std::string journal_folder(const std::string& store) {
    return store + "/journal";
}

// Under another name at once, so that no crash leaves a part of it.
Result<void> end_journal(const std::string& store) {
    const auto folder = journal_folder(store), old = folder + ".old";
    std::error_code error, ignored;
    std::filesystem::remove_all(old, ignored);
    if (!std::filesystem::exists(folder)) return {};
    std::filesystem::rename(folder, old, error);
    if (error || !sync_folder(store)) return fail(Code::io, fmt::format("Cannot remove {}.", folder));
    std::filesystem::remove_all(old, ignored);
    return {};
}

Result<bool> apply_record(const Shard& shard, std::string_view record, WriteTransaction& rows,
                          Sequence& sequence) {
    const auto commit = decode_commit(record);
    if (!commit) return tl::unexpected(commit.error());
    if (commit->sequence <= sequence) return false;
    if (commit->sequence != sequence + 1)
        return fail(Code::invalid, fmt::format("Record {} does not follow {}.", commit->sequence, sequence));
    // Old bodies may be gone when their emails are: a replay takes what there is, `check` names what is
    // missing.
    const auto now = shard.read(rows);
    if (auto valid = validate(*commit, now, [](const Hash&) { return true; }); !valid)
        return tl::unexpected(valid.error());
    apply(*commit, record, rows);
    sequence = commit->sequence;
    return true;
}

Result<OpenShards> open_shards(const Options& options, Schema& found) {
    std::error_code ignored;
    std::filesystem::remove_all(journal_folder(options.path) + ".old", ignored);
    const bool goes_back = std::filesystem::exists(journal_folder(options.path)) ||
                           std::filesystem::exists(kept_journal(options.path));
    // Before anything is written in a form that programs of that schema do not know.
    if (found.version >= schema_of_rows && found.version < newest_schema) {
        found.version = newest_schema;
        if (auto done = write_schema(options.path, found); !done) return tl::unexpected(done.error());
    }
    OpenShards opened;
    std::size_t broken = 0;
    for (ShardId number = 0; number <= found.shards; ++number) {
        const auto id = number < found.shards ? number : directory_shard;
        auto shard = open_shard(options, id, goes_back);
        // Others' mail goes on; of the directory there is but one.
        const bool alone =
            !shard && shard.error().code == Code::corrupt && id != directory_shard && ++broken < found.shards;
        if (!shard && !alone) return tl::unexpected(shard.error());
        opened.shards.push_back(shard ? std::move(*shard)
                                      : Shard::broken(shard_path(options, id), id, shard.error()));
    }
    if (goes_back)
        if (auto done = recover(options.path, opened.shards); !done) return tl::unexpected(done.error());
    for (const auto& shard : opened.shards)
        if (!shard->fault()) shard->sync_always();
    if (found.version < newest_schema && broken > 0)
        return fail(Code::corrupt, "A store that is damaged cannot be brought up to date: restore a backup.");
    if (found.version < newest_schema) {
        for (const auto& shard : opened.shards)
            if (shard->id() != directory_shard)
                if (auto done = upgrade(*shard, found.version); !done) return tl::unexpected(done.error());
        if (auto done = begin_sealing(options.path); !done) return tl::unexpected(done.error());
        found.version = newest_schema;
        if (auto done = write_schema(options.path, found); !done) return tl::unexpected(done.error());
    }
    if (auto done = seal(options.path, opened.shards); !done) return tl::unexpected(done.error());
    for (const auto& shard : opened.shards) {
        if (shard->fault()) continue;
        auto moment = Moment::now(*shard);
        if (!moment) return tl::unexpected(moment.error());
        if (!moment->is_settled(*shard)) {
            if (!sync_folder(shard->path() + "/rows") || !sync_folder(shard->path() + "/bodies"))
                return fail(Code::io, fmt::format("Cannot sync {}.", shard->path()));
            if (auto done = settle(*shard, *moment); !done) return tl::unexpected(done.error());
        }
        opened.moments.emplace(shard.get(), std::move(*moment));
        shard->sync_no_more();
    }
    if (!sync_folder(options.path)) return fail(Code::io, fmt::format("Cannot sync {}.", options.path));
    if (auto begun = begin_journal(options.path); !begun) return tl::unexpected(begun.error());
    return opened;
}

} // namespace facteur::store
