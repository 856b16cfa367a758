// What the store keeps, as plain values. `rows_codec.h` gives each its versioned binary form and `EmailView`,
// which reads a row in place on the mapped bytes.
//
// An email has two rows. The **email row** answers lists (Email/get of the properties of a list, IMAP FLAGS,
// UID, INTERNALDATE, RFC822.SIZE) and is small; the **structure row** holds the envelope and the tree of
// parts, so that neither RFC 8621 §4.1 properties other than header:* and bodyValues, nor IMAP ENVELOPE and
// BODYSTRUCTURE, touch the body.
#pragma once

#include "store/ids.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store {

// ---- emails
// ------------------------------------------------------------------------------------------------------

// The keywords that have an IMAP system flag or a registered meaning, as bits; every other keyword is a
// string.
enum Flag : std::uint32_t {
    flag_seen = 1u << 0,      // $seen
    flag_answered = 1u << 1,  // $answered
    flag_flagged = 1u << 2,   // $flagged
    flag_draft = 1u << 3,     // $draft
    flag_forwarded = 1u << 4, // $forwarded
    flag_junk = 1u << 5,      // $junk
    flag_notjunk = 1u << 6,   // $notjunk
    flag_phishing = 1u << 7,  // $phishing
    flag_mdnsent = 1u << 8,   // $mdnsent
    flag_important = 1u << 9, // $important
};

struct Keywords {
    std::uint32_t flags = 0;         // bits of Flag
    std::vector<std::string> others; // lower case, sorted, unique
    bool operator==(const Keywords&) const = default;
};

// \Deleted of IMAP is of the place, not of the email. A place that has it is not there for JMAP (RFC 8621
// §4.1.1); an email is **hidden** when all its places have it.
struct MailboxRef {
    MailboxId mailbox = 0;
    Uid uid = 0;
    bool deleted = false; // \Deleted
    Time saved = 0;       // when it came there (RFC 8514); 0: not known
    bool operator==(const MailboxRef&) const = default;
};
inline bool is_same_place(const MailboxRef& a, const MailboxRef& b) {
    return a.mailbox == b.mailbox && a.uid == b.uid;
}

// Text: std::string, or std::string_view for what points into a row where it is stored.
template <typename Text>
struct BasicAddress {
    Text name;  // decoded UTF-8, may be empty
    Text email; // addr-spec as in the message
    bool operator==(const BasicAddress&) const = default;
};
using Address = BasicAddress<std::string>;
using AddressView = BasicAddress<std::string_view>;

struct EmailRow {
    EmailId id = 0;
    ThreadId thread = 0;
    Hash body;                   // the whole message as stored
    std::uint64_t size = 0;      // octets of that message
    Time received = 0;           // JMAP receivedAt, IMAP INTERNALDATE
    Time sent = 0;               // the Date header, 0 when absent or unreadable
    Modseq created = 0;          // modseq of the commit that added it (set by the store)
    Modseq changed = 0;          // modseq of the last commit that touched it (set by the store)
    bool has_attachment = false; // RFC 8621 §4.1.4
    Keywords keywords;
    std::vector<MailboxRef> mailboxes; // sorted by mailbox, never empty
    std::vector<Address> from;         // at most 4; `more_addresses` when the header has more
    std::vector<Address> to;           // at most 4; `more_addresses` when the header has more
    bool more_addresses = false;       // then read the structure row
    std::string subject;               // decoded UTF-8, at most 1,024 octets
    std::string sort_subject;          // base subject (RFC 5256 §2.1), folded, at most 128 octets
    std::string preview;               // at most 256 characters
    bool operator==(const EmailRow&) const = default;
};
inline bool is_hidden(const EmailRow& row) {
    for (const auto& ref : row.mailboxes)
        if (!ref.deleted) return false;
    return true;
}

// One MIME part, in depth-first order. Offsets are in octets from the start of the message.
template <typename Text>
struct BasicPartRow {
    std::int32_t parent = -1; // index of the parent part, -1 for the root
    std::uint64_t header_offset = 0, header_size = 0;
    std::uint64_t body_offset = 0, body_size = 0; // still encoded
    std::uint64_t decoded_size = 0;               // octets after Content-Transfer-Encoding (RFC 8621 `size`)
    std::uint32_t lines = 0;
    std::uint8_t encoding = 0; // transport's enumeration, kept as it is
    bool in_message = false;   // lies within a nested message/rfc822: IMAP sees it, JMAP does not
    Text type, subtype;        // lower case
    Text charset, name, disposition, content_id, language, location;
    Text section;                 // IMAP section number ("1.2"), the JMAP partId of a leaf
    std::vector<Text> parameters; // of Content-Type: name, value, name, value…
    Text description, md5;
    std::vector<Text> disposition_parameters; // as `parameters`
    bool operator==(const BasicPartRow&) const = default;
};
using PartRow = BasicPartRow<std::string>;

enum class EnvelopeAddressIs : std::uint8_t { address, group_begin, group_end };

template <typename Text>
struct BasicEnvelopeAddress {
    Text name, email;
    EnvelopeAddressIs is = EnvelopeAddressIs::address;
    bool operator==(const BasicEnvelopeAddress&) const = default;
};

