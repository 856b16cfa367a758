// The mailboxes of an account by the names that IMAP shows: "INBOX" for the one of that role, levels apart by
// "/" (RFC 9051 §5.1). A "/" within a name, which JMAP allows, is shown as "∕" (U+2215); of names that would
// be the same, later ones get "~2" and so on. "Other Users" at the top is kept for what others share
// (places.h). Thread-safety: values.
#pragma once

#include "actors/mailbox/rights.h"
#include "store/snapshot.h"
#include "transport/imap/response.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur {

inline constexpr char mailbox_separator = '/';
inline constexpr std::string_view others_root = "Other Users";
// "Other Users", or a name below it.
bool is_of_others(std::string_view name);
// A name as one level of a name of IMAP.
std::string level_of(std::string_view name);

class MailboxNames {
public:
    // Of the account's owner.
    MailboxNames(const store::Snapshot& now, store::AccountId account);
    // Of `user`, who may look some of them up (RFC 4314): those alone, below `prefix`.
    MailboxNames(const store::Snapshot& now, const std::string& prefix, store::AccountId user,
                 const Sharing& sharing);

    struct Entry {
        std::string name;
        store::MailboxRow row; // another user sees no role, and his own subscription
        bool has_children = false;
        Rights rights = all_rights;
    };
    // By sort order and name, children behind their parent.
    [[nodiscard]] const std::vector<Entry>& all() const { return entries_; }
    [[nodiscard]] const Entry* find(std::string_view name) const;
    [[nodiscard]] const Entry* find(store::MailboxId id) const;

private:
    void read(const store::Snapshot& now, store::AccountId account, const std::string& prefix);
    std::vector<Entry> entries_;
};

// What LIST says of the mailbox, the options of RFC 5258 aside; views into it.
imap::ListResponse list_response_of(const MailboxNames::Entry& entry, bool tells_subscription);

// "\\Sent" of role "sent"; empty: none (RFC 6154).
std::string_view special_use_of(std::string_view role);
std::string_view role_of_special_use(std::string_view use);

} // namespace facteur
