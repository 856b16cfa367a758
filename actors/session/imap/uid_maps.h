// The UID maps of mailboxes that were selected lately, shared by all sessions: SELECT of a mailbox that did
// not change costs no look at its messages, and sessions of one mailbox hold one map. Thread-safe.
#pragma once

#include "actors/session/imap/uid_map.h"
#include "store/snapshot.h"

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace facteur {

class UidMaps {
public:
    struct Known {
        store::Modseq at = 0;    // of the account
        store::Uid uid_next = 1; // of the mailbox
        std::uint32_t uid_validity = 0;
        std::shared_ptr<const UidMap> map;
    };
    // As `now` has it. The mailbox exists.
    [[nodiscard]] Known get(const store::Snapshot& now, store::AccountId account, store::MailboxId mailbox);

private:
    using Key = std::pair<store::AccountId, store::MailboxId>;
    struct Entry {
        Known known;
        store::Modseq highest = 0; // of the mailbox, at `known.at`
        std::list<Key>::iterator used;
    };
    void keep(const Key& key, const Known& known, store::Modseq highest);

    std::mutex mutex_;
    std::map<Key, Entry> entries_;
    std::list<Key> by_use_; // the latest first
    std::size_t octets_ = 0;
};

} // namespace facteur
