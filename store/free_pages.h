// Blocks of the disk that an LMDB file has for pages that it has freed. LMDB uses such pages again but never
// makes its file smaller, so after a large removal, or a fill between two checkpoints (store/checkpoint.h),
// most of a file may hold nothing. Its size stays; the blocks go back to the file system as holes, and come
// again when the pages are written again. Internal to the store.
#pragma once

#include "store/environment.h"

#include <cstdint>
#include <functional>

namespace facteur::store {

// Octets of blocks that the file system got back; 0 as long as it would get little, and where it cannot take
// any. Only pages that no transaction reads and none will (LMDB's own rule for using them again). To be
// called by the thread that writes to the environment, between its transactions, in which all that it wrote
// is; ends early when `go_on` says no.
std::uint64_t give_back_free_pages(Environment& environment, const std::function<bool()>& go_on);

} // namespace facteur::store
