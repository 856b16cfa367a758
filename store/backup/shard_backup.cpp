#include "store/backup/shard_backup.h"

#include "store/keys.h"
#include "store/layout.h"
#include "store/packing.h"
#include "store/shard.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

namespace facteur::store::backup {
namespace {

// Of new bodies, whose hashes are in memory.
constexpr std::size_t most_wanted = 1u << 18;
// What one read transaction gives of the bodies of a whole shard.
constexpr std::uint64_t octets_a_snapshot = 64u << 20;
constexpr std::size_t bodies_a_snapshot = 4096;

// First the holders, because whose bodies are needed is read back; what is dead is not in a backup.
std::vector<std::size_t> order_of_databases() {
    std::vector<std::size_t> order{db_holders};
    for (std::size_t number = 0; number < db_count; ++number)
        if (number != db_holders && number != db_dead) order.push_back(number);
    return order;
}

std::uint64_t entries(const Snapshot& now, std::size_t database) {
    MDB_stat stat{};
    if (now.raw().rows != nullptr) mdb_stat(now.raw().rows, now.raw().database(database), &stat);
    return stat.ms_entries;
}

std::uint64_t size_of(const std::vector<BackupFile>& files) {
    return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const BackupFile& file) { return sum + file.size; });
}

// A value without the dictionaries that it lies in the store with. A damaged one stays as it is.
std::string_view travelling(const Snapshot& now, std::size_t database, std::string_view key,
                            std::string_view value, std::string& room) {
    if (database == db_emails || database == db_structures)
        return unpacked_row(now.raw().rows, now.raw().database(database), key, value, now.raw().room)
            .value_or(value);
    if (database != db_log || !is_packed_with_own(value)) return value;
    std::string unpacked;
    const auto record = unpack_record(value, unpacked, now.raw().dictionaries());
    return record.empty() ? value : std::string_view(room = pack_record(record));
}

std::string name_of(ShardId shard) {
    return shard == directory_shard ? "directory" : fmt::format("shard-{:03}", shard);
}

} // namespace

ShardBackup::ShardBackup(const Store& store, ShardId shard, Folder& folder, const BackupOptions& options,
                         const Manifest* before, Manifest& manifest, BackupReport& report, Steps& steps)
    : store_(store), shard_(shard), folder_(folder), options_(options), before_(before), manifest_(manifest),
      report_(report), steps_(steps), writer_(folder, shard, prefix()) {
    if (before_ == nullptr || before_->point(shard) == nullptr) return;
    rows_ = before_->files_of(shard, FileKind::rows);
    records_ = before_->files_of(shard, FileKind::records);
    bodies_ = before_->files_of(shard, FileKind::bodies);
    if (goes_on()) point_ = *before_->point(shard); // for `steps`
}

std::string ShardBackup::prefix() const {
    return prefix_of(manifest_.generation) + name_of(shard_);
}

Result<void> ShardBackup::go_on() const {
    if (folder_.is_cancelled()) return fail(Code::stopped, "The backup was cancelled.");
    return {};
}

bool ShardBackup::goes_on() const {
    const auto* point = before_ == nullptr ? nullptr : before_->point(shard_);
    if (options_.full || point == nullptr || rows_.size() != 1 || before_->schema != newest_schema)
        return false;
    if (size_of(records_) > std::max(options_.small_records, rows_.front().size)) return false;
    // The log still has the very commit, or, when there was none, the first one.
    bool found = false;
    const auto now = store_.read_shard(shard_);
    if (point->sequence == 0 && now.last_sequence() == 0) return true;
    now.log(std::max<Sequence>(point->sequence, 1), [&](Sequence sequence, std::string_view record) {
        found = point->sequence == 0 ? sequence == 1
                                     : sequence == point->sequence && hash_of(record) == point->record;
        return false;
    });
    return found;
}

std::uint64_t ShardBackup::steps() const {
    const auto now = store_.read_shard(shard_);
    if (point_.sequence > 0) return now.last_sequence() - point_.sequence;
    auto steps = 3 * entries(now, db_holders);
    for (const auto database : order_of_databases())
        steps += entries(now, database);
    return steps;
}

