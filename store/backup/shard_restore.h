// The part of a restore that is one shard. See restore.h. Internal to store/backup.
#pragma once

#include "store/backup/restore.h"

namespace facteur::store::backup {

// On disk when it returns. `count` is called with octets of the backup that are done.
Result<void> restore_shard(Folder& folder, const Manifest& manifest, ShardId shard,
                           const RestoreOptions& options, RestoreReport& report,
                           const std::function<void(std::uint64_t)>& count);

} // namespace facteur::store::backup