// What IMAP's ENVELOPE says (RFC 9051 §7.5.2) where the rest of the structure row does not: of a message
// within the message, and of the message itself when an address field has groups.
template <typename Text>
struct BasicEnvelopeRow {
    using Address = BasicEnvelopeAddress<Text>;
    std::int32_t part = -1; // of type message/rfc822, index into parts; -1: the message itself
    Text date;              // as in the header
    Text subject;           // decoded
    std::vector<Address> from, sender, reply_to, to, cc, bcc;
    Text in_reply_to, message_id; // with < >
    bool operator==(const BasicEnvelopeRow&) const = default;
};
using EnvelopeRow = BasicEnvelopeRow<std::string>;

template <typename Text>
struct BasicStructureRow {
    std::vector<Text> message_ids, in_reply_to, references; // without < >
    std::vector<BasicAddress<Text>> sender, from, to, cc, bcc, reply_to;
    Text subject;
    Time sent = 0;
    std::int32_t sent_zone = 0; // minutes east of UTC
    std::vector<BasicPartRow<Text>> parts;
    std::vector<std::uint32_t> text_body, html_body, attachments; // indices into parts (RFC 8621 §4.1.4)
    // For IMAP. Rows that were written before are not complete: what follows is empty, and so are
    // description, md5 and disposition_parameters of their parts.
    bool complete = false;
    Text date; // the Date field's text
    std::vector<BasicEnvelopeRow<Text>> envelopes;
    bool operator==(const BasicStructureRow&) const = default;
};
using StructureRow = BasicStructureRow<std::string>;
using StructureView = BasicStructureRow<std::string_view>;

// ---- mailboxes
// ---------------------------------------------------------------------------------------------------

struct MailboxRow {
    MailboxId id = 0;
    MailboxId parent = 0; // 0: top level
    std::string name;     // NFC
    std::string role;     // RFC 8621 §2: inbox, drafts, sent, archive, junk, trash…, or empty
    std::uint32_t sort_order = 0;
    bool subscribed = true;
    std::uint32_t uid_validity = 0;
    bool operator==(const MailboxRow&) const = default;
};

// Kept in the same commit as the emails they count. The first five are of emails that JMAP sees there; IMAP
// counts those too that have \Deleted.
struct MailboxCounters {
    Uid uid_next = 1;
    Modseq highest_modseq = 0;
    std::uint64_t emails = 0, unread = 0, threads = 0, unread_threads = 0, size = 0;
    std::uint64_t unseen = 0;                    // without \Seen, drafts and \Deleted ones among them
    std::uint64_t deleted = 0, deleted_size = 0; // with \Deleted
    bool operator==(const MailboxCounters&) const = default;
};

// ---- objects
// -----------------------------------------------------------------------------------------------------

// Small values whose form only `actors` knows (JSON), with an id and a JMAP state per type. The numbers are
// stored: never change one.
enum class ObjectType : std::uint8_t {
    identity = 1,
    email_submission = 2,
    vacation_response = 3,
    settings = 4,
    push_subscription = 5,
    session = 6, // a web session: id is the hex SHA-256 of its secret
    app_password = 7,
    annotation = 8, // of IMAP (RFC 5464): id is the mailbox's number or nothing, and the entry's name
    acl = 9,        // who else may do what in a mailbox (RFC 4314): id is its number
    shared = 10,    // an account that may share mailboxes with this one: id is that account's number
};

// What JMAP keeps a state for. The numbers are stored: never change one.
enum class StateType : std::uint8_t {
    email = 0,
    mailbox = 1,
    thread = 2,
    email_delivery = 3,
    identity = 4,
    email_submission = 5,
    vacation_response = 6,
    quota = 7,
    settings = 8,
};
inline constexpr std::size_t state_types = 9;

// One per account, kept in the same commit as what it counts.
struct AccountState {
    Modseq modseq = 0;                         // of the last commit
    std::array<Modseq, state_types> changed{}; // per StateType: the last commit that changed it
    Modseq oldest_history = 0;                 // `changes` since a modseq below this cannot be told
    EmailId next_email = 1;
    MailboxId next_mailbox = 1;
    std::uint64_t next_object = 1;
    std::uint64_t emails = 0;
    std::uint64_t size = 0;   // octets of all emails, each counted once: what the quota bounds
    std::uint64_t hidden = 0; // of `emails`
    bool operator==(const AccountState&) const = default;
};

inline std::uint64_t visible_emails(const AccountState& state) {
    return state.emails - state.hidden;
}

// An upload (RFC 8620 §6.1) or a body kept for another reason, until `expires`.
struct UploadRow {
    Hash body;
    std::uint64_t size = 0;
    std::string type;
    Time expires = 0;
    bool operator==(const UploadRow&) const = default;
};

// ---- accounts (the directory shard)
// ------------------------------------------------------------------------------

enum class AccountStatus : std::uint8_t { active = 0, suspended = 1 };

struct ScramKeys { // RFC 5802 §3, SHA-256
    std::string salt;
    std::uint32_t iterations = 0;
    std::string stored_key, server_key;
    bool operator==(const ScramKeys&) const = default;
};

struct AccountRow {
    AccountId id = 0;
    std::string address; // primary, lower-case domain, folded local part
    std::vector<std::string> aliases;
    std::string name;
    std::string password_hash; // "$argon2id$…", empty: no sign-in by password
    std::optional<ScramKeys> scram;
    AccountStatus status = AccountStatus::active;
    std::uint64_t quota = 0; // octets, 0: the configured default
    std::string locale;      // "fr", "en"
    Time created = 0;
    std::map<std::string, std::string>
        profile; // profile, school, department, subject, role, numen, ina, recovery_*…
    bool operator==(const AccountRow&) const = default;
};

} // namespace facteur::store
