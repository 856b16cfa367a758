// Rights of others in the mailboxes of an account (RFC 4314). Its owner has all of them and is in no list;
// for everybody else the list of the mailbox decides, an object of the owner's account
// (store::ObjectType::acl): what is not in it is not allowed.
//
// Sessions look at a snapshot before they do anything; as that may be old by the time the lane comes to it,
// what they send has a `Permission`, which the plan asks again. Pure functions on snapshots: any thread.
#pragma once

#include "store/draft.h"
#include "store/rows.h"
#include "store/snapshot.h"
#include "store/store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

using Rights = std::uint16_t; // bits of Right
enum Right : Rights {
    right_lookup = 1 << 0,      // l: it is there
    right_read = 1 << 1,        // r
    right_seen = 1 << 2,        // s: \Seen
    right_write = 1 << 3,       // w: flags other than \Seen and \Deleted
    right_insert = 1 << 4,      // i: APPEND, COPY into it
    right_post = 1 << 5,        // p: kept for those who ask, without a meaning here
    right_create = 1 << 6,      // k: mailboxes below it
    right_remove = 1 << 7,      // x: the mailbox itself
    right_delete = 1 << 8,      // t: \Deleted
    right_expunge = 1 << 9,     // e
    right_administer = 1 << 10, // a: the list itself
};
inline constexpr Rights all_rights = (1 << 11) - 1;
inline constexpr Rights rights_to_open = right_lookup | right_read;
inline constexpr Rights rights_to_change =
    right_seen | right_write | right_insert | right_delete | right_expunge;

// With "c" and "d", which stand for k and x, and for t and e (RFC 4314 §2.1.1).
std::string letters_of(Rights rights);
// Nothing: there is a letter that means nothing.
std::optional<Rights> read_rights(std::string_view letters);
// The rights that can be had in the mailbox: INBOX and mailboxes with a role stay.
inline Rights possible_rights(const store::MailboxRow& mailbox) {
    return mailbox.role.empty() ? all_rights : static_cast<Rights>(all_rights & ~right_remove);
}

// In a list, in place of an account: everybody who has one here. Who is in it by himself has those rights
// too.
inline constexpr store::AccountId anyone = 0;
inline constexpr Rights possible_for_anyone = all_rights & ~right_administer;

using Acl = std::map<store::AccountId, Rights>; // nobody with no rights
inline constexpr std::size_t most_in_acl = 500;

Acl read_acl(std::string_view value); // of the object; what is not as `write_acl` makes it counts for nothing
std::string write_acl(const Acl& acl);
std::string acl_id(store::MailboxId mailbox);
Acl acl_of(const store::Snapshot& now, store::AccountId owner, store::MailboxId mailbox);
// None when the mailbox is not there.
Rights rights_of(const store::Snapshot& now, store::AccountId owner, store::MailboxId mailbox,
                 store::AccountId who);
// Whether a mailbox of this account is shared with anyone.
bool shares_with_anyone(const store::Snapshot& now, store::AccountId owner);
// By mailbox, where `who` may do anything at all.
std::map<store::MailboxId, Rights> all_rights_of(const store::Snapshot& now, store::AccountId owner,
                                                 store::AccountId who);

// Who asks for a change of an account that is not his: the commit is made only if he has these rights then.
struct Permission {
    struct Need {
        store::MailboxId mailbox = 0;
        Rights rights = 0;
    };
    store::AccountId who = 0; // 0: the owner
    std::vector<Need> needs;
};
// The plan, which fails with Code::not_found where the mailbox may not even be looked up, else with
// Code::forbidden.
store::Plan guarded(const Permission& guard, store::Plan plan);

// ---- what the account of `who` keeps (store::ObjectType::shared): a hint where to look, never a right

std::string shared_id(store::AccountId owner);
std::vector<store::MailboxId> read_subscriptions(std::string_view value);
std::string write_subscriptions(const std::vector<store::MailboxId>& mailboxes);
struct Sharing {
    store::AccountId owner = 0;
    std::vector<store::MailboxId> subscribed; // ascending
};
std::vector<Sharing> sharings_of(const store::Snapshot& now, store::AccountId who); // by owner
inline constexpr std::size_t most_sharings = 200;
inline constexpr std::size_t most_subscriptions = 1000; // of one owner's mailboxes

} // namespace facteur
