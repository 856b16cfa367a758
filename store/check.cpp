// Verifies a store against its own rows: what every index, counter and reference should hold is made again
// from the email, mailbox and upload rows and compared, both ways (each wanted entry is there with its value,
// and there are no others). Memory does not grow with an account's emails: what needs them in another order
// (threads, references of bodies) walks the index of that order, which was held against the rows before.
#include "store/apply.h"
#include "store/bodies.h"
#include "store/fields_of_rows.h"
#include "store/keys.h"
#include "store/pages.h"
#include "store/shard.h"
#include "store/store.h"
#include "store/thread_row.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace facteur::store {
namespace {

constexpr std::size_t most_findings = 1000;
constexpr std::uint64_t steps_between_reports = 100;

// Counts rows and bodies.
class Steps {
public:
    Steps(const std::function<void(std::uint64_t, std::uint64_t)>& progress, std::uint64_t total)
        : progress_(progress), total_(total) {}
    void add() {
        if (++done_ % steps_between_reports == 0 && progress_) progress_(std::min(done_, total_), total_);
    }
    void finish() const {
        if (progress_) progress_(total_, total_);
    }

private:
    const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
    std::uint64_t total_, done_ = 0;
};

class Checker {
public:
    Checker(const Snapshot& now, ShardId shard, CheckReport& report, Steps& steps)
        : now_(now), shard_(shard), report_(report), steps_(steps) {}

    void run(bool quick) {
        std::set<AccountId> accounts;
        for (const auto database : {db_states, db_emails, db_structures, db_mailboxes, db_counters,
                                    db_received, db_uids, db_members, db_threads, db_message_ids,
                                    db_email_bodies, db_uploads, db_delivered, db_delivered_at, db_history})
            for (auto account = next_account(database, 0); account;
                 account = next_account(database, *account + 1))
                accounts.insert(*account);
        for (const auto account : accounts)
            check_account(account);
        check_holders();
        check_log();
        if (!quick) check_bodies();
    }

private:
    void find(AccountId account, std::string what) {
        if (report_.findings.size() < most_findings)
            report_.findings.push_back({shard_, account, std::move(what)});
    }
    [[nodiscard]] std::optional<std::string_view> get(Database database, std::string_view key) const {
        return now_.raw().get(database, key);
    }
    template <typename Each>
    void each(Database database, std::string_view prefix, Each&& visit) const {
        scan(now_.raw().rows, now_.raw().database(database), prefix, std::forward<Each>(visit));
    }
    [[nodiscard]] std::optional<AccountId> next_account(Database database, AccountId from) const {
        Cursor cursor(now_.raw().rows, now_.raw().database(database));
        if (!cursor.seek(make_key(from)) || cursor.key().size() < 4) return std::nullopt;
        return read_big<AccountId>(cursor.key());
    }
    [[nodiscard]] std::uint64_t count(Database database, AccountId account) const {
        std::uint64_t entries = 0;
        each(database, make_key(account), [&](auto, auto) { return ++entries, true; });
        return entries;
    }

    // What the rows of one account say that its indices and counters must be.
    struct Wanted {
        std::map<MailboxId, MailboxCounters> counters;
        std::map<Database, std::uint64_t> entries;
        std::uint64_t emails = 0, size = 0, hidden = 0;
        EmailId last_email = 0;
        Modseq last_modseq = 0;
    };

    void want(Wanted& wanted, AccountId account, Database database, std::string_view key,
              std::optional<std::string_view> value, EmailId email) {
        ++wanted.entries[database];
        const auto found = get(database, key);
        if (!found)
            find(account,
                 fmt::format("Email {} is missing from the index {}.", email, row_databases[database]));
        else if (value && *found != *value)
            find(account,
                 fmt::format("Email {} has a wrong entry in the index {}.", email, row_databases[database]));
    }

    void check_email(Wanted& wanted, AccountId account, const EmailRow& row) {
        const auto id = row.id;
        std::string list_value;
        append_big(list_value, row.thread);
        append_big(list_value, row.keywords.flags);
        list_value.push_back(row.has_attachment ? 1 : 0);
        if (is_hidden(row)) {
            ++wanted.hidden;
        } else {
            want(wanted, account, db_received, received_key(account, 0, row.received, id), list_value, id);
            want(wanted, account, db_members, member_key(account, row.thread, row.received, id), {}, id);
        }
        want(wanted, account, db_email_bodies, body_key(account, row.body).append(make_key(id)), {}, id);
        const auto structure = now_.raw().get_row(db_structures, make_key(account, id));
        ++wanted.entries[db_structures];
        const auto decoded = structure ? decode_structure(*structure) : fail(Code::not_found, {});
        if (!decoded)
            find(account, fmt::format("The structure of email {} is missing or damaged.", id));
        else
            for (const auto hash : threading_hashes(*decoded))
                want(wanted, account, db_message_ids, make_key(account, hash, id), make_key(row.thread), id);

        if (row.mailboxes.empty()) find(account, fmt::format("Email {} is in no mailbox.", id));
        for (const auto& ref : row.mailboxes) {
            if (!ref.deleted)
                want(wanted, account, db_received, received_key(account, ref.mailbox, row.received, id),
                     list_value, id);
            want(wanted, account, db_uids, make_key(account, ref.mailbox, ref.uid),
                 uid_value(id, row.keywords, ref.deleted, row.changed), id);
            count_place(wanted.counters[ref.mailbox], ref, row);
        }
        ++wanted.emails;
        wanted.size += row.size;
        wanted.last_email = std::max(wanted.last_email, id);
        wanted.last_modseq = std::max(wanted.last_modseq, row.changed);
        ++report_.emails;
        steps_.add();
    }

