// Changes to the emails of an account within one plan: additions, updates by patch (RFC 8621 §4.6), removals.
// Email/set, Email/import and the implicit Email/set of EmailSubmission/set are made of these.
//
// Runs on the lane. An email may be updated any number of times and then removed: the draft gets one change
// of each email, by `finish`.
#pragma once

#include "actors/mailbox/ingest.h"
#include "actors/messages.h"
#include "actors/session/jmap/set_answer.h"
#include "store/draft.h"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace facteur {

// Mailboxes of one email (`tooManyMailboxes`).
inline constexpr std::size_t most_mailboxes_of_email = 1000;

using CreationIds = std::map<std::string, std::string>; // as CallMethod has them

class EmailChanges {
public:
    // `quota`: octets, 0: not checked.
    EmailChanges(store::Draft& draft, const CreationIds& created_ids, std::uint64_t quota);

    // `mailboxes`: the value of mailboxIds. Errors: invalidProperties, tooManyMailboxes, overQuota.
    SetResult<EmailFiled> add(const IngestedEmail& email, jmap::Value mailboxes);
    // Errors: notFound, invalidPatch, invalidProperties, tooManyKeywords, tooManyMailboxes.
    SetResult<void> update(store::EmailId id, jmap::Object patch);
    SetResult<void> remove(store::EmailId id);
    void finish(); // call once, last

    [[nodiscard]] bool any() const { return added_ > 0 || !updated_.empty() || !removed_.empty(); }

private:
    struct Mutable {
        store::Keywords keywords;
        std::set<store::MailboxId> mailboxes;
        std::vector<store::MailboxRef> before;
    };
    SetResult<std::set<store::MailboxId>> read_mailboxes(jmap::Value value) const;
    SetResult<store::MailboxId> read_mailbox(std::string_view id) const;
    SetResult<void> patch_member(const std::vector<std::string>& path, jmap::Value value,
                                 const store::EmailView& email, Mutable& state) const;
    store::ThreadId thread_of(const IngestedEmail& email, store::EmailId id);

    store::Draft& draft_;
    const CreationIds& created_ids_;
    std::uint64_t quota_;
    std::size_t added_ = 0;
    std::uint64_t added_octets_ = 0;
    std::map<store::EmailId, Mutable> updated_;
    std::set<store::EmailId> removed_;
    // Emails of this very draft, which `find_thread` does not see: message id → thread and subject.
    struct Known {
        store::ThreadId thread = 0;
        std::string sort_subject;
    };
    std::unordered_map<std::string, Known> known_;
};

// {"id", "blobId", "threadId", "size"} of an email that was made.
std::string describe_created(const EmailFiled& filed, const IngestedEmail& email);
// The id itself, or the one that "#…" stands for; empty when that is unknown.
std::string_view resolve(std::string_view id, const CreationIds& created_ids);

} // namespace facteur
