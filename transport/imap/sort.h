// SORT (RFC 5256 §3, RFC 5957, RFC 6203) over neutral rows. Thread-safety: pure functions.
#pragma once

#include "transport/imap/search_key.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace facteur::imap {

// What one message is sorted by; only what the criteria name has to be filled. Texts are compared octet by
// octet: the caller folds them (`mime::sort_subject` for `subject`). Views must outlive the sorting.
struct SortRow {
    std::uint32_t number = 0;                  // what comes out: a sequence number or a UID
    std::int64_t arrival = 0;                  // INTERNALDATE, seconds UTC
    std::int64_t date = 0;                     // the Date header, else INTERNALDATE (RFC 5256 §2.2)
    std::uint64_t size = 0;                    // RFC822.SIZE
    std::uint32_t relevancy = 0;               // 1 to 100: the highest comes first
    std::string_view subject;                  // base subject
    std::string_view from, to, cc;             // local part of the first address; empty: none
    std::string_view display_from, display_to; // RFC 5957 §3: first display name, else address
};

// `rows` in the order of sequence numbers, which decides between equals whatever is reversed.
std::vector<std::uint32_t> sort_rows(const std::vector<SortRow>& rows,
                                     const std::vector<SortCriterion>& order);

} // namespace facteur::imap