    static void count_place(MailboxCounters& counters, const MailboxRef& ref, const EmailRow& row) {
        counters.uid_next = std::max(counters.uid_next, ref.uid + 1);
        if ((row.keywords.flags & flag_seen) == 0) ++counters.unseen;
        if (ref.deleted) {
            ++counters.deleted;
            counters.deleted_size += row.size;
            return;
        }
        ++counters.emails;
        counters.size += row.size;
        if (is_unread(row.keywords)) ++counters.unread;
    }

    void check_account(AccountId account) {
        Wanted wanted;
        each(db_emails, make_key(account), [&](std::string_view key, std::string_view stored) {
            const auto row =
                unpacked_row(now_.raw().rows, now_.raw().database(db_emails), key, stored, now_.raw().room);
            const auto view = row ? EmailView::over(*row) : fail(Code::corrupt, {});
            if (!view || view->id() != read_big<EmailId>(key.substr(4)))
                find(account,
                     fmt::format("The row of email {} is damaged.", read_big<EmailId>(key.substr(4))));
            else
                check_email(wanted, account, view->row());
            return true;
        });
        each(db_uploads, make_key(account), [&](std::string_view key, std::string_view value) {
            const auto body = to_hash(key.substr(4));
            const auto row = decode_row<UploadRow>(value);
            if (!row || row->body != body)
                find(account, fmt::format("The row of upload {} is damaged.", to_hex(body)));
            if (references(body, account) == 1) ++holders_; // no email holds it
            return true;
        });
        count_bodies(account);
        for (const auto database :
             {db_received, db_uids, db_members, db_email_bodies, db_structures, db_message_ids})
            if (const auto found = count(database, account); found != wanted.entries[database])
                find(account, fmt::format("The index {} has {} entries and should have {}.",
                                          row_databases[database], found, wanted.entries[database]));
        check_threads(wanted, account);
        check_mailboxes(wanted, account);
        check_state(wanted, account);
        check_history(account);
        check_deliveries(account);
        ++report_.accounts;
    }

    // How many emails and uploads of the account hold the body.
    [[nodiscard]] std::uint32_t references(const Hash& body, AccountId account) const {
        const auto key = body_key(account, body);
        std::uint32_t references = get(db_uploads, key) ? 1 : 0;
        each(db_email_bodies, key, [&](auto, auto) { return ++references, true; });
        return references;
    }

    void count_bodies(AccountId account) {
        std::string previous;
        each(db_email_bodies, make_key(account), [&](std::string_view key, auto) {
            const auto body = key.substr(0, key.size() - sizeof(EmailId));
            if (body == previous) return true;
            previous = body;
            return ++holders_, true;
        });
    }

    void check_threads(Wanted& wanted, AccountId account) {
        std::uint64_t threads = 0;
        ThreadId thread = 0;
        ThreadRow row;
        const auto finish = [&] {
            if (row.emails == 0) return;
            ++threads;
            check_thread(wanted, account, thread, row);
        };
        each(db_members, make_key(account), [&](std::string_view key, auto) {
            const auto of = read_big<ThreadId>(key.substr(sizeof account));
            const auto bytes = now_.raw().get_row(
                db_emails, make_key(account, read_big<EmailId>(key.substr(key.size() - sizeof(EmailId)))));
            const auto email = bytes ? EmailView::over(*bytes) : fail(Code::not_found, {});
            if (!email || email->thread() != of) return true; // the index is wrong, and was named
            if (of != thread) {
                finish();
                thread = of;
                row = {};
            }
            ++row.emails;
            if (is_unread(Keywords{email->flags(), {}})) ++row.unread;
            for (const auto& ref : email->mailboxes())
                row.add(ref.mailbox, +1);
            return true;
        });
        finish();
        if (count(db_threads, account) != threads) find(account, "There are threads without emails.");
    }

