#include "store/backup/backup.h"

#include "store/backup/shard_backup.h"
#include "store/layout.h"

#include <fmt/format.h>

#include <set>

namespace facteur::store::backup {
namespace {

// Of temporary files, and of what a backup that was broken off left behind.
Result<std::uint64_t> remove_unnamed(Folder& folder, const std::vector<Manifest>& manifests) {
    std::set<std::string> named;
    for (const auto& manifest : manifests) {
        named.insert(manifest_name(manifest.generation));
        for (const auto& file : manifest.files)
            named.insert(file.name);
    }
    const auto names = folder.names();
    if (!names) return tl::unexpected(names.error());
    std::uint64_t removed = 0;
    for (const auto& name : *names) {
        if (!generation_of(name) || named.contains(name)) continue;
        if (auto done = folder.remove(name); !done) return tl::unexpected(done.error());
        ++removed;
    }
    return removed;
}

std::uint64_t next_generation(Folder& folder) {
    std::uint64_t newest = 0;
    if (const auto names = folder.names())
        for (const auto& name : *names)
            newest = std::max(newest, generation_of(name).value_or(0));
    return newest + 1;
}

Result<void> write_others(Folder& folder, const std::vector<OtherFile>& others, Manifest& manifest) {
    unsigned number = 0;
    for (const auto& other : others) {
        auto file =
            FileWriter::make(folder, fmt::format("{}other-{:03}", prefix_of(manifest.generation), ++number));
        if (!file) return tl::unexpected(file.error());
        file->write(other.bytes);
        auto written = file->finish(FileKind::other, 0);
        if (!written) return tl::unexpected(written.error());
        written->name_there = other.name;
        manifest.files.push_back(std::move(*written));
    }
    return {};
}

// After what it names.
Result<void> write_manifest(Folder& folder, const Manifest& manifest) {
    if (auto synced = folder.sync(); !synced) return synced;
    auto file = FileWriter::make(folder, manifest_name(manifest.generation));
    if (!file) return tl::unexpected(file.error());
    file->write(encode(manifest));
    if (auto written = file->finish(FileKind::other, 0); !written) return tl::unexpected(written.error());
    return folder.sync();
}

Result<void> is_of_this_store(const std::vector<Manifest>& manifests, const BackupOptions& options) {
    for (const auto& manifest : manifests)
        if (!manifest.store.empty() && !options.store.empty() && manifest.store != options.store)
            return fail(Code::invalid, "The folder holds backups of another store: choose another folder.");
    return {};
}

// Of the manifests first: without one, its files are nobody's.
Result<void> keep_newest(Folder& folder, std::vector<Manifest>& manifests, std::size_t keep) {
    if (keep == 0) return {};
    while (manifests.size() > keep) {
        if (auto done = folder.remove(manifest_name(manifests.front().generation)); !done) return done;
        manifests.erase(manifests.begin());
    }
    return folder.sync();
}

} // namespace

Result<BackupReport> back_up(const Store& store, Folder& folder, const BackupOptions& options,
                             const BackupProgress& progress) {
    BackupReport report;
    auto manifests = read_manifests(folder, report.findings);
    if (!manifests) return tl::unexpected(manifests.error());
    if (auto own = is_of_this_store(*manifests, options); !own) return tl::unexpected(own.error());
    Manifest manifest;
    manifest.generation = report.generation = next_generation(folder);
    // What a manifest that cannot be read needs is left alone.
    const bool all_readable = report.findings.empty();
    if (all_readable)
        if (auto removed = remove_unnamed(folder, *manifests); !removed)
            return tl::unexpected(removed.error());
    manifest.at = options.now;
    manifest.schema = newest_schema;
    manifest.shards = store.shards();
    manifest.store = options.store;

    const Manifest* before = manifests->empty() ? nullptr : &manifests->back();
    if (before != nullptr && before->shards != manifest.shards) before = nullptr;
    std::vector<ShardId> shards{directory_shard};
    for (ShardId shard = 0; shard < store.shards(); ++shard)
        shards.push_back(shard);
    std::vector<ShardBackup> jobs;
    Steps steps{progress};
    for (const auto shard : shards) {
        auto& job = jobs.emplace_back(store, shard, folder, options, before, manifest, report, steps);
        steps.total += job.steps();
    }
    for (auto& job : jobs)
        if (auto done = job.run(); !done) return tl::unexpected(done.error());
    if (auto done = write_others(folder, options.others, manifest); !done)
        return tl::unexpected(done.error());
    if (auto done = write_manifest(folder, manifest); !done) return tl::unexpected(done.error());

    const auto own = prefix_of(manifest.generation);
    for (const auto& file : manifest.files) {
        if (!file.name.starts_with(own)) continue;
        ++report.files;
        report.octets += file.size;
    }
    manifests->push_back(std::move(manifest));
    // What is damaged is not in it, but may be in an older one.
    const auto damages = store.damages();
    for (const auto& damage : damages)
        report.findings.push_back(
            fmt::format("Shard {}, account {}: {}", damage.shard, damage.account, damage.what));
    if (!all_readable || !damages.empty()) return report;
    // Only now: the backup before is whole until this one is.
    if (auto done = keep_newest(folder, *manifests, options.keep); !done) return tl::unexpected(done.error());
    const auto removed = remove_unnamed(folder, *manifests);
    if (!removed) return tl::unexpected(removed.error());
    report.removed_files = *removed;
    return report;
}

} // namespace facteur::store::backup
