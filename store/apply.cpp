#include "store/apply.h"

#include "store/fields_of_rows.h"
#include "store/keys.h"
#include "store/packed_rows.h"
#include "store/packing.h"
#include "store/thread_row.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

namespace facteur::store {
namespace {

// A delivery is known again for this long: what a sender's queue lives at most, and some more.
constexpr Time delivery_memory = 7 * 24 * 3600;
// Expired notes that one new note clears away.
constexpr int notes_cleared = 4;
// Message ids of one email that later ones may be threaded by.
constexpr std::size_t message_ids_kept = 64;

struct ListValue {
    ThreadId thread;
    std::uint32_t flags;
    bool has_attachment;
};
std::string encode_list_value(const ListValue& value) {
    std::string bytes;
    append_big(bytes, value.thread);
    append_big(bytes, value.flags);
    bytes.push_back(value.has_attachment ? 1 : 0);
    return bytes;
}

// The number of an id that was made of one (`Draft::new_object`): some letters, then digits. 0: it has none.
std::uint64_t number_in(std::string_view id) {
    constexpr std::size_t longest = 16; // longer ones are hashes
    const auto digits = id.find_first_of("0123456789");
    if (digits == std::string_view::npos || id.size() > longest) return 0;
    std::uint64_t number = 0;
    const auto* end = id.data() + id.size();
    const auto read = std::from_chars(id.data() + digits, end, number);
    return read.ec == std::errc{} && read.ptr == end ? number : 0;
}

class Applier {
public:
    Applier(const Commit& commit, WriteTransaction& rows)
        : commit_(commit), rows_(rows), account_(commit.account) {
        if (const auto bytes = rows_.get(db_states, make_key(account_)))
            if (auto state = decode_row<AccountState>(*bytes)) state_ = *state;
        digest_.modseq = commit.modseq;
    }

    void operator()(const EmailAdded& change) {
        auto row = change.row;
        row.created = row.changed = commit_.modseq;
        rows_.append(db_structures, make_key(account_, row.id), encode(change.structure));
        for (const auto hash : threading_hashes(change.structure))
            rows_.put(db_message_ids, make_key(account_, hash, row.id), make_key(row.thread));
        rows_.put(db_email_bodies, body_key(account_, row.body).append(make_key(row.id)), {});
        hold(row.body, +1);
        index(row, nullptr);
        show(row, nullptr);
        rows_.append(db_emails, make_key(account_, row.id), encode(row));

        state_.next_email = std::max(state_.next_email, row.id + 1);
        ++state_.emails;
        state_.size += row.size;
        touch(StateType::quota);
        if (change.delivered) touch(StateType::email_delivery);
    }

    void operator()(const EmailUpdated& change) {
        const auto before = email(change.id);
        if (!before) return;
        auto row = *before;
        row.keywords = change.keywords;
        row.mailboxes = change.mailboxes;
        row.changed = commit_.modseq;
        index(row, &*before);
        show(row, &*before);
        rows_.put(db_emails, make_key(account_, row.id), encode(row));
    }

    void operator()(const EmailRemoved& change) {
        const auto before = email(change.id);
        if (!before) return;
        if (const auto bytes = row_at(db_structures, before->id))
            if (const auto structure = decode_structure(*bytes))
                for (const auto hash : threading_hashes(*structure))
                    rows_.remove(db_message_ids, make_key(account_, hash, before->id));
        rows_.remove(db_structures, make_key(account_, before->id));
        rows_.remove(db_email_bodies, body_key(account_, before->body).append(make_key(before->id)));
        hold(before->body, -1);
        auto nowhere = *before;
        nowhere.mailboxes.clear();
        index(nowhere, &*before);
        if (is_hidden(*before)) {
            --state_.hidden;
            digest_.emails_hidden.push_back(before->id);
        } else {
            hide(*before);
        }
        rows_.remove(db_emails, make_key(account_, before->id));

        --state_.emails;
        state_.size -= before->size;
        touch(StateType::quota);
    }

