#include "store/backup/shard_restore.h"

#include "store/backup/packs.h"
#include "store/backup/stream.h"
#include "store/bodies.h"
#include "store/files.h"
#include "store/keys.h"
#include "store/recovery.h"

#include <fmt/format.h>

#include <limits>

namespace facteur::store::backup {
namespace {

// Written in one transaction, whose pages are in memory.
constexpr std::uint64_t octets_a_transaction = 32u << 20;

// What clients may have seen since the backup, at most: of modseqs and ids; UIDs are passed over with them
// (store/apply.cpp). Far more than there can have been, and so little of what there is that thousands of
// restores are possible.
constexpr Modseq skipped_modseqs = 1ull << 32;
// Accounts that were made since: their ids are not given to others.
constexpr AccountId skipped_accounts = 10'000;

class ShardRestore {
public:
    ShardRestore(Folder& folder, const Manifest& manifest, const Shard& shard, const RestoreOptions& options,
                 RestoreReport& report, const std::function<void(std::uint64_t)>& count)
        : folder_(folder), manifest_(manifest), shard_(shard), options_(options), report_(report),
          count_(count) {}

    Result<void> run() {
        for (const auto& file : manifest_.files_of(shard_.id(), FileKind::rows))
            if (auto done = rows(file); !done) return done;
        for (const auto& file : manifest_.files_of(shard_.id(), FileKind::records))
            if (auto done = records(file); !done) return done;
        const auto* point = manifest_.point(shard_.id());
        if (point == nullptr || shard_.read().last_sequence() != point->sequence)
            return fail(Code::corrupt,
                        fmt::format("The backup does not lead to the point of shard {}.", shard_.id()));
        if (auto done = bodies(); !done) return done;
        return begin_epoch();
    }

private:
    [[nodiscard]] Result<void> go_on() const {
        if (folder_.is_cancelled()) return fail(Code::stopped, "The restore was cancelled.");
        return {};
    }

    // A write transaction that is committed and begun again now and then.
    class Writing {
    public:
        explicit Writing(Environment& environment) : environment_(environment) {}
        WriteTransaction& get() {
            if (!transaction_) transaction_.emplace(environment_);
            return *transaction_;
        }
        BodyWriter& bodies() {
            if (!bodies_) bodies_.emplace(get());
            return *bodies_;
        }
        Result<void> wrote(std::uint64_t octets) {
            octets_ += octets;
            return octets_ < octets_a_transaction ? Result<void>{} : commit();
        }
        Result<void> commit() {
            octets_ = 0;
            if (!transaction_) return {};
            bodies_.reset();
            auto done = transaction_->commit();
            transaction_.reset();
            return done;
        }

    private:
        Environment& environment_;
        std::optional<WriteTransaction> transaction_;
        std::optional<BodyWriter> bodies_;
        std::uint64_t octets_ = 0;
    };

    Result<void> rows(const BackupFile& file) {
        auto from = FileReader::open(folder_, file);
        if (!from) return tl::unexpected(from.error());
        Writing to(shard_.rows());
        from->starts_with(rows_magic);
        for (auto database = from->number(); database != 0; database = from->number()) {
            const std::string key(from->string());
            const auto value = from->string();
            if (from->failed() || database > db_count || key.empty()) return damaged_file(file);
            to.get().append(database - 1, key, value);
            count_(key.size() + value.size());
            if (auto done = to.wrote(key.size() + value.size()); !done) return done;
        }
        if (auto whole = from->finish(); !whole) return whole;
        if (auto done = to.commit(); !done) return done;
        return go_on();
    }

    Result<void> records(const BackupFile& file) {
        auto from = FileReader::open(folder_, file);
        if (!from) return tl::unexpected(from.error());
        Writing to(shard_.rows());
        auto sequence = shard_.read().last_sequence();
        from->starts_with(records_magic);
        for (std::string record(from->string()); !record.empty(); record = from->string()) {
            if (auto done = apply_record(shard_, record, to.get(), sequence); !done)
                return fail(Code::corrupt,
                            fmt::format("{} cannot be applied: {}", file.name, done.error().message));
            ++report_.commits;
            count_(record.size());
            if (auto done = to.wrote(record.size()); !done) return done;
        }
        if (from->failed()) return damaged_file(file);
        if (auto whole = from->finish(); !whole) return whole;
        if (auto done = to.commit(); !done) return done;
        return go_on();
    }

