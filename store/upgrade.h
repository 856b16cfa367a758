// Brings a shard of an older schema to the present one. Internal to the store; runs before the lanes start.
//
// Each step makes its rows anew from those that it keeps, so that a step that was cut off by a crash is taken
// again without harm.
#pragma once

#include "store/shard.h"

namespace facteur::store {

// Schema 1 counted drafts as unread.
Result<void> upgrade(const Shard& shard, int from);

} // namespace facteur::store