    void operator()(const MailboxPut& change) {
        const auto key = make_key(account_, change.row.id);
        const bool is_new = !rows_.get(db_mailboxes, key);
        rows_.put(db_mailboxes, key, encode_row(change.row));
        if (is_new) counters(change.row.id);
        state_.next_mailbox = std::max(state_.next_mailbox, change.row.id + 1);
        (is_new ? digest_.mailboxes_added : digest_.mailboxes_updated).push_back(change.row.id);
        touch(StateType::mailbox);
    }
    void operator()(const MailboxRemoved& change) {
        removed_mailboxes_.push_back(change.id);
        digest_.mailboxes_removed.push_back(change.id);
        touch(StateType::mailbox);
    }

    void operator()(const ObjectPut& change) {
        const auto key = object_key(account_, change.type, change.id);
        const bool is_new = !rows_.get(db_objects, key);
        if (is_new) state_.next_object = std::max(state_.next_object, number_in(change.id)) + 1;
        rows_.put(db_objects, key, change.value);
        note_object(change.type, change.id,
                    is_new ? Digest::Object::What::added : Digest::Object::What::updated);
    }
    void operator()(const ObjectRemoved& change) {
        const auto key = object_key(account_, change.type, change.id);
        if (!rows_.get(db_objects, key)) return;
        rows_.remove(db_objects, key);
        note_object(change.type, change.id, Digest::Object::What::removed);
    }

    void operator()(const UploadPut& change) {
        const auto key = body_key(account_, change.row.body);
        if (!rows_.get(db_uploads, key)) hold(change.row.body, +1);
        rows_.put(db_uploads, key, encode_row(change.row));
    }
    void operator()(const UploadRemoved& change) {
        const auto key = body_key(account_, change.body);
        if (!rows_.get(db_uploads, key)) return;
        rows_.remove(db_uploads, key);
        hold(change.body, -1);
    }

    void operator()(const DeliveryNoted& change) {
        if (const auto before = rows_.get(db_delivered, body_key(account_, change.key)))
            rows_.remove(db_delivered_at, make_key(account_).append(*before).append(bytes_of(change.key)));
        rows_.put(db_delivered, body_key(account_, change.key), make_key(ordered(change.at)));
        rows_.put(db_delivered_at, make_key(account_, ordered(change.at)).append(bytes_of(change.key)), {});
        std::vector<std::string> expired;
        scan(rows_.get(), rows_.database(db_delivered_at), make_key(account_), [&](auto key, auto) {
            const auto at = from_ordered(read_big<std::uint64_t>(key.substr(4)));
            if (at >= change.at - delivery_memory || expired.size() == notes_cleared) return false;
            expired.emplace_back(key);
            return true;
        });
        for (const auto& key : expired) {
            rows_.remove(db_delivered_at, key);
            rows_.remove(db_delivered, make_key(account_).append(key.substr(12)));
        }
    }

    void operator()(const QueuePut& change) {
        rows_.put(db_queue, queue_key(change.due, account_, change.id), change.value);
    }
    void operator()(const QueueRemoved& change) {
        rows_.remove(db_queue, queue_key(change.due, account_, change.id));
    }

    void operator()(const AccountPut& change) {
        forget_addresses();
        rows_.put(db_accounts, make_key(account_), encode(change.row));
        rows_.put(db_addresses, change.row.address, make_key(account_));
        for (const auto& alias : change.row.aliases)
            rows_.put(db_addresses, alias, make_key(account_));
    }
    void operator()(const AccountRemoved&) {
        forget_addresses();
        rows_.remove(db_accounts, make_key(account_));
    }

