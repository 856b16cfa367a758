// A backup of a store that goes on working, into a folder that holds those before it.
//
// **What it is.** Shard after shard, the directory first: its rows at one point of its history, then the
// commits after it, and every body that they hold and the folder lacks. The point of a shard is its last
// commit when its turn came to an end. A later backup adds only the commits since and the new bodies, when
// the shard's log still reaches back to the point of the one before (it keeps a month); else, when the
// records have grown larger than the rows, or when the shard's history is another one than the backup's (the
// store was restored from an older backup), it takes all rows again, and still no body that is there already.
//
// **What it costs the store.** Nothing on the lanes: it reads. Rows are copied in one read transaction, and
// so are the new commits with their bodies, in another: what the shard frees meanwhile is not used again
// before its end. The bodies of a first backup, which take long, are read in short ones: a body that is
// removed meanwhile is not in the backup, and neither is, by the commits that follow, who held it.
//
// **What is in the folder** is described by manifests (manifest.h), each written when all that it names is on
// disk. Every body is held against its hash before it is copied. Blocks; any thread, one backup of a folder
// at a time.
#pragma once

#include "store/backup/manifest.h"
#include "store/store.h"

#include <functional>
#include <string>
#include <vector>

namespace facteur::store::backup {

struct OtherFile {
    std::string name; // within the data folder
    std::string bytes;
};

struct BackupOptions {
    Time now = 0;
    bool full = false;                       // all rows again
    std::size_t keep = 0;                    // so many backups; 0: all
    std::string store;                       // tells this store's backups from another's; empty: not known
    std::vector<OtherFile> others;           // small ones, of the data folder
    std::uint64_t small_records = 64u << 20; // that are never reason enough to take all rows again
};

struct BackupReport {
    std::uint64_t generation = 0, files = 0, octets = 0; // that were written
    std::uint64_t commits = 0, bodies = 0, shards_whole = 0, removed_files = 0;
    std::vector<std::string> findings; // what could not be backed up: damage in the store or in the folder
};

using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

Result<BackupReport> back_up(const Store& store, Folder& folder, const BackupOptions& options,
                             const BackupProgress& progress);

struct VerifyReport {
    std::vector<std::uint64_t> generations; // that have a manifest, oldest first
    std::uint64_t files = 0, octets = 0;
    struct Damage {
        std::string what;
        std::vector<std::uint64_t> generations; // that need it
    };
    std::vector<Damage> findings;
};
// Reads every file that a manifest names.
Result<VerifyReport> verify(Folder& folder, const BackupProgress& progress);

} // namespace facteur::store::backup
