// The searches whose result a client follows: UPDATE of SEARCH and SORT (RFC 5267 §4.3). Each is run again
// when its mailbox changed, and what differs is told by ADDTO and REMOVEFROM; one that would take longer than
// a moment is given up, which NOUPDATE tells. One thread at a time.
#pragma once

#include "actors/session/imap/search_run.h"
#include "transport/imap/fetch_item.h"
#include "transport/imap/response.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace facteur {

// From what the client knows to what is: first what goes, then what comes. `sorted`: positions count, from 1,
// each as it is once those before are done; else they are 0.
std::vector<imap::EsearchResponse::Change> result_changes(const std::vector<store::Uid>& known,
                                                          const std::vector<store::Uid>& newest, bool sorted);

// Those that are not there yet.
void add_items(std::vector<imap::FetchItem>& all, const std::vector<imap::FetchItem>& more);

class SearchContexts {
public:
    static constexpr std::size_t most = 8;               // of one session
    static constexpr std::size_t most_results = 100'000; // of all of them together

    // False: it cannot be followed. `new_items`: to be told of new messages that come into the result.
    bool follow(std::string tag, const std::shared_ptr<ImapSearch>& search, const ImapFound& found,
                std::vector<imap::FetchItem> new_items = {});
    [[nodiscard]] bool follows(const std::string& tag) const;
    void cancel(const std::vector<std::string>& tags);
    void clear() { followed_.clear(); }
    [[nodiscard]] bool is_empty() const { return followed_.empty(); }

    // Told before the messages lose their numbers. `gone` is ascending, `map` still has them.
    void forget(const std::vector<store::Uid>& gone, const UidMap& map, std::string& out);
    // `map`: of the mailbox as the client knows it by now. What is to be told of messages from `new_from` on
    // that came into a result is added to `wanted` (RFC 5465 §7).
    using Wanted = std::map<store::Uid, std::vector<imap::FetchItem>>;
    void catch_up(const Services& services, const std::shared_ptr<const UidMap>& map, store::Uid new_from,
                  Wanted& wanted, std::string& out);

private:
    struct Followed {
        std::string tag;
        std::shared_ptr<ImapSearch> search;
        std::vector<store::Uid> known;
        std::vector<imap::FetchItem> new_items;
    };
    static void tell(Followed& of, const std::vector<store::Uid>& newest, const UidMap& map,
                     std::string& out);
    [[nodiscard]] std::size_t results() const;

    std::vector<Followed> followed_;
};

} // namespace facteur
