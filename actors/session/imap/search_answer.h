// What SEARCH and SORT answer of what was found: SEARCH, SORT and ESEARCH responses (RFC 9051 §7.3.4, RFC
// 4731, 5182, 5267, 6203, 7162, 9394). Pure functions.
#pragma once

#include "actors/session/imap/search.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur {

struct SearchAsked {
    std::string_view tag;
    bool uid = false;
    bool sort = false;
    bool esearch = false; // RETURN was given, or IMAP4rev2 is enabled
    bool modseq = false;  // the keys ask for modseqs (asks_for_modseq)
    imap::SearchReturn result;
};

// `matches` in the order of the answer: of UIDs, or sorted.
void write_search_answer(std::string& out, const SearchAsked& asked, const std::vector<SearchMatch>& matches,
                         const UidMap& map);

// What SAVE keeps for "$" (RFC 5182 §2.4, RFC 9394 §3.2), ascending.
std::vector<store::Uid> saved_of(const imap::SearchReturn& result, const std::vector<SearchMatch>& matches);

} // namespace facteur
