// The databases of a shard and the keys in them. Internal to the store. Numbers in keys are big-endian, so
// that key order is numeric order; what is wanted newest first is stored complemented.
#pragma once

#include "store/codec.h"
#include "store/ids.h"
#include "store/rows.h"
#include "store/snapshot.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur::store {

// Numbers of the databases of the rows environment, in the order of `row_databases`.
enum Database : std::size_t {
    db_emails,       // account, email → email row
    db_structures,   // account, email → structure row
    db_mailboxes,    // account, mailbox → mailbox row
    db_counters,     // account, mailbox → counters
    db_received,     // account, mailbox (0: all), ~received, ~email → thread, flags, attachment
    db_uids,         // account, mailbox, uid → email, flags, changed (uid_value)
    db_members,      // account, thread, received, email → nothing
    db_threads,      // account, thread → thread row
    db_message_ids,  // account, 64 bits of the id's hash, email → thread
    db_email_bodies, // account, body, email → nothing
    db_holders,      // body, account → how many emails and uploads of the account hold it
    db_dead,         // body → nothing: held by nobody, to be removed from the bodies
    db_uploads,      // account, body → upload row
    db_objects,      // account, type, id → value
    db_delivered,    // account, key → time
    db_delivered_at, // account, time, key → nothing
    db_queue,        // due, account, id → value
    db_states,       // account → account state
    db_log,          // sequence → record
    db_history,      // account, modseq → digest
    db_accounts,     // account → account row
    db_addresses,    // address → account
    db_count
};
inline const std::vector<const char*> row_databases{
    "emails",  "structures", "mailboxes",   "counters",     "received", "uids",
    "members", "threads",    "message_ids", "email_bodies", "holders",  "dead",
    "uploads", "objects",    "delivered",   "delivered_at", "queue",    "states",
    "log",     "history",    "accounts",    "addresses"};

template <typename... Parts>
std::string make_key(Parts... parts) {
    std::string key;
    key.reserve((sizeof parts + ...));
    (append_big(key, parts), ...);
    return key;
}
inline std::string_view bytes_of(const Hash& hash) {
    return {reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()};
}
inline Hash to_hash(std::string_view bytes) {
    Hash hash;
    std::memcpy(hash.bytes.data(), bytes.data(), hash.bytes.size());
    return hash;
}

// The account that a key of the rows is of; 0: of none alone.
inline AccountId account_of_row(std::size_t database, std::string_view key) {
    if (database == db_dead || database == db_log || database == db_addresses) return 0;
    const std::size_t at = database == db_holders ? sizeof(Hash) : database == db_queue ? sizeof(Time) : 0;
    return key.size() < at + sizeof(AccountId) ? 0 : read_big<AccountId>(key.substr(at));
}

// Signed times in unsigned order.
inline std::uint64_t ordered(Time time) {
    return static_cast<std::uint64_t>(time) ^ (1ull << 63);
}
inline Time from_ordered(std::uint64_t value) {
    return static_cast<Time>(value ^ (1ull << 63));
}

inline std::string received_key(AccountId account, MailboxId mailbox, Time received, EmailId email) {
    return make_key(account, mailbox, ~ordered(received), ~email);
}
// The value of a place in the UID index: flags with two bits more.
inline constexpr std::size_t uid_value_size = 20;
inline constexpr std::uint32_t uid_deleted = 1u << 31, uid_more_keywords = 1u << 30;
inline std::string uid_value(EmailId email, const Keywords& keywords, bool deleted, Modseq changed) {
    const auto flags =
        keywords.flags | (deleted ? uid_deleted : 0u) | (keywords.others.empty() ? 0u : uid_more_keywords);
    return make_key(email, flags, changed);
}
inline UidEntry decode_uid_value(Uid uid, std::string_view value) {
    const auto flags = read_big<std::uint32_t>(value.substr(8));
    return {uid,
            read_big<EmailId>(value),
            flags & ~(uid_deleted | uid_more_keywords),
            (flags & uid_deleted) != 0,
            (flags & uid_more_keywords) != 0,
            read_big<Modseq>(value.substr(12))};
}

inline std::string member_key(AccountId account, ThreadId thread, Time received, EmailId email) {
    return make_key(account, thread, ordered(received), email);
}
inline std::string object_key(AccountId account, ObjectType type, std::string_view id) {
    return make_key(account, static_cast<std::uint8_t>(type)).append(id);
}
inline std::string body_key(AccountId account, const Hash& body) {
    return make_key(account).append(bytes_of(body));
}
inline std::string queue_key(Time due, AccountId account, std::string_view id) {
    return make_key(ordered(due), account).append(id);
}

// FNV-1a: short, fixed for ever, and a clash only costs a look at the row.
inline std::uint64_t message_id_hash(std::string_view id) {
    std::uint64_t hash = 14695981039346656037ull;
    for (const char c : id)
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ull;
    return hash;
}

// The longest text that may stand in a key (LMDB allows 511 octets in all).
inline constexpr std::size_t longest_key_text = 480;

} // namespace facteur::store
