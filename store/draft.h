// The commit that a plan is making.
//
// Every write is a **plan**: a function that runs on the shard's lane, inside its write transaction, looks at
// the newest state (`now`, which includes every commit before this one, durable or about to be) and says what
// to change. So UIDs, email ids and modseqs are assigned without locks and without guessing, any number of
// writes share one sync, and what comes out is a `Commit` that is a value. A plan must be quick (rows, not
// bodies), must not block, must not read the clock and may run at most once.
#pragma once

#include "store/change.h"
#include "store/snapshot.h"

#include <unordered_map>

namespace facteur::store {

class Draft {
public:
    Draft(const Snapshot& now, AccountId account, Time at);

    // The state before this commit. What this draft itself changed is not in it.
    [[nodiscard]] const Snapshot& now() const { return now_; }
    [[nodiscard]] AccountId account() const { return commit_.account; }
    [[nodiscard]] Modseq modseq() const { return commit_.modseq; } // that this commit will have
    [[nodiscard]] Time at() const { return commit_.at; }

    EmailId new_email();
    MailboxId new_mailbox();
    Uid new_uid(MailboxId mailbox);
    // A new place in the mailbox, from now on.
    MailboxRef new_place(MailboxId mailbox) { return {mailbox, new_uid(mailbox), false, at()}; }
    // For ids of objects: some letters before the number at most, so that it is never given again.
    std::uint64_t new_object();

    void add(Change change) { commit_.changes.push_back(std::move(change)); }
    [[nodiscard]] bool empty() const { return commit_.changes.empty(); }
    [[nodiscard]] Commit take() && { return std::move(commit_); }

private:
    const Snapshot& now_;
    AccountState state_;
    std::unordered_map<MailboxId, Uid> next_uid_;
    Commit commit_;
};

} // namespace facteur::store
