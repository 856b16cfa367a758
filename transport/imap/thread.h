// THREAD (RFC 5256 §4): ORDEREDSUBJECT, REFERENCES and REFS over neutral rows, and the response.
//
// REFS is REFERENCES without putting threads together by subject, its threads ordered by their newest
// arrival (draft-ietf-morg-inthread, as Dovecot does). Nothing recurses; time is n log n for what real
// mailboxes hold. Thread-safety: pure functions.
#pragma once

#include "transport/imap/search_key.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

// Views must outlive the threading. Rows come in the order of sequence numbers, which decides between equal
// dates.
struct ThreadRow {
    std::uint32_t number = 1;                 // what comes out: a sequence number or a UID, never 0
    std::int64_t arrival = 0;                 // INTERNALDATE, seconds UTC
    std::int64_t date = 0;                    // the Date header, else INTERNALDATE
    std::string_view subject;                 // base subject, folded (`mime::sort_subject`)
    bool is_reply = false;                    // the subject had a mark (`mime::is_reply_subject`)
    std::string_view message_id;              // without < >; empty: none
    std::vector<std::string_view> references; // oldest first; none: the first id of In-Reply-To
};

struct ThreadTree {
    struct Node {
        std::uint32_t number = 0;            // 0: a message that is not there
        std::vector<std::uint32_t> children; // indices, in order
    };
    std::vector<Node> nodes;
    std::vector<std::uint32_t> roots; // in order
};

ThreadTree thread_rows(const std::vector<ThreadRow>& rows, ThreadAlgorithm algorithm);

// "* THREAD (2)(3 6 (4 23)(44 7 96))"
void write_thread(std::string& out, const ThreadTree& tree);

} // namespace facteur::imap
