// Makes a store of a backup, in a folder that is empty.
//
// It is the store at the backup's points, with one commit more for each account, which begins an epoch
// (store/apply.h), after which no id, UID, modseq or state is given again that a client may have seen of what
// came after the backup. The search index is made again when the store is served.
//
// A restore that is broken off leaves a folder that no Facteur opens; another restore into it begins anew.
// A body is held against its hash; one that is damaged in the backup is named and left out. A damaged file of
// rows or commits ends the restore: an older backup may do without it.
#pragma once

#include "store/backup/backup.h"

#include <optional>

namespace facteur::store::backup {

struct RestoreOptions {
    Options store; // where, and the sizes of its maps
    Time now = 0;
    std::optional<std::uint64_t> generation; // else the newest
};

struct RestoreReport {
    std::uint64_t generation = 0, accounts = 0, commits = 0, bodies = 0, octets = 0;
    Time at = 0;
    std::vector<std::string> findings; // what could not be restored
};

Result<RestoreReport> restore(Folder& folder, const RestoreOptions& options, const BackupProgress& progress);

} // namespace facteur::store::backup
