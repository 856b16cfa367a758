// What a thread adds to the counters of the mailboxes that it is in. Kept so that a change to one email of a
// thread of any length costs the same. Internal to the store.
//
// A thread counts in a mailbox when at least one of its emails is there, and is unread there when any of its
// emails, in whatever mailbox, is unread (RFC 8621 §2 leaves this to the server). A draft is never unread.
#pragma once

#include "store/fields.h"

#include <algorithm>

namespace facteur::store {

// RFC 8621 §2, unreadEmails.
inline bool is_unread(const Keywords& keywords) {
    return (keywords.flags & (flag_seen | flag_draft)) == 0;
}

struct ThreadRow {
    struct Presence {
        MailboxId mailbox = 0;
        std::uint32_t emails = 0;
        bool operator==(const Presence&) const = default;
    };
    std::uint32_t emails = 0, unread = 0;
    std::vector<Presence> mailboxes; // sorted by mailbox

    [[nodiscard]] std::uint32_t in(MailboxId mailbox) const {
        for (const auto& presence : mailboxes)
            if (presence.mailbox == mailbox) return presence.emails;
        return 0;
    }
    void add(MailboxId mailbox, int delta) {
        auto at = std::lower_bound(mailboxes.begin(), mailboxes.end(), mailbox,
                                   [](const Presence& p, MailboxId id) { return p.mailbox < id; });
        if (at == mailboxes.end() || at->mailbox != mailbox) at = mailboxes.insert(at, {mailbox, 0});
        at->emails += static_cast<std::uint32_t>(delta);
        if (at->emails == 0) mailboxes.erase(at);
    }
    bool operator==(const ThreadRow&) const = default;
};

template <typename Archive>
void fields(Archive& a, ThreadRow::Presence& x) {
    a(x.mailbox, x.emails);
}
template <typename Archive>
void fields(Archive& a, ThreadRow& x) {
    a(x.emails, x.unread, x.mailboxes);
}

} // namespace facteur::store