    // Writes what was gathered: counters, threads, digest, state, record.
    void finish(std::string_view record) {
        if (commit_.changes.empty()) begin_epoch();
        count_threads();
        for (const auto& [mailbox, of_mailbox] : counters_) {
            const bool is_gone = std::find(removed_mailboxes_.begin(), removed_mailboxes_.end(), mailbox) !=
                                 removed_mailboxes_.end();
            if (is_gone) continue;
            rows_.put(db_counters, make_key(account_, mailbox), encode_row(of_mailbox));
            digest_.mailboxes_counted.push_back(mailbox);
            touch(StateType::mailbox);
        }
        for (const auto mailbox : removed_mailboxes_) {
            rows_.remove(db_mailboxes, make_key(account_, mailbox));
            rows_.remove(db_counters, make_key(account_, mailbox));
        }
        if (state_.oldest_history == 0) state_.oldest_history = commit_.modseq;
        state_.modseq = commit_.modseq;
        rows_.put(db_states, make_key(account_), encode_row(state_));
        rows_.put(db_history, make_key(account_, commit_.modseq), encode_row(digest_));
        rows_.append(db_log, make_key(commit_.sequence), pack_record(record));
    }

private:
    // A restored account goes on (store/backup): what it would give next is passed over, as far as its modseq
    // jumps, because clients may have seen it of what came after the backup; and what changed before cannot
    // be told. Of mailboxes and UIDs there are fewer: 2³² in all.
    void begin_epoch() {
        constexpr std::uint64_t most = 1u << 20, all = std::numeric_limits<std::uint32_t>::max();
        const auto skipped = commit_.modseq - state_.modseq;
        const auto pass = [&](std::uint32_t& next) {
            next = static_cast<std::uint32_t>(std::min(next + std::min(skipped, most), all));
        };
        state_.next_email += skipped;
        state_.next_object += skipped;
        pass(state_.next_mailbox);
        scan(rows_.get(), rows_.database(db_mailboxes), make_key(account_), [&](std::string_view key, auto) {
            pass(counters(read_big<MailboxId>(key.substr(4))).uid_next);
            return true;
        });
        std::vector<std::string> digests;
        scan(rows_.get(), rows_.database(db_history), make_key(account_), [&](std::string_view key, auto) {
            digests.emplace_back(key);
            return true;
        });
        for (const auto& key : digests)
            rows_.remove(db_history, key);
        state_.oldest_history = commit_.modseq;
        for (std::size_t type = 0; type < state_types; ++type)
            touch(static_cast<StateType>(type));
    }

    void touch(StateType type) { state_.changed[static_cast<std::size_t>(type)] = commit_.modseq; }

    std::optional<std::string_view> row_at(Database database, EmailId id) {
        const auto key = make_key(account_, id);
        const auto stored = rows_.get(database, key);
        return stored ? unpacked_row(rows_.get(), rows_.database(database), key, *stored, room_)
                      : std::nullopt;
    }
    std::optional<EmailRow> email(EmailId id) {
        const auto bytes = row_at(db_emails, id);
        const auto view = bytes ? EmailView::over(*bytes) : fail(Code::not_found, {});
        return view ? std::optional(view->row()) : std::nullopt;
    }

    MailboxCounters& counters(MailboxId mailbox) {
        auto [entry, is_new] = counters_.try_emplace(mailbox);
        if (is_new)
            if (const auto bytes = rows_.get(db_counters, make_key(account_, mailbox)))
                if (auto known = decode_row<MailboxCounters>(*bytes)) entry->second = *known;
        entry->second.highest_modseq = commit_.modseq;
        return entry->second;
    }