Result<void> ShardBackup::run() {
    if (const auto& fault = store_.read_shard(shard_).raw().shard->fault()) return tl::unexpected(*fault);
    auto packs = Packs::open(folder_, bodies_, report_.findings);
    if (!packs) return tl::unexpected(packs.error());
    packs_ = std::move(*packs);
    // One that cannot be read: what was in it is taken again.
    const bool all_there = packs_.all().size() == bodies_.size();
    if (all_there && goes_on()) {
        point_ = *before_->point(shard_);
    } else {
        if (auto done = write_rows(); !done) return done;
        if (auto done = drop_sparse_packs(); !done) return done;
        if (auto done = write_bodies_of_rows(); !done) return done;
        ++report_.shards_whole;
    }
    if (auto done = write_commits(); !done) return done;
    manifest_.points.push_back(point_);
    for (const auto* files : {&rows_, &records_, &bodies_})
        manifest_.files.insert(manifest_.files.end(), files->begin(), files->end());
    return {};
}

// ---- all rows

Result<void> ShardBackup::write_rows() {
    auto file = FileWriter::make(folder_, prefix() + ".rows");
    if (!file) return tl::unexpected(file.error());
    file->write(rows_magic);
    const auto now = store_.read_shard(shard_);
    if (now.raw().rows == nullptr) return fail(Code::busy, "The store has too many readers.");
    point_ = {shard_, now.last_sequence(), {}};
    std::string room;
    for (const auto database : order_of_databases()) {
        auto outcome = go_on();
        scan(now.raw().rows, now.raw().database(database), {}, [&](auto key, auto value) {
            value = travelling(now, database, key, value, room);
            file->number(database + 1);
            file->string(key);
            file->string(value);
            steps_.add();
            if (steps_.done % 1024 == 0) outcome = go_on();
            return outcome && !file->failed();
        });
        if (!outcome) return outcome;
    }
    file->number(0); // the end
    auto written = file->finish(FileKind::rows, shard_);
    if (!written) return tl::unexpected(written.error());
    rows_ = {std::move(*written)};
    records_.clear();
    return {};
}

Result<void> ShardBackup::each_body_of_rows(const std::function<Result<void>(const Hash&)>& each) {
    auto file = FileReader::open(folder_, rows_.front());
    if (!file) return tl::unexpected(file.error());
    file->starts_with(rows_magic);
    Hash previous;
    for (bool first = true; file->number() == db_holders + 1; first = false) {
        const auto key = file->string();
        const auto hash = key.size() >= sizeof previous.bytes ? to_hash(key) : Hash{};
        file->string();
        if (file->failed()) return damaged_file(rows_.front());
        if (!first && hash == previous) continue;
        previous = hash;
        if (auto done = each(hash); !done) return done;
        steps_.add();
    }
    return file->failed() ? damaged_file(rows_.front()) : Result<void>{};
}

// Bodies that hardly anybody holds any more would never leave the backup otherwise.
Result<void> ShardBackup::drop_sparse_packs() {
    if (packs_.all().empty()) return {};
    std::map<const Pack*, std::uint64_t> held;
    auto counted = each_body_of_rows([&](const Hash& hash) -> Result<void> {
        if (const auto found = packs_.find(hash)) held[found->pack] += found->pack->octets(found->number);
        return {};
    });
    packs_.keep_only([&](const Pack& pack) { return 2 * held[&pack] >= pack.octets(); });
    return counted;
}

Result<void> ShardBackup::write_bodies_of_rows() {
    std::optional<Snapshot> now;
    std::uint64_t octets = 0;
    std::size_t bodies = 0;
    auto done = each_body_of_rows([&](const Hash& hash) -> Result<void> {
        if (const auto found = packs_.find(hash)) {
            needed_packs_.insert(found->pack->file().name);
            return {};
        }
        if (!now || writer_.octets() - octets > octets_a_snapshot || ++bodies > bodies_a_snapshot) {
            now.reset();
            now.emplace(store_.read_shard(shard_));
            octets = writer_.octets();
            bodies = 0;
            if (auto going = go_on(); !going) return going;
        }
        // One that is gone meanwhile was let go of by a commit that follows.
        const auto copied = copy_body(*now, hash);
        return copied ? Result<void>{} : tl::unexpected(copied.error());
    });
    if (!done) return done;
    bodies_.clear();
    for (const auto& pack : packs_.all())
        if (needed_packs_.contains(pack.file().name)) bodies_.push_back(pack.file());
    return end_packs();
}