    void check_thread(Wanted& wanted, AccountId account, ThreadId id, const ThreadRow& row) {
        const auto bytes = get(db_threads, make_key(account, id));
        const auto found = bytes ? decode_row<ThreadRow>(*bytes) : fail(Code::not_found, {});
        if (!found || !(*found == row)) find(account, fmt::format("The counts of thread {} are wrong.", id));
        for (const auto& presence : row.mailboxes) {
            auto& counters = wanted.counters[presence.mailbox];
            ++counters.threads;
            if (row.unread > 0) ++counters.unread_threads;
        }
    }

    void check_mailboxes(Wanted& wanted, AccountId account) {
        std::set<std::pair<MailboxId, std::string>> names;
        const auto mailboxes = now_.mailboxes(account);
        if (count(db_mailboxes, account) != mailboxes.size())
            find(account, "The row of a mailbox is damaged.");
        if (count(db_counters, account) != mailboxes.size())
            find(account, "There are counters of a mailbox that does not exist, or a mailbox without them.");
        for (const auto& row : mailboxes) {
            const auto found = now_.counters(account, row.id);
            auto& counters = wanted.counters[row.id];
            if (found.uid_next < counters.uid_next)
                find(account, fmt::format("The next UID of mailbox {} was given already.", row.id));
            if (found.highest_modseq > now_.state(account).modseq)
                find(account, fmt::format("The modseq of mailbox {} is ahead of its account.", row.id));
            counters.uid_next = found.uid_next;
            counters.highest_modseq = found.highest_modseq;
            if (!(found == counters))
                find(account,
                     fmt::format("The counters of mailbox {} ({}) are wrong: {} emails, {} unread, {} and {} "
                                 "threads, {} unseen, {} deleted; counted {}, {}, {}, {}, {}, {}.",
                                 row.id, row.name, found.emails, found.unread, found.threads,
                                 found.unread_threads, found.unseen, found.deleted, counters.emails,
                                 counters.unread, counters.threads, counters.unread_threads, counters.unseen,
                                 counters.deleted));
            if (row.parent != 0 && !now_.mailbox(account, row.parent))
                find(account, fmt::format("The parent of mailbox {} does not exist.", row.id));
            if (!names.insert({row.parent, row.name}).second)
                find(account, fmt::format("Two mailboxes are called {}.", row.name));
            wanted.counters.erase(row.id);
            ++report_.mailboxes;
        }
        for (const auto& [id, counters] : wanted.counters)
            find(account, fmt::format("Emails are in mailbox {}, which does not exist.", id));
    }

    void check_state(const Wanted& wanted, AccountId account) {
        const auto state = now_.state(account);
        if (state.emails != wanted.emails || state.size != wanted.size || state.hidden != wanted.hidden)
            find(account,
                 fmt::format("The account counts {} emails of {} octets, {} hidden; there are {} of {}, {}.",
                             state.emails, state.size, state.hidden, wanted.emails, wanted.size,
                             wanted.hidden));
        if (wanted.last_email >= state.next_email) find(account, "The next email id was given already.");
        if (wanted.last_modseq > state.modseq) find(account, "An email is newer than its account.");
        if (!get(db_history, make_key(account, state.modseq)) && state.modseq > 0)
            find(account, "The last commit is missing from the history.");
    }

    void check_history(AccountId account) {
        const auto state = now_.state(account);
        Modseq previous = 0;
        each(db_history, make_key(account), [&](std::string_view key, std::string_view value) {
            const auto modseq = read_big<Modseq>(key.substr(4));
            const auto digest = decode_row<Digest>(value);
            if (!digest || digest->modseq != modseq)
                find(account, fmt::format("The history of the account is damaged at {}.", modseq));
            if (previous != 0 && modseq != previous + 1)
                find(account,
                     fmt::format("The history of the account jumps from {} to {}.", previous, modseq));
            if (previous == 0 && modseq != state.oldest_history)
                find(account, fmt::format("The history of the account begins at {} and should at {}.", modseq,
                                          state.oldest_history));
            previous = modseq;
            return true;
        });
        if (previous > state.modseq) find(account, "The history is ahead of its account.");
    }

    void check_deliveries(AccountId account) {
        each(db_delivered, make_key(account), [&](std::string_view key, std::string_view value) {
            if (!get(db_delivered_at, make_key(account).append(value).append(key.substr(4))))
                find(account, "A delivery is remembered without an end.");
            return true;
        });
        if (count(db_delivered, account) != count(db_delivered_at, account))
            find(account, "The deliveries that are remembered are miscounted.");
    }

    void check_holders() {
        std::uint64_t entries = 0;
        each(db_holders, {}, [&](std::string_view key, std::string_view value) {
            const auto body = to_hash(key);
            const auto account = read_big<AccountId>(key.substr(sizeof body.bytes));
            const auto wanted = references(body, account);
            if (wanted == 0 || wanted != read_big<std::uint32_t>(value))
                find(account, fmt::format("The references of body {} are miscounted.", to_hex(body)));
            if (get(db_dead, bytes_of(body)))
                find(account, fmt::format("The body {} is held and marked for removal.", to_hex(body)));
            return ++entries, true;
        });
        if (entries != holders_)
            find(0, fmt::format("There are {} references of bodies and should be {}.", entries, holders_));
    }

