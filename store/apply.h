// Applies a commit record to the rows and every index and counter: deterministic, so that the same records
// make the same store. Internal to the store; runs in a lane's write transaction.
#pragma once

#include "store/change.h"
#include "store/environment.h"
#include "store/snapshot.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace facteur::store {

// Whether the commit may be applied on the state that `now` sees, which is that of `rows`: ids that exist,
// names that are free, bodies that are held or in `supplied`. Everything that a plan could get wrong is
// refused here, so that `apply` cannot fail half-way but for a failure of LMDB itself.
Result<void> validate(const Commit& commit, const Snapshot& now,
                      const std::function<bool(const Hash&)>& supplied);

// `record` is the encoded commit, kept in the log. A commit without changes, which no plan makes, begins an
// epoch: the account's ids, UIDs and modseq jump, and its history before that goes (store/backup/restore.h).
void apply(const Commit& commit, std::string_view record, WriteTransaction& rows);

// The hashes of the message ids by which later emails find the thread of this one, ascending.
std::vector<std::uint64_t> threading_hashes(const StructureRow& structure);

} // namespace facteur::store
