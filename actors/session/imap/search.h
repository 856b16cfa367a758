// SEARCH over the selected mailbox (RFC 9051 §6.4.4 and extensions), as Email/query is done:
//
//     MailboxSearch search(scope, criteria.key);       // texts are UTF-8: see decode_search_texts
//     if (!search.find_texts(indexing, turn)) …        // asks the index; before the snapshot is opened
//     do {
//         const auto now = store.read(account);
//         turn.renew();
//         matches = search.run(now, turn);
//         if (!turn.has_ended()) answer;               // search_answer.h, search_order.h
//     } while (turn.wants_renewal());
//
// What costs least is asked first: flags, sets and modseqs are judged by the UID index, dates and sizes by
// rows; of texts the search index names candidates, and text is read of those alone that it is not sure of,
// and of what is not indexed yet. Few candidates, a set of UIDs or an id are gone through by themselves,
// instead of the mailbox. TEXT and BODY look at what the index holds: addresses, subject, text and the names
// of attachments; other fields are for HEADER. One thread at a time.
#pragma once

#include "actors/searching/turn.h"
#include "actors/searching/uid_entries.h"
#include "actors/session/imap/message_content.h"
#include "actors/session/imap/search_tree.h"

#include <vector>

namespace facteur {

struct SearchMatch {
    store::Uid uid = 0;
    store::EmailId email = 0;
    store::Modseq changed = 0;
    std::uint8_t relevancy = 100; // 1 to 100, when the scope wants it
    bool operator==(const SearchMatch&) const = default;
};

class MailboxSearch {
public:
    MailboxSearch(SearchScope scope, const imap::SearchKey& key)
        : scope_(std::move(scope)), tree_(make_search_tree(key, scope_)) {}

    // Walks through a list of the mailbox's entries that other searches use too, where it would walk through
    // most of the mailbox.
    void share(UidEntries& entries, const UidEntries::Place& place) {
        shared_ = &entries;
        place_ = place;
    }

    // Fails with serverFail, or as the turn has ended.
    jmap::MethodResult find_texts(const Indexing& indexing, Turn& turn);
    // In the order of UIDs; what was found until then when the turn has ended.
    std::vector<SearchMatch> run(const store::Snapshot& now, Turn& turn);

private:
    struct Candidate;
    struct Way { // through what may match
        MessageRanges messages;
        const Indexing::Candidates* candidates = nullptr; // these emails instead
    };
    [[nodiscard]] Way way(const store::Snapshot& now) const;
    void find_texts(SearchNode& node, const Indexing& indexing, Turn& turn, jmap::MethodResult& done);
    void walk(const store::Snapshot& now, const MessageRanges& messages, Turn& turn);
    void walk(const store::Snapshot& now, const Indexing::Candidates& candidates, Turn& turn);
    bool judge_row(const store::Snapshot& now, const store::EmailView& row, Turn& turn);
    void judge_entry(const store::Snapshot& now, const store::UidEntry& entry, std::uint32_t number,
                     Turn& turn);
    [[nodiscard]] bool meets(Candidate& message, const SearchNode& node) const;
    [[nodiscard]] bool meets_by_row(Candidate& message, const SearchNode& node) const;
    [[nodiscard]] bool has_text(Candidate& message, const SearchNode& node) const;

    SearchScope scope_;
    SearchNode tree_;
    UidEntries* shared_ = nullptr;
    UidEntries::Place place_;
    std::vector<SearchMatch> matches_;
};

} // namespace facteur