    // Those that the rows hold.
    Result<void> bodies() {
        auto packs =
            Packs::open(folder_, manifest_.files_of(shard_.id(), FileKind::bodies), report_.findings);
        if (!packs) return tl::unexpected(packs.error());
        Writing to(shard_.bodies());
        Result<void> outcome;
        Hash previous;
        bool first = true;
        const auto now = shard_.read();
        scan(now.raw().rows, now.raw().database(db_holders), {}, [&](std::string_view key, auto) {
            const auto hash = to_hash(key);
            if (!first && hash == previous) return true;
            first = false;
            previous = hash;
            outcome = body(*packs, hash, to);
            if (outcome) outcome = go_on();
            return outcome.has_value();
        });
        return outcome ? to.commit() : outcome;
    }

    Result<void> body(const Packs& packs, const Hash& hash, Writing& to) {
        const auto found = packs.find(hash);
        if (!found) {
            report_.findings.push_back(fmt::format("The body {} is not in the backup.", to_hex(hash)));
            return {};
        }
        auto& bodies = to.get();
        auto& writer = to.bodies();
        std::uint64_t octets = 0;
        const bool whole =
            found->pack->chunks(found->number, [&](std::string_view key, std::string_view value) {
                writer.put_chunk(key, value);
                octets += value.size();
            });
        if (bodies.failed()) return to.commit();
        const auto read =
            read_body(bodies.get(), bodies.database(0), hash, 0, std::numeric_limits<std::uint64_t>::max());
        if (!whole || !read) {
            report_.findings.push_back(fmt::format("The body {} is damaged in the backup's file {}.",
                                                   to_hex(hash), found->pack->file().name));
            remove_body(bodies, hash);
            return {};
        }
        ++report_.bodies;
        report_.octets += read->size();
        count_(octets);
        return to.wrote(octets);
    }

    // See restore.h.
    Result<void> begin_epoch() {
        std::vector<std::pair<AccountId, Modseq>> accounts;
        const auto now = shard_.read();
        now.states(0, [&](AccountId account, const AccountState& state) {
            accounts.emplace_back(account, state.modseq);
            return true;
        });
        if (shard_.id() == directory_shard) {
            now.accounts(0, [&](const AccountRow&) { return ++report_.accounts, true; });
            accounts.emplace_back(now.last_account() + skipped_accounts, 0);
        }
        Writing to(shard_.rows());
        auto sequence = now.last_sequence();
        for (const auto& [account, modseq] : accounts) {
            const auto record = encode(
                Commit{shard_.id(), sequence + 1, account, modseq + skipped_modseqs, options_.now, {}});
            if (auto done = apply_record(shard_, record, to.get(), sequence); !done)
                return tl::unexpected(done.error());
            if (auto done = to.wrote(record.size() + 4096); !done) return done;
        }
        return to.commit();
    }

    Folder& folder_;
    const Manifest& manifest_;
    const Shard& shard_;
    const RestoreOptions& options_;
    RestoreReport& report_;
    const std::function<void(std::uint64_t)>& count_;
};

} // namespace

Result<void> restore_shard(Folder& folder, const Manifest& manifest, ShardId id,
                           const RestoreOptions& options, RestoreReport& report,
                           const std::function<void(std::uint64_t)>& count) {
    auto shard = open_shard(options.store, id, false);
    if (!shard) return tl::unexpected(shard.error());
    (*shard)->sync_no_more();
    if (auto done = ShardRestore(folder, manifest, **shard, options, report, count).run(); !done) return done;
    const auto moment = Moment::now(**shard);
    if (!moment) return tl::unexpected(moment.error());
    for (const auto* part : {"/rows", "/bodies", ""})
        if (!sync_folder((*shard)->path() + part))
            return fail(Code::io, fmt::format("Cannot sync {}.", (*shard)->path()));
    return settle(**shard, *moment);
}

} // namespace facteur::store::backup
