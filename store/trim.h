// Ends what is kept only for a time. Internal to the store; runs on the lane.
#pragma once

#include "store/shard.h"

namespace facteur::store {

// Removes up to `most` of the shard's oldest records, with their digests, that are older than `before` and
// not after `indexed`; says how many. The last record stays: it holds the sequence.
Result<std::size_t> trim_log(const Shard& shard, Time before, Sequence indexed, std::size_t most);

} // namespace facteur::store