    void check_log() {
        Sequence previous = 0;
        now_.log(0, [&](Sequence sequence, std::string_view record) {
            if (previous != 0 && sequence != previous + 1)
                find(0, fmt::format("The log jumps from record {} to {}.", previous, sequence));
            const auto commit = decode_commit(record);
            if (!commit || commit->sequence != sequence)
                find(0, fmt::format("Record {} of the log is damaged.", sequence));
            previous = sequence;
            return true;
        });
    }

    void check_bodies() {
        for (auto& fault : verify_pieces(now_.raw().open_bodies(), now_.raw().bodies_database()))
            find(0, std::move(fault));
        Hash previous;
        each(db_holders, {}, [&](std::string_view key, auto) {
            const auto hash = to_hash(key);
            if (report_.bodies > 0 && hash == previous) return true;
            previous = hash;
            const auto body = now_.read_body(hash);
            if (!body)
                find(read_big<AccountId>(key.substr(sizeof hash.bytes)), body.error().message);
            else
                report_.octets += body->size();
            ++report_.bodies;
            steps_.add();
            return true;
        });
    }

    const Snapshot& now_;
    ShardId shard_;
    CheckReport& report_;
    Steps& steps_;
    std::uint64_t holders_ = 0; // that there should be: bodies, by account
};

void check_directory(const Snapshot& now, CheckReport& report) {
    std::uint64_t addresses = 0, found = 0;
    scan(now.raw().rows, now.raw().database(db_accounts), {},
         [&](std::string_view key, std::string_view value) {
             const auto row = decode_account(value);
             const auto id = read_big<AccountId>(key);
             if (!row || row->id != id)
                 report.findings.push_back({0, id, fmt::format("The row of account {} is damaged.", id)});
             return true;
         });
    now.accounts(0, [&](const AccountRow& row) {
        auto names = row.aliases;
        names.push_back(row.address);
        for (const auto& name : names) {
            ++addresses;
            if (now.account_by_address(name) != row.id)
                report.findings.push_back(
                    {0, row.id, fmt::format("The address {} does not lead to its account.", name)});
        }
        return true;
    });
    scan(now.raw().rows, now.raw().database(db_addresses), {}, [&](auto, auto) { return ++found, true; });
    if (found != addresses) report.findings.push_back({0, 0, "There are addresses without an account."});
}

// What LMDB would trip over. Says whether the shard can be looked at any further.
Result<bool> check_pages(const Shard& shard, CheckReport& report) {
    const auto before = report.findings.size();
    if (shard.fault()) return false; // found among the damages of the store
    for (auto* part : {&shard.rows(), &shard.bodies()}) {
        auto faults = verify_pages(*part);
        if (!faults) return tl::unexpected(faults.error());
        for (auto& fault : *faults)
            report.findings.push_back({shard.id(), 0, std::move(fault)});
    }
    if (report.findings.size() == before) return true;
    report.findings.push_back({shard.id(), 0, "Its pages are damaged: its accounts were not looked at."});
    return false;
}

// Also of what nothing else looks at.
void check_seals(const Snapshot& now) {
    for (std::size_t database = 0; database < db_count; ++database)
        scan(now.raw().rows, now.raw().database(database), {}, [](auto, auto) { return true; });
}

} // namespace

Result<CheckReport> check(const Store& store, bool quick,
                          const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    CheckReport report;
    std::uint64_t emails = 0;
    for (ShardId shard = 0; shard < store.shards(); ++shard)
        store.read_shard(shard).states(0, [&](AccountId, const AccountState& state) {
            emails += state.emails;
            return true;
        });
    Steps steps(progress, quick ? emails : 2 * emails); // about one body an email
    for (ShardId shard = 0; shard < store.shards(); ++shard) {
        const auto now = store.read_shard(shard);
        const auto is_whole = check_pages(*now.raw().shard, report);
        if (!is_whole) return tl::unexpected(is_whole.error());
        if (!*is_whole) continue;
        Checker(now, shard, report, steps).run(quick);
        check_seals(now);
    }
    const auto now = store.directory();
    const auto is_whole = check_pages(*now.raw().shard, report);
    if (!is_whole) return tl::unexpected(is_whole.error());
    if (*is_whole) {
        check_directory(now, report);
        check_seals(now);
    }
    for (auto& damage : store.damages())
        if (report.findings.size() < most_findings) report.findings.push_back(std::move(damage));
    steps.finish();
    return report;
}

} // namespace facteur::store
