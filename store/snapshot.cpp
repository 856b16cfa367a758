#include "store/snapshot.h"

#include "store/bodies.h"
#include "store/fields_of_rows.h"
#include "store/keys.h"
#include "store/packing.h"
#include "store/shard.h"

#include <limits>

namespace facteur::store {
namespace {

template <typename Row>
std::optional<Row> decoded(std::optional<std::string_view> bytes) {
    auto row = bytes ? decode_row<Row>(*bytes) : fail(Code::not_found, {});
    return row ? std::optional(std::move(*row)) : std::nullopt;
}

} // namespace

Snapshot::Snapshot(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

AccountState Snapshot::state(AccountId account) const {
    return decoded<AccountState>(raw().get(db_states, make_key(account))).value_or(AccountState{});
}

void Snapshot::states(AccountId from, const std::function<bool(AccountId, const AccountState&)>& each) const {
    scan(raw().rows, raw().database(db_states), {}, make_key(from), [&](auto key, auto value) {
        const auto state = decode_row<AccountState>(value);
        return !state || each(read_big<AccountId>(key), *state);
    });
}

// ---- mailboxes

std::optional<MailboxRow> Snapshot::mailbox(AccountId account, MailboxId mailbox) const {
    return decoded<MailboxRow>(raw().get(db_mailboxes, make_key(account, mailbox)));
}

std::vector<MailboxRow> Snapshot::mailboxes(AccountId account) const {
    std::vector<MailboxRow> rows;
    scan(raw().rows, raw().database(db_mailboxes), make_key(account), [&](auto, auto value) {
        if (auto row = decode_row<MailboxRow>(value)) rows.push_back(std::move(*row));
        return true;
    });
    return rows;
}

MailboxCounters Snapshot::counters(AccountId account, MailboxId mailbox) const {
    return decoded<MailboxCounters>(raw().get(db_counters, make_key(account, mailbox)))
        .value_or(MailboxCounters{});
}

std::optional<MailboxId> Snapshot::mailbox_by_role(AccountId account, std::string_view role) const {
    if (role.empty()) return std::nullopt;
    for (const auto& row : mailboxes(account))
        if (row.role == role) return row.id;
    return std::nullopt;
}

// ---- emails

std::optional<EmailView> Snapshot::email(AccountId account, EmailId email) const {
    const auto view = any_email(account, email);
    return view && !view->is_hidden() ? view : std::nullopt;
}

std::optional<EmailView> Snapshot::any_email(AccountId account, EmailId email) const {
    const auto bytes = raw().get_row(db_emails, make_key(account, email));
    auto view = bytes ? EmailView::over(*bytes) : fail(Code::not_found, {});
    return view ? std::optional(*view) : std::nullopt;
}

std::optional<StructureRow> Snapshot::structure(AccountId account, EmailId email) const {
    return decoded<StructureRow>(raw().get_row(db_structures, make_key(account, email)));
}

std::optional<StructureView> Snapshot::structure_view(AccountId account, EmailId email) const {
    return decoded<StructureView>(raw().get_row(db_structures, make_key(account, email)));
}

void Snapshot::by_received(AccountId account, MailboxId mailbox, const std::optional<ListEntry>& before,
                           const std::function<bool(const ListEntry&)>& each) const {
    constexpr std::size_t key_size = 4 + 4 + 8 + 8;
    const auto prefix = make_key(account, mailbox);
    auto from = prefix;
    if (before) from = received_key(account, mailbox, before->received, before->email).append(1, '\0');
    scan(raw().rows, raw().database(db_received), prefix, from,
         [&](std::string_view key, std::string_view value) {
             if (key.size() != key_size || value.size() != 13) return true;
             ListEntry entry;
             entry.received = from_ordered(~read_big<std::uint64_t>(key.substr(8)));
             entry.email = ~read_big<std::uint64_t>(key.substr(16));
             entry.thread = read_big<std::uint64_t>(value);
             entry.flags = read_big<std::uint32_t>(value.substr(8));
             entry.has_attachment = value[12] != 0;
             return each(entry);
         });
}

void Snapshot::by_uid(AccountId account, MailboxId mailbox, Uid from,
                      const std::function<bool(const UidEntry&)>& each) const {
    scan(raw().rows, raw().database(db_uids), make_key(account, mailbox), make_key(account, mailbox, from),
         [&](std::string_view key, std::string_view value) {
             return value.size() != uid_value_size ||
                    each(decode_uid_value(read_big<Uid>(key.substr(8)), value));
         });
}

std::optional<UidEntry> Snapshot::uid(AccountId account, MailboxId mailbox, Uid uid) const {
    const auto value = raw().get(db_uids, make_key(account, mailbox, uid));
    if (!value || value->size() != uid_value_size) return std::nullopt;
    return decode_uid_value(uid, *value);
}

void Snapshot::by_id(AccountId account, EmailId from,
                     const std::function<bool(const EmailView&)>& each) const {
    scan(raw().rows, raw().database(db_emails), make_key(account), make_key(account, from),
         [&](std::string_view key, std::string_view stored) {
             const auto row = unpacked_row(raw().rows, raw().database(db_emails), key, stored, raw().room);
             const auto view = row ? EmailView::over(*row) : fail(Code::not_found, {});
             return !view || each(*view);
         });
}

std::vector<EmailId> Snapshot::thread(AccountId account, ThreadId thread) const {
    std::vector<EmailId> emails;
    scan(raw().rows, raw().database(db_members), make_key(account, thread), [&](std::string_view key, auto) {
        emails.push_back(read_big<EmailId>(key.substr(20)));
        return true;
    });
    return emails;
}

std::optional<ThreadId> Snapshot::thread_of_message_id(AccountId account, std::string_view message_id) const {
    std::optional<ThreadId> thread;
    scan(raw().rows, raw().database(db_message_ids), make_key(account, message_id_hash(message_id)),
         [&](auto, std::string_view value) {
             thread = read_big<ThreadId>(value);
             return false;
         });
    return thread;
}

std::vector<EmailId> Snapshot::emails_of_body(AccountId account, const Hash& body) const {
    std::vector<EmailId> emails;
    scan(raw().rows, raw().database(db_email_bodies), body_key(account, body),
         [&](std::string_view key, auto) {
             emails.push_back(read_big<EmailId>(key.substr(36)));
             return true;
         });
    return emails;
}

// ---- bodies

bool Snapshot::may_read(AccountId account, const Hash& body) const {
    return raw().get(db_holders, std::string(bytes_of(body)).append(make_key(account))).has_value();
}

std::optional<std::uint64_t> Snapshot::body_size(const Hash& body) const {
    return store::body_size(raw().open_bodies(), raw().bodies_database(), body);
}

Result<std::string> Snapshot::read_body(const Hash& body, std::uint64_t offset, std::uint64_t size) const {
    return store::read_body(raw().open_bodies(), raw().bodies_database(), body, offset, size);
}

Result<std::string> Snapshot::read_body(const Hash& body) const {
    return read_body(body, 0, std::numeric_limits<std::uint64_t>::max());
}

std::optional<UploadRow> Snapshot::upload(AccountId account, const Hash& body) const {
    return decoded<UploadRow>(raw().get(db_uploads, body_key(account, body)));
}

void Snapshot::uploads(AccountId account, const std::function<bool(const UploadRow&)>& each) const {
    scan(raw().rows, raw().database(db_uploads), make_key(account), [&](auto, auto value) {
        const auto row = decode_row<UploadRow>(value);
        return !row || each(*row);
    });
}

// ---- objects, queue, deliveries

std::optional<std::string> Snapshot::object(AccountId account, ObjectType type, std::string_view id) const {
    if (id.size() > longest_key_text) return std::nullopt;
    const auto bytes = raw().get(db_objects, object_key(account, type, id));
    return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
}

void Snapshot::objects(AccountId account, ObjectType type,
                       const std::function<bool(std::string_view, std::string_view)>& each) const {
    scan(raw().rows, raw().database(db_objects), object_key(account, type, {}),
         [&](std::string_view key, std::string_view value) { return each(key.substr(5), value); });
}

bool Snapshot::was_delivered(AccountId account, const Hash& key) const {
    return raw().get(db_delivered, body_key(account, key)).has_value();
}
std::optional<Time> Snapshot::delivered_at(AccountId account, const Hash& key) const {
    const auto at = raw().get(db_delivered, body_key(account, key));
    if (!at) return std::nullopt;
    return from_ordered(read_big<std::uint64_t>(*at));
}

void Snapshot::queue(
    Time until, const std::function<bool(AccountId, Time, std::string_view, std::string_view)>& each) const {
    scan(raw().rows, raw().database(db_queue), {}, [&](std::string_view key, std::string_view value) {
        const auto due = from_ordered(read_big<std::uint64_t>(key));
        return due <= until && each(read_big<AccountId>(key.substr(8)), due, key.substr(12), value);
    });
}

std::optional<Time> Snapshot::next_due() const {
    Cursor cursor(raw().rows, raw().database(db_queue));
    if (!cursor.seek({})) return std::nullopt;
    return from_ordered(read_big<std::uint64_t>(cursor.key()));
}

std::optional<std::string> Snapshot::queued(AccountId account, Time due, std::string_view id) const {
    if (id.size() > longest_key_text) return std::nullopt;
    const auto bytes = raw().get(db_queue, queue_key(due, account, id));
    return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
}

// ---- history

Result<void> Snapshot::history(AccountId account, Modseq since,
                               const std::function<bool(const Digest&)>& each) const {
    const auto now = state(account);
    if (since > now.modseq) return fail(Code::stale, "The state is newer than the account.");
    if (since < now.modseq && since + 1 < now.oldest_history)
        return fail(Code::stale, "The changes since this state are no longer kept.");
    bool damaged = false;
    scan(raw().rows, raw().database(db_history), make_key(account), make_key(account, since + 1),
         [&](auto, auto value) {
             const auto digest = decode_row<Digest>(value);
             damaged = !digest;
             return digest && each(*digest);
         });
    if (damaged) return fail(Code::corrupt, "The history of the account is damaged.");
    return {};
}

void Snapshot::log(Sequence from, const std::function<bool(Sequence, std::string_view)>& each) const {
    std::string room;
    const auto* dictionaries = raw().dictionaries();
    scan(raw().rows, raw().database(db_log), {}, make_key(from),
         [&](std::string_view key, std::string_view value) {
             return each(read_big<Sequence>(key), unpack_record(value, room, dictionaries));
         });
}

Sequence Snapshot::last_sequence() const {
    Cursor cursor(raw().rows, raw().database(db_log));
    return cursor.last() ? read_big<Sequence>(cursor.key()) : 0;
}

// ---- accounts

std::optional<AccountRow> Snapshot::account(AccountId account) const {
    return decoded<AccountRow>(raw().get(db_accounts, make_key(account)));
}

std::optional<AccountId> Snapshot::account_by_address(std::string_view address) const {
    if (address.size() > longest_key_text) return std::nullopt;
    const auto bytes = raw().get(db_addresses, address);
    return bytes ? std::optional(read_big<AccountId>(*bytes)) : std::nullopt;
}

void Snapshot::accounts(AccountId from, const std::function<bool(const AccountRow&)>& each) const {
    scan(raw().rows, raw().database(db_accounts), {}, make_key(from), [&](auto, auto value) {
        const auto row = decode_row<AccountRow>(value);
        return !row || each(*row);
    });
}

AccountId Snapshot::last_account() const {
    Cursor cursor(raw().rows, raw().database(db_states));
    return cursor.last() ? read_big<AccountId>(cursor.key()) : 0;
}

} // namespace facteur::store