// False when it is not in the store.
Result<bool> ShardBackup::copy_body(const Snapshot& now, const Hash& hash) {
    const auto body = now.read_body(hash);
    if (!body && body.error().code == Code::not_found) return false;
    if (!body) {
        report_.findings.push_back(fmt::format("{}: {}", name_of(shard_), body.error().message));
        return true;
    }
    auto added = writer_.add(hash, now.raw().open_bodies(), now.raw().bodies_database());
    if (!added) return tl::unexpected(added.error());
    ++report_.bodies;
    return true;
}

Result<void> ShardBackup::end_packs() {
    auto made = writer_.finish();
    if (!made) return tl::unexpected(made.error());
    for (auto& file : *made) {
        if (auto opened = packs_.add(folder_, file); !opened) return opened;
        bodies_.push_back(std::move(file));
    }
    return {};
}

// ---- the commits since

Result<void> ShardBackup::write_commits() {
    const auto now = store_.read_shard(shard_);
    const auto from = point_.sequence + 1, last = now.last_sequence();
    point_.shard = shard_;
    if (last == point_.sequence) {
        // The hash of the rows' own last commit.
        now.log(last, [&](Sequence, std::string_view record) {
            point_.record = hash_of(record);
            return false;
        });
        return {};
    }
    auto file = FileWriter::make(folder_, prefix() + ".records");
    if (!file) return tl::unexpected(file.error());
    file->write(records_magic);
    std::set<Hash> wanted;
    Result<void> outcome;
    auto next = from;
    now.log(from, [&](Sequence sequence, std::string_view record) {
        const auto commit = decode_commit(record);
        if (sequence != next++ || !commit) {
            outcome =
                fail(Code::corrupt, fmt::format("{}: the log is damaged at record {}: run facteur check.",
                                                name_of(shard_), next - 1));
            return false;
        }
        for (const auto& change : commit->changes) {
            if (const auto* email = std::get_if<EmailAdded>(&change)) wanted.insert(email->row.body);
            if (const auto* upload = std::get_if<UploadPut>(&change)) wanted.insert(upload->row.body);
        }
        if (wanted.size() > most_wanted) outcome = write_bodies(now, wanted);
        file->string(record);
        steps_.add();
        ++report_.commits;
        point_ = {shard_, sequence, hash_of(record)};
        if (outcome && sequence % 256 == 0) outcome = go_on();
        return outcome && !file->failed();
    });
    if (!outcome) return outcome;
    file->string({}); // the end
    auto written = file->finish(FileKind::records, shard_);
    if (!written) return tl::unexpected(written.error());
    if (point_.sequence != last)
        return fail(Code::corrupt,
                    fmt::format("{}: the log is damaged: run facteur check.", name_of(shard_)));
    records_.push_back(std::move(*written));
    return write_bodies(now, wanted);
}

// Those that are held and that the backup lacks; `wanted` is empty afterwards.
Result<void> ShardBackup::write_bodies(const Snapshot& now, std::set<Hash>& wanted) {
    for (const auto& hash : wanted) {
        bool held = false;
        scan(now.raw().rows, now.raw().database(db_holders), bytes_of(hash), [&](auto, auto) {
            held = true;
            return false;
        });
        if (!held || packs_.find(hash)) continue;
        const auto copied = copy_body(now, hash);
        if (!copied) return tl::unexpected(copied.error());
        if (!*copied)
            report_.findings.push_back(
                fmt::format("{}: The body {} is not in the store.", name_of(shard_), to_hex(hash)));
        if (auto going = go_on(); !going) return going;
    }
    wanted.clear();
    return end_packs();
}

} // namespace facteur::store::backup
