// Commit records: the only way to change anything in a shard.
//
// A `Commit` is a value: it can be encoded, appended elsewhere, and applied later by `apply`, which is
// deterministic and idempotent (a commit whose sequence is not the next one of the shard is skipped when it
// is older, refused when there is a gap). It names bodies by hash; the bytes travel beside it (`Body`). The
// encoded form starts with a version, so that a newer program reads the records of an older one.
#pragma once

#include "store/error.h"
#include "store/ids.h"
#include "store/rows.h"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::store {

// ---- changes
// -----------------------------------------------------------------------------------------------------

struct EmailAdded {
    EmailRow row;
    StructureRow structure;
    bool delivered = false; // it came from outside: the EmailDelivery state changes (RFC 8621 §1.5)
};
struct EmailUpdated { // the whole new mutable state, so that applying is a plain replacement
    EmailId id = 0;
    Keywords keywords;
    std::vector<MailboxRef> mailboxes;
};
struct EmailRemoved {
    EmailId id = 0;
};
struct MailboxPut {
    MailboxRow row;
};
struct MailboxRemoved { // it must hold no email
    MailboxId id = 0;
};
struct ObjectPut {
    ObjectType type{};
    std::string id;
    std::string value;
};
struct ObjectRemoved {
    ObjectType type{};
    std::string id;
};
struct UploadPut {
    UploadRow row;
};
struct UploadRemoved {
    Hash body;
};
// Remembers that this delivery reached this account, so that the same one again is known (kept for a week).
struct DeliveryNoted {
    Hash key;
    Time at = 0;
};
// Work that must happen at `due` (delayed submissions; later the outbound queue). Ordered by due time in the
// shard.
struct QueuePut {
    Time due = 0;
    std::string id;
    std::string value;
};
struct QueueRemoved {
    Time due = 0;
    std::string id;
};
struct AccountPut { // directory shard only
    AccountRow row;
};
struct AccountRemoved { // directory shard only
    AccountId id = 0;
};

using Change =
    std::variant<EmailAdded, EmailUpdated, EmailRemoved, MailboxPut, MailboxRemoved, ObjectPut, ObjectRemoved,
                 UploadPut, UploadRemoved, DeliveryNoted, QueuePut, QueueRemoved, AccountPut, AccountRemoved>;

struct Commit {
    ShardId shard = 0;
    Sequence sequence = 0;
    AccountId account = 0;
    Modseq modseq = 0;
    Time at = 0;
    std::vector<Change> changes;
};

std::string encode(const Commit& commit);
// Fails with Code::corrupt on anything that `encode` does not write; bounded by the size of `bytes`.
Result<Commit> decode_commit(std::string_view bytes);
// Whose it is, without reading its changes.
Result<AccountId> account_of_commit(std::string_view bytes);

// ---- bodies
// ------------------------------------------------------------------------------------------------------

// The stored form of a body: chunks of 1 MiB, each packed with zstd when that saves at least a sixteenth.
struct PackedBody {
    struct Chunk {
        bool packed = false;
        std::string bytes; // empty when not packed: then the chunk is a part of the body itself
    };
    std::vector<Chunk> chunks;
};

// The bytes of a message or upload; immutable and shared, so that one body delivered to many accounts is one
// buffer, hashed and packed once, on the thread that received it.
struct Body {
    Hash hash;
    std::shared_ptr<const std::string> bytes;
    std::shared_ptr<const PackedBody> packed; // null: the lane packs it
};

// Hashes and packs. `level` is zstd's; 0 does not pack.
Body make_body(std::shared_ptr<const std::string> bytes, int level = 3);

Hash hash_of(std::string_view bytes);
std::string to_hex(const Hash& hash);
Result<Hash> hash_from_hex(std::string_view hex);

} // namespace facteur::store
