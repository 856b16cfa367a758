// The part of a backup that is one shard. See backup.h. Internal to store/backup.
#pragma once

#include "store/backup/backup.h"
#include "store/backup/packs.h"

#include <optional>
#include <set>

namespace facteur::store::backup {

// How far all shards are: rows, bodies and commits.
struct Steps {
    const BackupProgress& progress;
    std::uint64_t total = 0, done = 0;
    void add() {
        if (++done % 256 == 0 && progress) progress(std::min(done, total), total);
    }
};

class ShardBackup {
public:
    // `before`: the newest backup in the folder. What is made goes to `manifest`.
    ShardBackup(const Store& store, ShardId shard, Folder& folder, const BackupOptions& options,
                const Manifest* before, Manifest& manifest, BackupReport& report, Steps& steps);

    [[nodiscard]] std::uint64_t steps() const; // about so many
    Result<void> run();

private:
    [[nodiscard]] bool goes_on() const; // from where the one before ended
    Result<void> write_rows();
    Result<void> write_bodies_of_rows();
    Result<void> drop_sparse_packs();
    Result<void> write_commits();
    Result<void> write_bodies(const Snapshot& now, std::set<Hash>& wanted);
    Result<bool> copy_body(const Snapshot& now, const Hash& hash);
    Result<void> end_packs();
    Result<void> each_body_of_rows(const std::function<Result<void>(const Hash&)>& each);
    [[nodiscard]] std::string prefix() const;
    [[nodiscard]] Result<void> go_on() const; // an error when it was cancelled

    const Store& store_;
    ShardId shard_;
    Folder& folder_;
    const BackupOptions& options_;
    const Manifest* before_;
    Manifest& manifest_;
    BackupReport& report_;
    Steps& steps_;

    Packs packs_;
    PackWriter writer_;
    ShardPoint point_;
    std::vector<BackupFile> rows_, records_, bodies_;
    std::set<std::string> needed_packs_; // of earlier ones; for rows that are taken again
};

} // namespace facteur::store::backup
