// The searches whose result a client follows: UPDATE of SEARCH and SORT (RFC 5267 §4.3). Each is run again
// when its mailbox changed, and what differs is told by ADDTO and REMOVEFROM; one that would take longer than
// a moment is given up, which NOUPDATE tells. One thread at a time.
#pragma once

#include "actors/session/imap/search_run.h"
#include "transport/imap/response.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace facteur {

// From what the client knows to what is: first what goes, then what comes. `sorted`: positions count, from 1,
// each as it is once those before are done; else they are 0.
std::vector<imap::EsearchResponse::Change> result_changes(const std::vector<store::Uid>& known,
                                                          const std::vector<store::Uid>& newest, bool sorted);

class SearchContexts {
public:
    static constexpr std::size_t most = 8;               // of one session
    static constexpr std::size_t most_results = 100'000; // of all of them together

    // False: it cannot be followed.
    bool follow(std::string tag, const std::shared_ptr<ImapSearch>& search, const ImapFound& found);
    void cancel(const std::vector<std::string>& tags);
    void clear() { followed_.clear(); }
    [[nodiscard]] bool is_empty() const { return followed_.empty(); }

    // Told before the messages lose their numbers. `gone` is ascending, `map` still has them.
    void forget(const std::vector<store::Uid>& gone, const UidMap& map, std::string& out);
    // `map`: of the mailbox as the client knows it by now.
    void catch_up(const Services& services, const std::shared_ptr<const UidMap>& map, std::string& out);

private:
    struct Followed {
        std::string tag;
        std::shared_ptr<ImapSearch> search;
        std::vector<store::Uid> known;
    };
    static void tell(Followed& of, const std::vector<store::Uid>& newest, const UidMap& map,
                     std::string& out);
    [[nodiscard]] std::size_t results() const;

    std::vector<Followed> followed_;
};

} // namespace facteur
