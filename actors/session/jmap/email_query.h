// Runs the query of Email/query and Email/queryChanges: which index to walk, when to stop, how many there
// are.
//
// Newest first is a walk through a mailbox's time index that ends as soon as the caller has enough; a text
// that few emails have is where such a walk starts instead; any other order collects all matches first.
#pragma once

#include "actors/session/jmap/email_filter.h"
#include "actors/session/jmap/email_sort.h"

#include <functional>
#include <optional>

namespace facteur {

struct EmailQuery {
    EmailFilter filter;
    EmailSort sort;
    bool collapse_threads = false;

    // One email's change can change the results for others of its thread.
    [[nodiscard]] bool uses_thread() const;
    // Only emails that come or go change the results.
    [[nodiscard]] bool is_immutable() const;
};

class EmailQueryRun {
public:
    EmailQueryRun(const EmailQuery& query, const store::Snapshot& now, store::AccountId account, Turn& turn);

    // The number of results, when it is known without finding them.
    [[nodiscard]] std::optional<std::uint64_t> known_total() const;
    // The results in order, until `each` says false or the turn has ended.
    void each_result(const std::function<bool(const store::ListEntry&)>& each) const;

private:
    using Each = std::function<bool(const store::ListEntry&)>;
    void each_match(const Each& each) const; // newest first
    void each_candidate(const Each& each) const;
    void each_by_keys(std::vector<store::ListEntry> matches, const Each& each) const;
    void each_sorted(const Each& each) const;

    const EmailQuery& query_;
    const store::Snapshot& now_;
    store::AccountId account_;
    Turn& turn_;
    store::MailboxId mailbox_ = 0;                     // to walk through; 0: all emails
    const Indexing::Candidates* candidates_ = nullptr; // or these and what is not indexed
    bool impossible_ = false;
};

} // namespace facteur
