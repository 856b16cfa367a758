// Every CAF message type, grouped by who sends to whom. All are small values that can be serialised; bytes of
// mail are carried by shared immutable buffers, so that a message of any size costs the same between actors
// of one process. Nothing in a message points into a read transaction.
#pragma once

#include "actors/mailbox/ingest.h"
#include "actors/mailbox/rights.h"
#include "store/change.h"
#include "store/error.h"
#include "store/ids.h"
#include "store/rows.h"
#include "store/rows_codec.h"

#include <caf/all.hpp>

#include <array>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace facteur {

// ---- how store values travel
// ------------------------------------------------------------------------------------

// An email made ready by `ingest`, shared by every mailbox that it is filed into.
struct SharedEmail {
    std::shared_ptr<const IngestedEmail> email;
};
// A body made ready by `store::make_body`.
struct SharedBody {
    store::Body body;
};

// ---- sessions, delivery, import → mailbox actor
// -----------------------------------------------------------------

// The answer of someone who is away to an email, and the entry of the queue that sends it.
struct AutomaticAnswer {
    SharedBody body;
    std::string destination;             // the entry's; empty: the sender is one of ours
    std::string entry;                   // as `write_queue_entry` makes it
    std::array<std::uint8_t, 32> once{}; // names vacation and sender: answered once in a period
};

// File this email into the account: answered by `EmailFiled` after it is on disk, or by an error.
struct FileEmail {
    store::AccountId account = 0;
    SharedEmail email;
    std::string role = "inbox";              // of the mailbox to file into, when `mailboxes` is empty
    std::vector<store::MailboxId> mailboxes; // or these
    std::array<std::uint8_t, 32> delivery{}; // all zero: none; else filed at most once under this key
    std::uint64_t quota = 0;                 // octets; 0: not checked
    bool delivered = false;                  // it came from outside (EmailDelivery state)
    bool skip_same_body = false;             // an email of the account with this body makes it a duplicate
    std::vector<AutomaticAnswer> answers;    // at most one; queued in the commit that files the email
    std::int64_t at = 0;                     // now, seconds UTC
};

// Run a write method of JMAP (RFC 8620 §5.3 and kin) on the account: one commit, or several when the answer
// asks for another turn (`MethodAnswered::again`).
struct CallMethod {
    store::AccountId account = 0;
    std::string name;      // "Email/set"
    std::string call_id;   // of the invocation: every answer carries it
    std::string arguments; // JSON in the form that the method's `plan` reads: prepared, references resolved
    std::map<std::string, std::string> created_ids; // creation id → id
    std::vector<SharedEmail> emails; // made by the session from blobs, in the order that the method asks
    std::vector<SharedBody> uploads; // bodies to be kept as uploads (Blob/upload)
    std::int64_t at = 0;
    std::uint64_t quota = 0;
    Permission guard;
};

// What IMAP does to emails of one mailbox, by UID: one commit. Answered by `EmailsChanged`.
struct ChangeEmails {
    enum class What : std::uint8_t {
        replace_flags, // STORE FLAGS
        add_flags,
        remove_flags,
        copy,    // to `target`
        move,    // to `target`
        expunge, // those of `uids` that have \Deleted
        remove,  // with \Deleted or without: they are elsewhere by now
    };
    store::AccountId account = 0;
    store::MailboxId mailbox = 0;
    What what = What::expunge;
    std::vector<store::Uid> uids;      // ascending; those that are gone are passed over
    std::uint32_t flags = 0;           // bits of store::Flag
    std::vector<std::string> keywords; // others, in lower case, sorted
    bool deleted = false;              // \Deleted is among the flags
    std::uint64_t unchanged_since = std::numeric_limits<std::uint64_t>::max(); // RFC 7162 §3.1.3
    store::MailboxId target = 0;
    std::uint64_t quota = 0; // octets; 0: not checked
    std::int64_t at = 0;
    // What `replace_flags` leaves as it is, because who asks may not change it.
    std::uint32_t kept_flags = 0; // bits of store::Flag
    bool keeps_keywords = false, keeps_deleted = false;
    // Copies are emails of their own, with these flags of the original at most: what becomes of the one is
    // not seen at the other.
    bool apart = false;
    std::uint32_t copied_flags = std::numeric_limits<std::uint32_t>::max();
    bool copies_keywords = true;
    Permission guard;
};

