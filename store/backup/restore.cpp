#include "store/backup/restore.h"

#include "store/backup/shard_restore.h"
#include "store/backup/stream.h"
#include "store/files.h"
#include "store/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace facteur::store::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view lost_and_found = "lost+found"; // of a file system of its own

// What a restore makes before it is known to be one.
bool is_first_trace(const fs::path& entry) {
    return entry.filename() == "lock" || entry.filename() == "restoring.new";
}

// Nothing in it but what a restore that was broken off has made, which goes.
Result<void> empty_folder(const std::string& path) {
    std::error_code error;
    fs::create_directories(path, error);
    const bool unfinished = fs::exists(unfinished_restore(path));
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(path, error))
        if (entry.path().filename() != lost_and_found && !is_first_trace(entry.path()))
            entries.push_back(entry.path());
    if (error) return fail(Code::io, fmt::format("Cannot read {}: {}.", path, error.message()));
    if (!entries.empty() && !unfinished)
        return fail(Code::exists, fmt::format("The folder {} is not empty: a backup is only restored into an "
                                              "empty one.",
                                              path));
    for (const auto& entry : entries) {
        if (entry == unfinished_restore(path)) continue;
        fs::remove_all(entry, error);
        if (error)
            return fail(Code::io, fmt::format("Cannot remove {}: {}.", entry.string(), error.message()));
    }
    return {};
}

Result<Manifest> choose(Folder& folder, const std::optional<std::uint64_t>& generation,
                        std::vector<std::string>& findings) {
    std::vector<std::string> unreadable;
    const auto manifests = read_manifests(folder, unreadable);
    if (!manifests) return tl::unexpected(manifests.error());
    // Who asks for the newest must not get an older one unawares.
    if (!generation && !unreadable.empty()) return fail(Code::corrupt, unreadable.back());
    for (auto manifest = manifests->rbegin(); manifest != manifests->rend(); ++manifest)
        if (!generation || manifest->generation == *generation) return *manifest;
    if (!unreadable.empty()) findings = std::move(unreadable);
    return fail(Code::not_found,
                generation ? fmt::format("There is no readable backup {} in the folder.", *generation)
                           : std::string("There is no backup in the folder."));
}

// Within the store's folder, whatever a manifest says.
bool is_plain(const std::string& name) {
    const fs::path path(name);
    return path.is_relative() && std::none_of(path.begin(), path.end(), [](const fs::path& part) {
               return part == ".." || part == ".";
           });
}

Result<void> write_other(Folder& folder, const BackupFile& file, const std::string& store) {
    if (!is_plain(file.name_there)) return damaged_file(file);
    const auto bytes = read_whole(folder, file.name, file.size);
    if (!bytes) return tl::unexpected(bytes.error());
    if (hash_of(*bytes) != file.hash) return damaged_file(file);
    const auto path = fs::path(store) / file.name_there;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (auto written = replace_file(path.string(), *bytes); !written) return written;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
    return {};
}

} // namespace

Result<RestoreReport> restore(Folder& folder, const RestoreOptions& options, const BackupProgress& progress) {
    RestoreReport report;
    const auto& path = options.store.path;
    const auto manifest = choose(folder, options.generation, report.findings);
    if (!manifest) return tl::unexpected(manifest.error());
    if (manifest->schema > newest_schema)
        return fail(Code::newer_schema, "The backup was made by a newer Facteur: restore it with that one.");
    report.generation = manifest->generation;
    report.at = manifest->at;
    if (auto emptied = empty_folder(path); !emptied) return tl::unexpected(emptied.error());
    auto lock = FolderLock::take(path + "/lock");
    if (!lock) return tl::unexpected(lock.error());
    if (auto begun = replace_file(unfinished_restore(path), {}); !begun) return tl::unexpected(begun.error());

    std::uint64_t total = 0, done = 0;
    for (const auto& file : manifest->files)
        total += file.size;
    const auto count = [&](std::uint64_t octets) {
        done += octets;
        if (progress) progress(std::min(done, total), total);
    };
    std::vector<ShardId> shards{directory_shard};
    for (ShardId shard = 0; shard < manifest->shards; ++shard)
        shards.push_back(shard);
    for (const auto shard : shards)
        if (auto restored = restore_shard(folder, *manifest, shard, options, report, count); !restored)
            return tl::unexpected(restored.error());
    for (const auto& file : manifest->files)
        if (file.kind == FileKind::other)
            if (auto written = write_other(folder, file, path); !written)
                return tl::unexpected(written.error());
    // What is written now has the newest forms.
    const auto schema = manifest->schema < schema_of_rows ? manifest->schema : newest_schema;
    if (auto written = write_schema(path, {schema, manifest->shards}); !written)
        return tl::unexpected(written.error());
    std::error_code error;
    fs::remove(unfinished_restore(path), error);
    if (error || !sync_folder(path)) return fail(Code::io, fmt::format("Cannot sync {}.", path));
    return report;
}

} // namespace facteur::store::backup
