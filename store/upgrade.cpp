#include "store/upgrade.h"

#include "store/fields_of_rows.h"
#include "store/files.h"
#include "store/keys.h"
#include "store/thread_row.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <utility>

namespace facteur::store {
namespace {

std::string sealing_path(const std::string& store) {
    return store + "/sealing";
}

// Unread emails of each thread, and unread emails and threads of each mailbox.
class UnreadCounts {
public:
    explicit UnreadCounts(WriteTransaction& rows) : rows_(rows) {}

    Result<void> make_again() {
        count_emails();
        update<ThreadRow, ThreadId>(db_threads, [&](AccountId account, ThreadId id, ThreadRow& thread) {
            thread.unread = threads_[{account, id}];
            if (thread.unread == 0) return;
            for (const auto& presence : thread.mailboxes)
                ++mailboxes_[{account, presence.mailbox}].threads;
        });
        update<MailboxCounters, MailboxId>(db_counters,
                                           [&](AccountId account, MailboxId id, MailboxCounters& counters) {
                                               const auto& counted = mailboxes_[{account, id}];
                                               counters.unread = counted.emails;
                                               counters.unread_threads = counted.threads;
                                           });
        return rows_.commit();
    }

private:
    struct Unread {
        std::uint64_t emails = 0, threads = 0;
    };

    void count_emails() {
        scan(rows_.get(), rows_.database(db_emails), {}, [&](std::string_view key, std::string_view value) {
            const auto email = EmailView::over(value);
            if (!email || !is_unread(email->keywords())) return true;
            const auto account = read_big<AccountId>(key);
            ++threads_[{account, email->thread()}];
            for (const auto& ref : email->refs())
                ++mailboxes_[{account, ref.mailbox}].emails;
            return true;
        });
    }

    // A damaged row stays as it is: `check` names it.
    template <typename Row, typename Id, typename Change>
    void update(Database database, Change&& change) {
        std::vector<std::pair<std::string, std::string>> changed;
        scan(rows_.get(), rows_.database(database), {}, [&](std::string_view key, std::string_view value) {
            auto row = decode_row<Row>(value);
            if (!row) return true;
            change(read_big<AccountId>(key), read_big<Id>(key.substr(sizeof(AccountId))), *row);
            if (auto encoded = encode_row(*row); encoded != value)
                changed.emplace_back(key, std::move(encoded));
            return true;
        });
        for (const auto& [key, value] : changed)
            rows_.put(database, key, value);
    }

    WriteTransaction& rows_;
    std::map<std::pair<AccountId, ThreadId>, std::uint32_t> threads_;
    std::map<std::pair<AccountId, MailboxId>, Unread> mailboxes_;
};

// The values of the UID index, and how many emails of each mailbox are unseen. None has \Deleted yet.
Result<void> make_uid_index_again(WriteTransaction& rows) {
    std::vector<std::pair<std::string, std::string>> entries, changed;
    std::map<std::pair<AccountId, MailboxId>, std::uint64_t> unseen;
    scan(rows.get(), rows.database(db_emails), {}, [&](std::string_view key, std::string_view value) {
        const auto email = EmailView::over(value);
        if (!email) return true;
        const auto account = read_big<AccountId>(key);
        for (const auto& ref : email->refs()) {
            entries.emplace_back(make_key(account, ref.mailbox, ref.uid),
                                 uid_value(email->id(), email->keywords(), ref.deleted, email->changed()));
            if ((email->flags() & flag_seen) == 0) ++unseen[{account, ref.mailbox}];
        }
        return true;
    });
    scan(rows.get(), rows.database(db_counters), {}, [&](std::string_view key, std::string_view value) {
        auto counters = decode_row<MailboxCounters>(value);
        if (!counters) return true;
        const auto found = unseen.find({read_big<AccountId>(key), read_big<MailboxId>(key.substr(4))});
        counters->unseen = found == unseen.end() ? 0 : found->second;
        changed.emplace_back(key, encode_row(*counters));
        return true;
    });
    for (const auto& [key, value] : entries)
        rows.put(db_uids, key, value);
    for (const auto& [key, value] : changed)
        rows.put(db_counters, key, value);
    return rows.commit();
}

} // namespace

Result<void> upgrade(const Shard& shard, int from) {
    if (from <= 1) {
        WriteTransaction rows(shard.rows());
        if (auto done = UnreadCounts(rows).make_again(); !done) return done;
    }
    WriteTransaction rows(shard.rows());
    return make_uid_index_again(rows);
}

Result<void> begin_sealing(const std::string& store) {
    return replace_file(sealing_path(store), "seals\n");
}

Result<void> seal(const std::string& store, const std::vector<std::unique_ptr<Shard>>& shards) {
    const bool may = std::filesystem::exists(sealing_path(store));
    for (const auto& shard : shards) {
        if (shard->fault() || shard->rows().is_sealed()) continue;
        if (!may)
            return fail(Code::corrupt,
                        fmt::format("The rows of {} are damaged: restore a backup.", shard->path()));
        if (auto done = shard->rows().seal(account_of_row); !done) return done;
    }
    std::error_code error;
    if (may && (!std::filesystem::remove(sealing_path(store), error) || !sync_folder(store)))
        return fail(Code::io, fmt::format("Cannot remove {}.", sealing_path(store)));
    return {};
}

} // namespace facteur::store
