#include "store/store.h"

#include "store/bodies.h"
#include "store/keys.h"
#include "store/lane.h"
#include "store/layout.h"
#include "store/recovery.h"
#include "store/trim.h"

#include <fmt/format.h>

#include <filesystem>
#include <future>
#include <utility>

namespace facteur::store {

struct Store::Implementation {
    Options options;
    std::optional<FolderLock> lock;
    std::vector<std::unique_ptr<Shard>> shards;
    std::unique_ptr<Shard> directory;
    std::vector<std::unique_ptr<Lane>> lanes;
    std::unique_ptr<Lane> directory_lane;

    bool closed = false;

    [[nodiscard]] Lane& lane_of(ShardId shard) { return *lanes[shard % lanes.size()]; }
    void start_lanes(Checkpointer::Moments moments);
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
    auto opened = open_shards(self.options, *found);
    if (!opened) return tl::unexpected(opened.error());
    self.shards = std::move(opened->shards);
    self.directory = std::move(self.shards.back());
    self.shards.pop_back();
    self.start_lanes(std::move(opened->moments));
    return std::unique_ptr<Store>(new Store(std::move(implementation)));
}

void Store::Implementation::start_lanes(Checkpointer::Moments moments) {
    const auto folder = journal_folder(options.path);
    const auto lane = [&](const std::string& name, const std::function<bool(const Shard&)>& is_its) {
        Checkpointer::Moments its;
        for (auto& [shard, moment] : moments)
            if (is_its(*shard)) its.emplace(shard, std::move(moment));
        return std::make_unique<Lane>(options, folder, name, std::move(its));
    };
    const auto count = std::clamp<std::size_t>(options.lanes, 1, shards.size());
    for (std::size_t number = 0; number < count; ++number)
        lanes.push_back(lane(fmt::format("lane-{:03}", number), [&](const Shard& shard) {
            return shard.id() != directory_shard && shard.id() % count == number;
        }));
    directory_lane = lane("directory", [](const Shard& shard) { return shard.id() == directory_shard; });
}

Store::Store(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Store::~Store() {
    close();
}

void Store::close() {
    auto& self = *implementation_;
    if (std::exchange(self.closed, true)) return;
    bool settled = self.directory_lane->stop().has_value();
    for (auto& lane : self.lanes)
        settled = lane->stop().has_value() && settled;
    // Else the next `open` needs it.
    if (settled) static_cast<void>(end_journal(self.options.path));
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

std::uint64_t Store::damage(AccountId account) const {
    return implementation_->shards[shard_of(account)]->damage(account);
}
std::uint64_t Store::directory_damage() const {
    return implementation_->directory->rows().damage();
}
std::vector<Finding> Store::damages() const {
    std::vector<Finding> all;
    const auto add = [&](const Shard& shard) {
        auto of = shard.damages();
        all.insert(all.end(), of.begin(), of.end());
    };
    for (const auto& shard : implementation_->shards)
        add(*shard);
    add(*implementation_->directory);
    return all;
}

std::string Store::search_path(ShardId shard) const {
    return fmt::format("{}/shard-{:03}/search", implementation_->options.path, shard);
}

void Store::submit(Write write) {
    const auto id = shard_of(write.account);
    const auto& shard = *implementation_->shards[id];
    if (shard.fault()) return write.done(tl::unexpected(damaged_rows(write.account)));
    implementation_->lane_of(id).submit(shard, std::move(write));
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
    if (shard.fault()) return tl::unexpected(*shard.fault());
    return lane.run_and_settle([&]() -> Result<void> {
        WriteTransaction stored(shard.bodies());
        BodyWriter writer(stored);
        for (const auto& body : bodies)
            if (!has_body(stored, body.hash)) writer.put(body);
        WriteTransaction rows(shard.rows());
        auto sequence = shard.read(rows).last_sequence();
        for (const auto& record : records)
            if (auto applied = apply_record(shard, record, rows, sequence); !applied)
                return tl::unexpected(applied.error());
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
        if (self.shards[id]->fault()) continue;
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
