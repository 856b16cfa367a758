// The filter of Email/query (RFC 8621 §4.4.1): read from a call, then asked about one email after the other.
//
// Conditions are judged on the cheapest thing that can tell: the entry of the time index (dates, flags,
// attachment), what the search index says of texts, the email row, the thread, and last what has to be read:
// the header, and the text of what is not indexed yet or may have a phrase. What was read is remembered, so
// that a walk that begins again with a newer snapshot does not read it again: an email's content never
// changes.
#pragma once

#include "actors/indexing/indexing.h"
#include "actors/searching/turn.h"
#include "actors/session/jmap/filter_tree.h"
#include "actors/session/jmap/thread_keywords.h"
#include "store/search/search.h"
#include "store/snapshot.h"
#include "transport/jmap/arguments.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

// What was found of emails by reading them.
class Judgements {
public:
    template <typename Judge>
    bool of(store::EmailId email, const Judge& judge) {
        if (email >= known_.size()) known_.resize(email + 1, unknown);
        auto& known = known_[email];
        if (known == unknown) known = judge() ? yes : no;
        return known == yes;
    }

private:
    enum What : std::uint8_t { unknown, no, yes };
    std::vector<What> known_; // by id: ids are dense, and a walk meets the highest first
};

struct EmailCondition {
    std::optional<store::MailboxId> in_mailbox;
    std::optional<std::vector<store::MailboxId>> in_mailbox_other_than;
    std::optional<store::Time> before, after;
    std::optional<std::uint64_t> min_size, max_size;
    std::optional<Keyword> all_in_thread, some_in_thread, none_in_thread, has_keyword, not_keyword;
    std::optional<bool> has_attachment;
    std::vector<store::search::Expression> texts; // text, from, to, cc, bcc, subject, body: all of them
    struct Header {
        std::string name;
        std::optional<std::string> value; // as a collation key
    };
    std::optional<Header> header;
    bool never = false; // it names something that no email can have

    // Filled by `find_texts`: all the texts in one, and what the index says of it.
    store::search::Expression all_texts;
    Indexing::Candidates candidates;
    mutable Judgements texts_judged, header_judged;

    [[nodiscard]] bool uses_thread() const { return all_in_thread || some_in_thread || none_in_thread; }
    // What it says of an email never changes.
    [[nodiscard]] bool is_immutable() const {
        return !in_mailbox && !in_mailbox_other_than && !has_keyword && !not_keyword && !uses_thread();
    }
};
using EmailFilter = FilterTree<EmailCondition>;

jmap::Expected<EmailFilter> read_email_filter(const std::optional<jmap::Value>& value,
                                              const jmap::CreatedIds& created_ids,
                                              const jmap::Limits& limits);
// Asks the search index. Call before the snapshot is opened. Fails with serverFail, or as the turn has ended.
jmap::MethodResult find_texts(EmailFilter& filter, const Indexing& indexing, store::AccountId account,
                              Turn& turn);

// ---- what every match must have, for choosing what to walk through

// Conditions that all matches meet: those of a filter that is one, or an AND of some.
std::vector<const EmailCondition*> required(const EmailFilter& filter);
// The filter says nothing but "in this mailbox" (0: nothing at all).
std::optional<store::MailboxId> is_whole_mailbox(const EmailFilter& filter);

// ---- judging

// For one snapshot. One thread at a time. Tells the turn what it costs; the caller asks whether to go on.
class EmailMatcher {
public:
    EmailMatcher(const EmailFilter& filter, const store::Snapshot& now, store::AccountId account, Turn& turn)
        : filter_(filter), now_(now), account_(account), turn_(turn), threads_(now, account) {}

    // `mailbox`: one that the email is known to be in, or 0.
    [[nodiscard]] bool matches(const store::ListEntry& entry, store::MailboxId mailbox);

private:
    struct Candidate {
        const store::ListEntry& entry;
        store::MailboxId mailbox = 0;
        std::optional<store::EmailView> row; // when it was needed
    };
    bool meets(Candidate& email, const EmailCondition& condition);
    bool meets_by_row(Candidate& email, const EmailCondition& condition);
    bool meets_by_thread(const Candidate& email, const EmailCondition& condition);
    bool has_header(Candidate& email, const EmailCondition::Header& header);
    bool has_texts(store::EmailId email, const store::search::Expression& texts);
    const store::EmailView* row(Candidate& email);

    const EmailFilter& filter_;
    const store::Snapshot& now_;
    store::AccountId account_;
    Turn& turn_;
    ThreadKeywords threads_;
};

} // namespace facteur
