// What the name of a mailbox means to a user: a mailbox of his own, or one that its owner shares with him
// (RFC 4314), which is below "Other Users/" and the owner's address. All names that a command is given go
// through here, and so does every question of rights.
//
// Where to look is kept in the user's account (`Sharing`), and for what is shared with anyone in memory; what
// he may see and do is in the owner's account alone, and read anew for each command, from the snapshot that
// the command is answered from. What he may not look up is not there. A `Places` lives for one command; it
// holds a snapshot of each shard that it was asked about.
#pragma once

#include "actors/services.h"
#include "actors/session/imap/known_names.h"
#include "actors/session/imap/mailbox_names.h"
#include "actors/session/imap/shared_with_anyone.h"
#include "store/snapshot.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// An account as the user sees it.
struct AccountView {
    std::shared_ptr<const store::AccountRow> owner;
    bool is_own = false;
    std::string prefix; // of the names; empty: the user's own
    std::shared_ptr<const store::Snapshot> snapshot;
    std::shared_ptr<const MailboxNames> names;

    [[nodiscard]] store::AccountId account() const { return owner->id; }
    [[nodiscard]] const store::Snapshot& now() const { return *snapshot; }
};

struct Place {
    std::shared_ptr<const AccountView> view;
    const MailboxNames::Entry* entry = nullptr; // of the view

    [[nodiscard]] bool is_own() const { return view->is_own; }
    [[nodiscard]] store::AccountId account() const { return view->account(); }
    [[nodiscard]] const store::Snapshot& now() const { return view->now(); }
    [[nodiscard]] store::MailboxId mailbox() const { return entry->row.id; }
    // The owner may do whatever the mailbox allows, which Mailbox/set says.
    [[nodiscard]] bool allows(Rights rights) const { return is_own() || (entry->rights & rights) == rights; }
};

class Places {
public:
    Places(const Services& services, const SharedWithAnyone& sharing, KnownNames& known,
           const store::AccountRow& user);

    using View = std::shared_ptr<const AccountView>;
    [[nodiscard]] View own() const;
    // Of those that share something which the user may look up, by address. `pattern`: none if no name of
    // theirs begins as it does.
    [[nodiscard]] std::vector<View> others(std::string_view pattern = "*") const;
    // Whose mailbox it is, or would be; null: nobody's of whom the user sees anything.
    [[nodiscard]] View view_of(std::string_view name) const;
    [[nodiscard]] View view_of(store::AccountId account) const;

    [[nodiscard]] std::optional<Place> find(std::string_view name) const;
    [[nodiscard]] std::optional<Place> find(store::AccountId account, store::MailboxId mailbox) const;

    // Who may share something with the user, by number.
    [[nodiscard]] std::vector<Sharing> sharings() const;

    // What the user may do by now; none when the mailbox or its owner's account is gone.
    [[nodiscard]] Rights rights_on(store::AccountId account, store::MailboxId mailbox) const;

private:
    [[nodiscard]] std::shared_ptr<const store::Snapshot> read(store::AccountId account) const;
    [[nodiscard]] View other(const Sharing& sharing) const;

    const Services& services_;
    const SharedWithAnyone& anyone_;
    KnownNames& known_;
    const store::AccountRow& user_;
    mutable std::map<store::ShardId, std::shared_ptr<const store::Snapshot>> snapshots_;
};

} // namespace facteur