    // Brings the list and UID indices and the mailboxes' counters from `before`, or nothing, to the row's
    // state.
    void index(const EmailRow& row, const EmailRow* before) {
        const auto still = [&](const MailboxRef& ref, bool seen) {
            return std::any_of(row.mailboxes.begin(), row.mailboxes.end(), [&](const MailboxRef& now) {
                return is_same_place(now, ref) && !(seen && now.deleted);
            });
        };
        for (const auto& ref : before != nullptr ? before->mailboxes : std::vector<MailboxRef>()) {
            count_place(counters(ref.mailbox), ref, *before, -1);
            if (!ref.deleted && !still(ref, true))
                rows_.remove(db_received, received_key(account_, ref.mailbox, row.received, row.id));
            if (still(ref, false)) continue;
            rows_.remove(db_uids, make_key(account_, ref.mailbox, ref.uid));
            digest_.expunged.push_back({ref.mailbox, ref.uid});
        }
        for (const auto& ref : row.mailboxes) {
            auto& count = counters(ref.mailbox);
            count_place(count, ref, row, +1);
            count.uid_next = std::max(count.uid_next, ref.uid + 1);
            if (!ref.deleted)
                rows_.put(db_received, received_key(account_, ref.mailbox, row.received, row.id),
                          list_value(row));
            rows_.put(db_uids, make_key(account_, ref.mailbox, ref.uid),
                      uid_value(row.id, row.keywords, ref.deleted, row.changed));
        }
    }
    static void count_place(MailboxCounters& count, const MailboxRef& ref, const EmailRow& row, int sign) {
        const auto delta = static_cast<std::uint64_t>(static_cast<std::int64_t>(sign));
        if ((row.keywords.flags & flag_seen) == 0) count.unseen += delta;
        if (ref.deleted) {
            count.deleted += delta;
            count.deleted_size += delta * row.size;
            return;
        }
        count.emails += delta;
        count.size += delta * row.size;
        if (is_unread(row.keywords)) count.unread += delta;
    }

    // What JMAP sees of an email that was added or updated: lists of the account, threads, changes.
    void show(const EmailRow& row, const EmailRow* before) {
        const bool was_seen = before != nullptr && !is_hidden(*before), is_seen = !is_hidden(row);
        if (!was_seen && !is_seen) {
            if (before == nullptr) ++state_.hidden;
            digest_.emails_hidden.push_back(row.id);
            return;
        }
        if (!is_seen) {
            ++state_.hidden;
            return hide(*before);
        }
        if (before != nullptr && !was_seen) --state_.hidden;
        if (!was_seen) rows_.put(db_members, member_key(account_, row.thread, row.received, row.id), {});
        rows_.put(db_received, received_key(account_, 0, row.received, row.id), list_value(row));
        join_thread(row, was_seen ? before : nullptr);
        (was_seen ? digest_.emails_updated : digest_.emails_added).push_back(row.id);
        touch(StateType::email);
    }
    void hide(const EmailRow& before) {
        rows_.remove(db_members, member_key(account_, before.thread, before.received, before.id));
        rows_.remove(db_received, received_key(account_, 0, before.received, before.id));
        leave_thread(before);
        digest_.emails_removed.push_back(before.id);
        touch(StateType::email);
    }
    static std::string list_value(const EmailRow& row) {
        return encode_list_value({row.thread, row.keywords.flags, row.has_attachment});
    }

    // ---- threads

    struct ThreadChange {
        ThreadRow before, now;
        bool members_changed = false;
    };
    ThreadChange& thread(ThreadId id) {
        auto [entry, is_new] = threads_.try_emplace(id);
        if (is_new)
            if (const auto bytes = rows_.get(db_threads, make_key(account_, id)))
                if (auto known = decode_row<ThreadRow>(*bytes))
                    entry->second.before = entry->second.now = *known;
        return entry->second;
    }
    static void count_in(ThreadRow& thread, const EmailRow& row, int delta) {
        thread.emails += static_cast<std::uint32_t>(delta);
        if (is_unread(row.keywords)) thread.unread += static_cast<std::uint32_t>(delta);
        for (const auto& ref : row.mailboxes)
            if (!ref.deleted) thread.add(ref.mailbox, delta);
    }
    void join_thread(const EmailRow& row, const EmailRow* before) {
        auto& change = thread(row.thread);
        if (before != nullptr)
            count_in(change.now, *before, -1);
        else
            change.members_changed = true;
        count_in(change.now, row, +1);
    }
    void leave_thread(const EmailRow& before) {
        auto& change = thread(before.thread);
        count_in(change.now, before, -1);
        change.members_changed = true;
    }
    void count_threads() {
        for (const auto& [id, change] : threads_) {
            for (const auto& presence : change.before.mailboxes) {
                auto& count = counters(presence.mailbox);
                --count.threads;
                if (change.before.unread > 0) --count.unread_threads;
            }
            for (const auto& presence : change.now.mailboxes) {
                auto& count = counters(presence.mailbox);
                ++count.threads;
                if (change.now.unread > 0) ++count.unread_threads;
            }
            const auto key = make_key(account_, id);
            if (change.now.emails == 0)
                rows_.remove(db_threads, key);
            else
                rows_.put(db_threads, key, encode_row(change.now));
            if (!change.members_changed) continue;
            touch(StateType::thread);
            auto& told = change.before.emails == 0 ? digest_.threads_added
                         : change.now.emails == 0  ? digest_.threads_removed
                                                   : digest_.threads_updated;
            told.push_back(id);
        }
    }