// Keep these messages in the mailbox, all or none. Answered by `EmailsAppended`.
struct AppendEmails {
    store::AccountId account = 0;
    store::MailboxId mailbox = 0;
    std::vector<SharedEmail> emails;
    std::vector<std::uint8_t> deleted; // by email: it has \Deleted
    // REPLACE (RFC 8508): taken away in the same commit; 0: none.
    store::MailboxId replaced_in = 0;
    store::Uid replaced = 0;
    std::uint64_t quota = 0;
    std::int64_t at = 0;
    Permission guard;
};

// Annotations of IMAP (RFC 5464), by the id that store::ObjectType::annotation has. Answered by
// `EmailsChanged`.
struct PutAnnotations {
    store::AccountId account = 0;
    std::vector<std::string> put; // id, value, id, value…
    std::vector<std::string> removed;
    std::int64_t at = 0;
    Permission guard;
};

// Give `who` these rights in the mailbox, or take them away. Answered by `EmailsChanged`.
struct ChangeAcl {
    enum class How : std::uint8_t { replace, add, remove };
    store::AccountId account = 0;
    store::MailboxId mailbox = 0;
    store::AccountId who = 0;
    How how = How::replace;
    Rights rights = 0;
    std::vector<store::AccountId> departed; // accounts that are no more: taken out as well
    std::int64_t at = 0;
    Permission guard;
};

// What the account keeps of one that may share mailboxes with it: that there is one, and to which of its
// mailboxes the account is subscribed. Answered by `EmailsChanged`.
struct ChangeShared {
    store::AccountId account = 0;
    store::AccountId owner = 0;
    store::MailboxId mailbox = 0; // whose subscription changes; 0: none
    bool subscribed = false;
    std::vector<store::AccountId> forgotten; // owners that share nothing any more
    std::int64_t at = 0;
};

// Keep this body as an upload of the account (RFC 8620 §6.1) until `expires`: answered by `UploadStored`.
struct StoreUpload {
    store::AccountId account = 0;
    SharedBody body;
    std::string type;
    std::int64_t expires = 0; // seconds UTC
    std::int64_t at = 0;
    std::uint64_t quota = 0; // octets; 0: not checked
};

// Tell the sender about every commit of the account from now on, by `StateChanged`, until it ends or says
// `Unwatch`.
struct Watch {
    store::AccountId account = 0;
};
struct Unwatch {
    store::AccountId account = 0;
};

// ---- mailbox actor → sessions, delivery
// -------------------------------------------------------------------------

struct EmailFiled {
    store::EmailId email = 0;
    store::ThreadId thread = 0;
    bool duplicate = false; // it was there already; nothing was written
};

struct MethodAnswered {
    std::string answers; // JSON: one or more invocations [name, arguments, call id]
    std::map<std::string, std::string> created_ids; // those the call added
    // The call has more to change than one commit should: the mailbox actor runs it again. What this turn
    // leaves for the next one is in `so_far`. Never seen by who asked.
    bool again = false;
    std::string so_far;
};

struct EmailsChanged {
    std::uint64_t modseq = 0;         // of the commit; 0: there was nothing to change
    std::vector<store::Uid> modified; // not changed: newer than `unchanged_since`
    std::uint32_t uid_validity = 0;   // of the target
    std::vector<store::Uid> from, to; // copied or moved: pairs
    std::vector<store::Uid> expunged; // moved or expunged
};

struct EmailsAppended {
    std::uint32_t uid_validity = 0;
    std::vector<store::Uid> uids;
};

struct UploadStored {
    std::uint64_t size = 0; // octets
};

// A commit changed these states; sent after it is on disk, in the order of commits.
struct StateChanged {
    store::AccountId account = 0;
    store::Modseq modseq = 0;
    std::array<store::Modseq, store::state_types> changed{}; // as in AccountState
};

// ---- accounts → mailbox actor → sessions
// ------------------------------------------------------------------------

// The account was suspended, deleted or given another password, or one of its sessions of the web has ended:
// each session looks whether it is still meant, and ends if not.
struct CloseSessions {
    store::AccountId account = 0;
};

// ---- lane → mailbox actor (within one process)
// ------------------------------------------------------------------

// The write that this actor numbered `ticket` is durable, or was refused.
struct WriteDone {
    std::uint64_t ticket = 0;
    bool ok = false;
    std::uint8_t code = 0; // store::Code
    std::string message;
    bool changed = false; // false: the plan had nothing to change
    StateChanged states;
};

// An answer that is an error of the store, as an error of CAF: category `store_errors`, code = store::Code
// + 1.
inline constexpr auto store_errors = caf::atom("store");
inline caf::error to_caf(const store::Error& error) {
    return caf::error(static_cast<std::uint8_t>(static_cast<int>(error.code) + 1), store_errors,
                      caf::make_message(error.message));
}
// The other way round; errors of CAF itself (a dead actor, a time-out) become Code::busy.
store::Error to_store(const caf::error& error);

