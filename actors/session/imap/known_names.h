// The names of users' own mailboxes as they were read last, for all sessions: most commands name a mailbox,
// and seldom has anything about mailboxes changed since the command before. Thread-safe.
#pragma once

#include "actors/session/imap/mailbox_names.h"
#include "store/store.h"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace facteur {

class KnownNames {
public:
    using Names = std::shared_ptr<const MailboxNames>;
    // As `now`, which is of `store`, has them.
    [[nodiscard]] Names get(const store::Store& store, const store::Snapshot& now, store::AccountId account);

private:
    struct Known {
        store::Modseq changed = 0; // what the account's mailboxes were when they were read
        Names names;
    };
    void keep(store::AccountId account, Known known);

    std::mutex mutex_;
    std::unordered_map<store::AccountId, Known> kept_;
    std::size_t weight_ = 0; // of what is kept, in mailboxes
};

} // namespace facteur
