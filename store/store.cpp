#include "store/store.h"

#include "store/apply.h"
#include "store/bodies.h"
#include "store/keys.h"
#include "store/lane.h"
#include "store/trim.h"
#include "store/upgrade.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <future>

namespace facteur::store {
namespace {

// The layout of folders, databases and rows. Raised by whoever changes it, with a way up from the one before.
constexpr int schema = 2;
// Where a shard is asked for by number, the directory has this one.
constexpr ShardId directory_shard = 0xffff;
constexpr std::uint32_t most_shards = 1024;

struct Schema {
    int version = 0;
    std::uint16_t shards = 0;
};

Result<Schema> read_schema(const std::string& path, std::ifstream& in, const Options& options) {
    Schema found;
    std::uint32_t shards = 0;
    if (!(in >> found.version >> shards) || found.version < 1)
        return fail(Code::corrupt, fmt::format("The file {} is damaged: put it back from a backup.", path));
    if (found.version > schema)
        return fail(
            Code::newer_schema,
            fmt::format("The store {} was written by a newer Facteur (schema {}, this program knows {}): "
                        "start the newer program, or restore a backup.",
                        options.path, found.version, schema));
    if (shards == 0 || shards > most_shards || !std::has_single_bit(shards))
        return fail(Code::corrupt, fmt::format("The file {} is damaged: put it back from a backup.", path));
    found.shards = static_cast<std::uint16_t>(shards);
    return found;
}

// On the disk before anything that it speaks of.
Result<void> write_schema(const std::string& path, const Schema& made) {
    const auto temporary = path + ".new";
    const auto text = fmt::format("{} {}\n", made.version, made.shards);
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    const bool written = file >= 0 &&
                         ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    std::error_code error;
    if (written) std::filesystem::rename(temporary, path, error);
    if (!written || error) return fail(Code::io, fmt::format("Cannot write {}.", path));
    const int folder =
        ::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return fail(Code::io, fmt::format("Cannot write {}.", path));
    const bool synced = ::fsync(folder) == 0;
    ::close(folder);
    return synced ? Result<void>{} : fail(Code::io, fmt::format("Cannot write {}.", path));
}

Result<Schema> read_or_make_schema(const Options& options) {
    const auto path = options.path + "/schema";
    if (std::ifstream in(path); in) return read_schema(path, in, options);
    // Accounts are spread by the number of shards: it must not be guessed for a store that has some.
    if (std::filesystem::exists(options.path + "/shard-000"))
        return fail(Code::corrupt, fmt::format("The file {} is missing: put it back from a backup.", path));
    if (!options.create) return fail(Code::not_found, fmt::format("There is no store in {}.", options.path));
    if (options.shards == 0 || options.shards > most_shards || !std::has_single_bit(options.shards))
        return fail(Code::invalid, "The number of shards is a power of two, at most 1024.");
    const Schema made{schema, options.shards};
    if (auto written = write_schema(path, made); !written) return tl::unexpected(written.error());
    return made;
}

// Held as long as its file descriptor is open; ends with the process, however that ends.
class FolderLock {
public:
    static Result<FolderLock> take(const std::string& path) {
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        if (file < 0) return fail(Code::io, fmt::format("Cannot open {}.", path));
        if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
            std::string holder(32, '\0');
            const auto size = ::pread(file, holder.data(), holder.size(), 0);
            holder.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
            ::close(file);
            return fail(Code::busy,
                        fmt::format("The store is open in another program (process {}).", holder));
        }
        const auto pid = std::to_string(::getpid());
        if (::ftruncate(file, 0) != 0 || ::pwrite(file, pid.data(), pid.size(), 0) < 0) {
            ::close(file);
            return fail(Code::io, fmt::format("Cannot write {}.", path));
        }
        return FolderLock(file);
    }
    FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock() {
        if (file_ >= 0) ::close(file_);
    }

private:
    explicit FolderLock(int file) : file_(file) {}
    int file_;
};

} // namespace

