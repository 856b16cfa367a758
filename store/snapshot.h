// A consistent, read-only view of one shard.
//
// Any thread may open one (`Store::read`), without a message and without waiting; it sees exactly the commits
// that were durable when it was opened. It must be used by one thread at a time, and live no longer than one
// protocol response: while it lives, the pages that it sees cannot be reused. All views that it returns point
// into the map and die with it.
//
// Functions that look one thing up return nothing when it is absent; scans call back and stop when the
// callback returns false. Ranges are given in the order of the index named.
#pragma once

#include "store/change.h"
#include "store/error.h"
#include "store/rows.h"
#include "store/rows_codec.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store {

// One entry of the time index: enough to filter and collapse a list without opening the row.
struct ListEntry {
    EmailId email = 0;
    ThreadId thread = 0;
    Time received = 0;
    std::uint32_t flags = 0; // bits of Flag
    bool has_attachment = false;
};

// One place of an email, by its UID: what IMAP's FLAGS, MODSEQ and most keys of SEARCH are answered from.
struct UidEntry {
    Uid uid = 0;
    EmailId email = 0;
    std::uint32_t flags = 0; // bits of Flag
    bool deleted = false;
    bool more_keywords = false; // than those that `flags` has: open the row
    Modseq changed = 0;
};

// What one commit did, for `changes` (RFC 8620 §5.2) and QRESYNC.
struct Digest {
    Modseq modseq = 0;
    std::vector<EmailId> emails_added, emails_updated, emails_removed; // as JMAP sees it
    std::vector<EmailId> emails_hidden; // added, updated or removed where JMAP does not see it
    std::vector<ThreadId> threads_added, threads_updated, threads_removed;
    std::vector<MailboxId> mailboxes_added, mailboxes_updated, mailboxes_removed;
    std::vector<MailboxId> mailboxes_counted; // only their counters changed
    struct Expunged {
        MailboxId mailbox = 0;
        Uid uid = 0;
    };
    std::vector<Expunged> expunged;
    struct Object {
        ObjectType type{};
        std::string id;
        enum class What : std::uint8_t { added, updated, removed } what{};
    };
    std::vector<Object> objects;
};

class Snapshot {
public:
    Snapshot(Snapshot&&) noexcept;
    Snapshot& operator=(Snapshot&&) noexcept;
    ~Snapshot();

    // -- the account
    [[nodiscard]] AccountState state(AccountId account) const; // all zero when nothing was ever written

    // Accounts of this shard that anything was ever written for, by id, from `from` on.
    void states(AccountId from, const std::function<bool(AccountId, const AccountState&)>& each) const;

    // -- mailboxes
    [[nodiscard]] std::optional<MailboxRow> mailbox(AccountId account, MailboxId mailbox) const;
    [[nodiscard]] std::vector<MailboxRow> mailboxes(AccountId account) const; // by id
    [[nodiscard]] MailboxCounters counters(AccountId account, MailboxId mailbox) const;
    [[nodiscard]] std::optional<MailboxId> mailbox_by_role(AccountId account, std::string_view role) const;