    // ---- bodies

    void hold(const Hash& body, int delta) {
        const auto key = std::string(bytes_of(body)).append(make_key(account_));
        std::uint32_t count = 0;
        if (const auto bytes = rows_.get(db_holders, key)) count = read_big<std::uint32_t>(*bytes);
        count += static_cast<std::uint32_t>(delta);
        if (count > 0) {
            rows_.put(db_holders, key, make_key(count));
            if (delta > 0) rows_.remove(db_dead, bytes_of(body));
            return;
        }
        rows_.remove(db_holders, key);
        Cursor others(rows_.get(), rows_.database(db_holders));
        if (!others.seek(bytes_of(body)) || !others.key().starts_with(bytes_of(body)))
            rows_.put(db_dead, bytes_of(body), {});
    }

    void note_object(ObjectType type, const std::string& id, Digest::Object::What what) {
        digest_.objects.push_back({type, id, what});
        switch (type) {
        case ObjectType::identity: return touch(StateType::identity);
        case ObjectType::email_submission: return touch(StateType::email_submission);
        case ObjectType::vacation_response: return touch(StateType::vacation_response);
        case ObjectType::settings: return touch(StateType::settings);
        case ObjectType::push_subscription:
        case ObjectType::session:
        case ObjectType::app_password:
        case ObjectType::annotation:
        case ObjectType::acl:
        case ObjectType::shared: return;
        }
    }

    void forget_addresses() {
        const auto bytes = rows_.get(db_accounts, make_key(account_));
        if (!bytes) return;
        const auto before = decode_account(*bytes);
        if (!before) return;
        rows_.remove(db_addresses, before->address);
        for (const auto& alias : before->aliases)
            rows_.remove(db_addresses, alias);
    }

    const Commit& commit_;
    WriteTransaction& rows_;
    AccountId account_;
    AccountState state_;
    Digest digest_;
    // Ordered, so that equal commits write in an equal order.
    std::map<MailboxId, MailboxCounters> counters_;
    std::map<ThreadId, ThreadChange> threads_;
    std::vector<MailboxId> removed_mailboxes_;
    RowRoom room_;
};

} // namespace

std::vector<std::uint64_t> threading_hashes(const StructureRow& structure) {
    std::vector<std::uint64_t> hashes;
    const auto add = [&](const std::vector<std::string>& ids) {
        for (auto id = ids.rbegin(); id != ids.rend() && hashes.size() < message_ids_kept; ++id)
            if (!id->empty()) hashes.push_back(message_id_hash(*id));
    };
    add(structure.message_ids);
    add(structure.in_reply_to);
    add(structure.references);
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    return hashes;
}

void apply(const Commit& commit, std::string_view record, WriteTransaction& rows) {
    Applier applier(commit, rows);
    for (const auto& change : commit.changes)
        std::visit(applier, change);
    applier.finish(record);
}

} // namespace facteur::store