struct Store::Implementation {
    Options options;
    std::optional<FolderLock> lock;
    std::vector<std::unique_ptr<Shard>> shards;
    std::unique_ptr<Shard> directory;
    std::vector<std::unique_ptr<Lane>> lanes;
    std::unique_ptr<Lane> directory_lane;

    [[nodiscard]] Lane& lane_of(ShardId shard) { return *lanes[shard % lanes.size()]; }
};

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
    std::error_code error;
    if (options.create) std::filesystem::create_directories(options.path, error);
    if (!std::filesystem::is_directory(options.path))
        return fail(Code::not_found,
                    fmt::format("The folder {} does not exist and cannot be made.", options.path));
    auto implementation = std::make_unique<Implementation>();
    implementation->options = options;
    auto lock = FolderLock::take(options.path + "/lock");
    if (!lock) return tl::unexpected(lock.error());
    implementation->lock.emplace(std::move(*lock));
    auto found = read_or_make_schema(options);
    if (!found) return tl::unexpected(found.error());
    implementation->options.shards = found->shards;

    auto& self = *implementation;
    for (ShardId id = 0; id < found->shards; ++id) {
        auto shard = Shard::open(fmt::format("{}/shard-{:03}", options.path, id), id, options.rows_map,
                                 options.bodies_map);
        if (!shard) return tl::unexpected(shard.error());
        self.shards.push_back(std::move(*shard));
    }
    if (found->version < schema) {
        for (const auto& shard : self.shards)
            if (auto done = upgrade(*shard, found->version); !done) return tl::unexpected(done.error());
        found->version = schema;
        if (auto done = write_schema(options.path + "/schema", *found); !done)
            return tl::unexpected(done.error());
    }
    auto directory =
        Shard::open(options.path + "/directory", directory_shard, options.rows_map, options.rows_map);
    if (!directory) return tl::unexpected(directory.error());
    self.directory = std::move(*directory);
    for (std::uint16_t lane = 0; lane < std::clamp<std::uint16_t>(options.lanes, 1, found->shards); ++lane)
        self.lanes.push_back(std::make_unique<Lane>(self.options));
    self.directory_lane = std::make_unique<Lane>(self.options);
    return std::unique_ptr<Store>(new Store(std::move(implementation)));
}

