// Opening the shards of a store, and bringing them back after an end that was not a clean one. Internal to
// the store; runs before the lanes start.
//
// PATH/journal is there from before the first write that is not synced until after the last one is: whoever
// finds it brings every shard back to its checkpoint, applies what the journals hold beyond that, and makes
// new checkpoints before the journals go. A crash meanwhile only means that all this is done again.
#pragma once

#include "store/checkpointer.h"
#include "store/layout.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store {

struct OpenShards {
    std::vector<std::unique_ptr<Shard>> shards; // the directory is the last
    Checkpointer::Moments moments;              // of each, written down
};
// `found` is brought to the newest schema. When this returns shards, the folder of journals is there, empty.
Result<OpenShards> open_shards(const Options& options, Schema& found);

// One of them, brought back to its checkpoint when it `goes_back`.
Result<std::unique_ptr<Shard>> open_shard(const Options& options, ShardId id, bool goes_back);
// The state is on disk, and what the shard can be brought back to.
Result<void> settle(const Shard& shard, const Moment& moment);

std::string journal_folder(const std::string& store);
// Everything is in checkpoints, and nothing will be written.
Result<void> end_journal(const std::string& store);

// Applies a record when it is the one after `sequence`, which is then its; passes over older ones. Says
// whether it was applied; fails with Code::invalid on a gap.
Result<bool> apply_record(const Shard& shard, std::string_view record, WriteTransaction& rows,
                          Sequence& sequence);

} // namespace facteur::store
