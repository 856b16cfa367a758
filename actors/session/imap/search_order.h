// SORT and THREAD (RFC 5256, 5957) of what SEARCH found: what messages are ordered by comes from their rows,
// and from structure rows where that does not suffice (CC, references). A turn that ends leaves the order
// undone.
#pragma once

#include "actors/session/imap/search.h"
#include "transport/imap/sort.h"
#include "transport/imap/thread.h"

#include <vector>

namespace facteur {

// `matches` in the order of UIDs; the same in the order asked for.
std::vector<SearchMatch> sort_matches(std::vector<SearchMatch> matches,
                                      const std::vector<imap::SortCriterion>& order,
                                      const store::Snapshot& now, store::AccountId account, Turn& turn);

// Numbers in it are UIDs when `uid`, else those of `map`.
imap::ThreadTree thread_matches(const std::vector<SearchMatch>& matches, imap::ThreadAlgorithm algorithm,
                                bool uid, const UidMap& map, const store::Snapshot& now,
                                store::AccountId account, Turn& turn);

} // namespace facteur