Store::Store(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Store::~Store() {
    close();
}

void Store::close() {
    for (auto& lane : implementation_->lanes)
        lane->stop();
    implementation_->directory_lane->stop();
}

const Options& Store::options() const {
    return implementation_->options;
}
std::uint16_t Store::shards() const {
    return static_cast<std::uint16_t>(implementation_->shards.size());
}

ShardId Store::shard_of(AccountId account) const {
    // Fibonacci hashing: accounts that were made one after the other spread evenly.
    return static_cast<ShardId>((account * 2654435769u >> 16) & (shards() - 1u));
}

Snapshot Store::read(AccountId account) const {
    return read_shard(shard_of(account));
}
Snapshot Store::read_shard(ShardId shard) const {
    return shard == directory_shard ? directory() : implementation_->shards[shard]->read();
}
Snapshot Store::directory() const {
    return implementation_->directory->read();
}

std::string Store::search_path(ShardId shard) const {
    return fmt::format("{}/shard-{:03}/search", implementation_->options.path, shard);
}

void Store::submit(Write write) {
    const auto shard = shard_of(write.account);
    implementation_->lane_of(shard).submit(*implementation_->shards[shard], std::move(write));
}
void Store::submit_directory(Write write) {
    implementation_->directory_lane->submit(*implementation_->directory, std::move(write));
}

namespace {
template <typename Submit>
Result<Committed> wait_for(Write write, Submit submit) {
    std::promise<Result<Committed>> answer;
    auto answered = answer.get_future();
    write.done = [&](Result<Committed> result) { answer.set_value(std::move(result)); };
    submit(std::move(write));
    return answered.get();
}
} // namespace

Result<Committed> Store::commit(Write write) {
    return wait_for(std::move(write), [this](Write w) { submit(std::move(w)); });
}
Result<Committed> Store::commit_directory(Write write) {
    return wait_for(std::move(write), [this](Write w) { submit_directory(std::move(w)); });
}

std::vector<LaneStatistics> Store::statistics() const {
    std::vector<LaneStatistics> statistics;
    for (const auto& lane : implementation_->lanes)
        statistics.push_back(lane->statistics());
    statistics.push_back(implementation_->directory_lane->statistics());
    return statistics;
}

Result<void> Store::replay(ShardId shard_id, std::span<const std::string> records,
                           std::span<const Body> bodies) {
    const auto& shard =
        shard_id == directory_shard ? *implementation_->directory : *implementation_->shards[shard_id];
    auto& lane =
        shard_id == directory_shard ? *implementation_->directory_lane : implementation_->lane_of(shard_id);
    return lane.run([&]() -> Result<void> {
        WriteTransaction stored(shard.bodies());
        for (const auto& body : bodies)
            put_body(stored, body);
        WriteTransaction rows(shard.rows());
        auto sequence = shard.read(rows).last_sequence();
        for (const auto& record : records) {
            const auto commit = decode_commit(record);
            if (!commit) return tl::unexpected(commit.error());
            if (commit->sequence <= sequence) continue;
            if (commit->sequence != sequence + 1)
                return fail(Code::invalid,
                            fmt::format("Record {} does not follow {}.", commit->sequence, sequence));
            const auto now = shard.read(rows);
            // Old bodies may be gone when their emails are: a replay takes what there is, `check` names what
            // is missing.
            if (auto valid = validate(*commit, now, [](const Hash&) { return true; }); !valid) return valid;
            apply(*commit, record, rows);
            sequence = commit->sequence;
        }
        if (auto done = stored.commit(); !done) return done;
        return rows.commit();
    });
}

namespace {

// Records that one transaction removes, so that a lane is never held up for long.
constexpr std::size_t trim_step = 2000;

std::vector<std::pair<AccountId, Hash>> expired_uploads(const Snapshot& snapshot, Time now) {
    std::vector<std::pair<AccountId, Hash>> expired;
    scan(snapshot.raw().rows, snapshot.raw().database(db_uploads), {}, [&](std::string_view key, auto) {
        const auto account = read_big<AccountId>(key);
        const auto upload = snapshot.upload(account, to_hash(key.substr(4)));
        if (upload && upload->expires <= now) expired.emplace_back(account, upload->body);
        return true;
    });
    return expired;
}

} // namespace

Result<void> Store::trim(Time now, Time before, const std::function<Sequence(ShardId)>& indexed) {
    auto& self = *implementation_;
    const auto trim_shard = [&](const Shard& shard, Lane& lane, Sequence until) -> Result<void> {
        for (std::size_t removed = trim_step; removed == trim_step;) {
            const auto job = [&]() -> Result<void> {
                auto trimmed = trim_log(shard, before, until, trim_step);
                if (!trimmed) return tl::unexpected(trimmed.error());
                removed = *trimmed;
                return {};
            };
            if (auto done = lane.run(job); !done) return done;
        }
        return {};
    };
    for (ShardId id = 0; id < shards(); ++id) {
        for (const auto& [account, body] : expired_uploads(read_shard(id), now)) {
            const auto plan = [body = body](Draft& draft) -> Result<void> {
                draft.add(UploadRemoved{body});
                return {};
            };
            if (auto done = commit({account, now, {}, plan, {}}); !done) return tl::unexpected(done.error());
        }
        if (auto done = trim_shard(*self.shards[id], self.lane_of(id), indexed(id)); !done) return done;
    }
    // Nobody searches the directory.
    return trim_shard(*self.directory, *self.directory_lane, std::numeric_limits<Sequence>::max());
}

} // namespace facteur::store