// ---- inspection
// -------------------------------------------------------------------------------------------------

template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, SharedEmail& x) {
    std::string body, row, structure;
    if (x.email) {
        body = *x.email->body.bytes;
        row = store::encode(x.email->row);
        structure = store::encode(x.email->structure);
    }
    return f(caf::meta::type_name("SharedEmail"), body, row, structure,
             caf::meta::load_callback([&]() -> caf::error {
                 auto email = reload(std::move(body), row, structure);
                 if (!email) return caf::sec::bad_function_call;
                 x.email = std::move(*email);
                 return caf::none;
             }));
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, SharedBody& x) {
    std::string bytes;
    if (x.body.bytes) bytes = *x.body.bytes;
    return f(caf::meta::type_name("SharedBody"), bytes, caf::meta::load_callback([&]() -> caf::error {
                 x.body = store::make_body(std::make_shared<const std::string>(std::move(bytes)));
                 return caf::none;
             }));
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, AutomaticAnswer& x) {
    return f(caf::meta::type_name("AutomaticAnswer"), x.body, x.destination, x.entry, x.once);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, Permission::Need& x) {
    return f(caf::meta::type_name("Need"), x.mailbox, x.rights);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, Permission& x) {
    return f(caf::meta::type_name("Permission"), x.who, x.needs);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, StoreUpload& x) {
    return f(caf::meta::type_name("StoreUpload"), x.account, x.body, x.type, x.expires, x.at, x.quota);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, UploadStored& x) {
    return f(caf::meta::type_name("UploadStored"), x.size);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, FileEmail& x) {
    return f(caf::meta::type_name("FileEmail"), x.account, x.email, x.role, x.mailboxes, x.delivery, x.quota,
             x.delivered, x.skip_same_body, x.answers, x.at);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, CallMethod& x) {
    return f(caf::meta::type_name("CallMethod"), x.account, x.name, x.call_id, x.arguments, x.created_ids,
             x.emails, x.uploads, x.at, x.quota, x.guard);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangeEmails& x) {
    return f(caf::meta::type_name("ChangeEmails"), x.account, x.mailbox, x.what, x.uids, x.flags, x.keywords,
             x.deleted, x.unchanged_since, x.target, x.quota, x.at, x.kept_flags, x.keeps_keywords,
             x.keeps_deleted, x.apart, x.copied_flags, x.copies_keywords, x.guard);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, AppendEmails& x) {
    return f(caf::meta::type_name("AppendEmails"), x.account, x.mailbox, x.emails, x.deleted, x.replaced_in,
             x.replaced, x.quota, x.at, x.guard);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, PutAnnotations& x) {
    return f(caf::meta::type_name("PutAnnotations"), x.account, x.put, x.removed, x.at, x.guard);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangeAcl& x) {
    return f(caf::meta::type_name("ChangeAcl"), x.account, x.mailbox, x.who, x.how, x.rights, x.departed,
             x.at, x.guard);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, ChangeShared& x) {
    return f(caf::meta::type_name("ChangeShared"), x.account, x.owner, x.mailbox, x.subscribed, x.forgotten,
             x.at);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, EmailsChanged& x) {
    return f(caf::meta::type_name("EmailsChanged"), x.modseq, x.modified, x.uid_validity, x.from, x.to,
             x.expunged);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, EmailsAppended& x) {
    return f(caf::meta::type_name("EmailsAppended"), x.uid_validity, x.uids);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, Watch& x) {
    return f(caf::meta::type_name("Watch"), x.account);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, Unwatch& x) {
    return f(caf::meta::type_name("Unwatch"), x.account);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, EmailFiled& x) {
    return f(caf::meta::type_name("EmailFiled"), x.email, x.thread, x.duplicate);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, MethodAnswered& x) {
    return f(caf::meta::type_name("MethodAnswered"), x.answers, x.created_ids, x.again, x.so_far);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, StateChanged& x) {
    return f(caf::meta::type_name("StateChanged"), x.account, x.modseq, x.changed);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, CloseSessions& x) {
    return f(caf::meta::type_name("CloseSessions"), x.account);
}
template <typename Inspector>
typename Inspector::result_type inspect(Inspector& f, WriteDone& x) {
    return f(caf::meta::type_name("WriteDone"), x.ticket, x.ok, x.code, x.message, x.changed, x.states);
}

// Registers all of the above with an actor system's configuration.
void add_message_types(caf::actor_system_config& config);

} // namespace facteur