    // -- emails
    // Not when it is hidden.
    [[nodiscard]] std::optional<EmailView> email(AccountId account, EmailId email) const;
    [[nodiscard]] std::optional<EmailView> any_email(AccountId account, EmailId email) const;
    [[nodiscard]] std::optional<StructureRow> structure(AccountId account, EmailId email) const;
    // Points into the row.
    [[nodiscard]] std::optional<StructureView> structure_view(AccountId account, EmailId email) const;
    // Newest first. `mailbox` 0 means all emails of the account. `before`: start strictly after this entry.
    void by_received(AccountId account, MailboxId mailbox, const std::optional<ListEntry>& before,
                     const std::function<bool(const ListEntry&)>& each) const;
    // By UID, ascending, from `from` on; those with \Deleted too.
    void by_uid(AccountId account, MailboxId mailbox, Uid from,
                const std::function<bool(const UidEntry&)>& each) const;
    [[nodiscard]] std::optional<UidEntry> uid(AccountId account, MailboxId mailbox, Uid uid) const;
    // All emails, hidden ones too, by id, from `from` on.
    void by_id(AccountId account, EmailId from, const std::function<bool(const EmailView&)>& each) const;
    // The thread's emails that are not hidden, oldest first (RFC 8621 §3).
    [[nodiscard]] std::vector<EmailId> thread(AccountId account, ThreadId thread) const;
    // The thread that an email with this Message-ID, In-Reply-To or References entry is in.
    [[nodiscard]] std::optional<ThreadId> thread_of_message_id(AccountId account,
                                                               std::string_view message_id) const;
    // Emails that carry this body (the same content), hidden ones too, oldest first.
    [[nodiscard]] std::vector<EmailId> emails_of_body(AccountId account, const Hash& body) const;

    // -- bodies
    [[nodiscard]] bool may_read(AccountId account,
                                const Hash& body) const; // it holds an email or upload of it
    [[nodiscard]] std::optional<std::uint64_t> body_size(const Hash& body) const;
    // Octets [offset, offset + size) of the body, fewer at its end. Unpacks only the chunks that it needs (1
    // MiB each) and verifies the hash when the whole body is read.
    [[nodiscard]] Result<std::string> read_body(const Hash& body, std::uint64_t offset,
                                                std::uint64_t size) const;
    [[nodiscard]] Result<std::string> read_body(const Hash& body) const;
    [[nodiscard]] std::optional<UploadRow> upload(AccountId account, const Hash& body) const;
    // All of the account, by hash; expired ones too, until `Store::trim` takes them away.
    void uploads(AccountId account, const std::function<bool(const UploadRow&)>& each) const;

    // -- objects, queue, deliveries
    [[nodiscard]] std::optional<std::string> object(AccountId account, ObjectType type,
                                                    std::string_view id) const;
    void objects(AccountId account, ObjectType type,
                 const std::function<bool(std::string_view id, std::string_view value)>& each) const;
    [[nodiscard]] bool was_delivered(AccountId account, const Hash& key) const;
    [[nodiscard]] std::optional<Time> delivered_at(AccountId account, const Hash& key) const;
    // Entries due at or before `until`, soonest first, over all accounts of the shard.
    void queue(Time until,
               const std::function<bool(AccountId, Time due, std::string_view id, std::string_view value)>&
                   each) const;
    [[nodiscard]] std::optional<Time> next_due() const;
    [[nodiscard]] std::optional<std::string> queued(AccountId account, Time due, std::string_view id) const;

    // -- history
    // Digests of the commits after `since`, oldest first. Fails with Code::stale when they are no longer
    // kept.
    [[nodiscard]] Result<void> history(AccountId account, Modseq since,
                                       const std::function<bool(const Digest&)>& each) const;
    // The shard's records from `from` on, in order (indexing, backup, replay). `each` gets the encoded
    // commit.
    void log(Sequence from, const std::function<bool(Sequence, std::string_view record)>& each) const;
    [[nodiscard]] Sequence last_sequence() const;

    // -- accounts (directory shard)
    [[nodiscard]] std::optional<AccountRow> account(AccountId account) const;
    [[nodiscard]] std::optional<AccountId> account_by_address(std::string_view address) const; // aliases too
    void accounts(AccountId from, const std::function<bool(const AccountRow&)>& each) const;
    // The highest id that was ever written, also when its account is gone: ids are not used again.
    [[nodiscard]] AccountId last_account() const;

    // For the store itself: over a shard's environments, and over a lane's open transaction.
    struct Implementation;
    explicit Snapshot(std::unique_ptr<Implementation> implementation);
    [[nodiscard]] const Implementation& raw() const { return *implementation_; }

private:
    std::unique_ptr<Implementation> implementation_;
};

} // namespace facteur::store
