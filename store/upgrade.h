// Brings a shard of an older schema to the present one. Internal to the store; runs before the lanes start.
//
// Each step makes its rows anew from those that it keeps, so that a step that was cut off by a crash is taken
// again without harm.
#pragma once

#include "store/shard.h"

namespace facteur::store {

// Schema 1 counted drafts as unread. Before schema 6 the UID index had ids alone, and no counters for IMAP.
Result<void> upgrade(const Shard& shard, int from);

// Rows had no seals before schema 5. They get them when the schema says 5 already, because programs that know
// no seals must not read a store that has some; a file says meanwhile that rows without them are no damage.
Result<void> begin_sealing(const std::string& store);
Result<void> seal(const std::string& store, const std::vector<std::unique_ptr<Shard>>& shards);

} // namespace facteur::store
