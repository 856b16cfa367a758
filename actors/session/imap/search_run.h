// One SEARCH, SORT or THREAD, whole: on the spot in the session's actor while it takes a moment, else on a
// search thread (actors/searching/). Thread-safety: one caller.
#pragma once

#include "actors/services.h"
#include "actors/session/imap/search.h"
#include "transport/imap/command.h"
#include "transport/imap/thread.h"

#include <optional>
#include <vector>

namespace facteur {

struct ImapSearch {
    SearchScope scope;
    imap::SearchKey key;                            // texts are UTF-8
    std::vector<imap::SortCriterion> order;         // of SORT
    std::optional<imap::ThreadAlgorithm> algorithm; // of THREAD
    bool uid = false;                               // THREAD gives UIDs
};

struct ImapFound {
    std::optional<jmap::MethodError> error;
    std::vector<SearchMatch> matches;
    imap::ThreadTree threads;
};

ImapFound run_search(const Services& services, const ImapSearch& search, Turn& turn);

} // namespace facteur
