// Long random runs against a naive model, and replay of their records.
#include "tests/store/fixture.h"

#include <map>
#include <random>
#include <set>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

struct ModelEmail {
    ThreadId thread;
    Time received;
    std::uint32_t flags;
    std::set<MailboxId> mailboxes, deleted; // deleted: those of `mailboxes` in which it has \Deleted
    std::string text;

    [[nodiscard]] bool is_seen_in(MailboxId mailbox) const {
        return mailboxes.contains(mailbox) && !deleted.contains(mailbox);
    }
    [[nodiscard]] bool is_hidden() const { return deleted == mailboxes; }
};
struct ModelAccount {
    std::vector<MailboxId> mailboxes;
    std::map<EmailId, ModelEmail> emails;
};
using Model = std::map<AccountId, ModelAccount>;

class RandomRun {
public:
    RandomRun(Store& store, unsigned seed) : store_(store), random_(seed) {
        for (AccountId account = 1; account <= 4; ++account)
            for (const auto* name : {"Réception", "Archives", "Corbeille"})
                model_[account].mailboxes.push_back(add_mailbox(store, account, name));
    }

    void step() {
        const auto account = static_cast<AccountId>(1 + random_() % 4);
        auto& emails = model_[account].emails;
        const auto kind = random_() % 10;
        if (emails.empty() || kind < 4)
            add(account);
        else if (kind < 9)
            update(account, pick(emails));
        else
            remove(account, pick(emails));
    }

    void compare() const {
        for (const auto& [account, expected] : model_) {
            const auto now = store_.read(account);
            std::map<EmailId, ModelEmail> found;
            now.by_id(account, 0, [&, id = account](const EmailView& email) {
                ModelEmail entry{
                    email.thread(), email.received(), email.flags(), {}, {}, *now.read_body(email.body())};
                for (const auto& ref : email.refs()) {
                    entry.mailboxes.insert(ref.mailbox);
                    if (ref.deleted) entry.deleted.insert(ref.mailbox);
                }
                CHECK(now.email(id, email.id()).has_value() == !entry.is_hidden());
                found.emplace(email.id(), std::move(entry));
                return id != 0;
            });
            REQUIRE(found.size() == expected.emails.size());
            for (const auto& [id, email] : expected.emails) {
                REQUIRE(found.contains(id));
                CHECK(found[id].thread == email.thread);
                CHECK(found[id].flags == email.flags);
                CHECK(found[id].mailboxes == email.mailboxes);
                CHECK(found[id].deleted == email.deleted);
                CHECK(found[id].text == email.text);
            }
            for (const auto mailbox : expected.mailboxes)
                compare_mailbox(now, account, expected, mailbox);
            compare_account(now, account, expected);
        }
    }

private:
    static void compare_mailbox(const Snapshot& now, AccountId account, const ModelAccount& expected,
                                MailboxId mailbox) {
        std::set<ThreadId> threads, unread_threads, unread_anywhere;
        std::vector<std::pair<Time, EmailId>> list;
        std::uint64_t unread = 0, unseen = 0, deleted = 0;
        for (const auto& [id, email] : expected.emails)
            if (!email.is_hidden() && (email.flags & (flag_seen | flag_draft)) == 0)
                unread_anywhere.insert(email.thread);
        for (const auto& [id, email] : expected.emails) {
            if (!email.mailboxes.contains(mailbox)) continue;
            if ((email.flags & flag_seen) == 0) ++unseen;
            if (email.deleted.contains(mailbox)) ++deleted;
            if (!email.is_seen_in(mailbox)) continue;
            list.emplace_back(-email.received, ~id);
            threads.insert(email.thread);
            if ((email.flags & (flag_seen | flag_draft)) == 0) ++unread;
            if (unread_anywhere.contains(email.thread)) unread_threads.insert(email.thread);
        }
        std::sort(list.begin(), list.end());
        const auto counters = now.counters(account, mailbox);
        CHECK(counters.emails == list.size());
        CHECK(counters.unread == unread);
        CHECK(counters.threads == threads.size());
        CHECK(counters.unread_threads == unread_threads.size());
        CHECK(counters.unseen == unseen);
        CHECK(counters.deleted == deleted);
        std::uint64_t places = 0;
        now.by_uid(account, mailbox, 0, [&](const UidEntry& entry) {
            const auto& email = expected.emails.at(entry.email);
            CHECK(entry.flags == email.flags);
            CHECK(entry.deleted == email.deleted.contains(mailbox));
            CHECK(entry.changed == now.any_email(account, entry.email)->changed());
            return ++places, true;
        });
        CHECK(places == list.size() + deleted);
        std::vector<std::pair<Time, EmailId>> found;
        now.by_received(account, mailbox, {}, [&](const ListEntry& entry) {
            found.emplace_back(-entry.received, ~entry.email);
            return true;
        });
        CHECK(found == list);
    }

    static void compare_account(const Snapshot& now, AccountId account, const ModelAccount& expected) {
        std::map<ThreadId, std::vector<std::pair<Time, EmailId>>> threads;
        std::uint64_t hidden = 0;
        for (const auto& [id, email] : expected.emails) {
            if (email.is_hidden())
                ++hidden;
            else
                threads[email.thread].emplace_back(email.received, id);
        }
        CHECK(now.state(account).hidden == hidden);
        std::uint64_t listed = 0;
        now.by_received(account, 0, {}, [&](const ListEntry&) { return ++listed, true; });
        CHECK(listed == expected.emails.size() - hidden);
        for (auto& [thread, members] : threads) {
            std::sort(members.begin(), members.end());
            std::vector<EmailId> wanted;
            for (const auto& [received, id] : members)
                wanted.push_back(id);
            CHECK(now.thread(account, thread) == wanted);
        }
    }

    EmailId pick(const std::map<EmailId, ModelEmail>& emails) {
        return std::next(emails.begin(), static_cast<long>(random_() % emails.size()))->first;
    }
    std::set<MailboxId> some_mailboxes(AccountId account) {
        std::set<MailboxId> chosen;
        const auto& all = model_[account].mailboxes;
        for (auto count = 1 + random_() % 2; count > 0; --count)
            chosen.insert(all[random_() % all.size()]);
        return chosen;
    }

    std::set<MailboxId> some_of(const std::set<MailboxId>& mailboxes) {
        std::set<MailboxId> chosen;
        for (const auto mailbox : mailboxes)
            if (random_() % 4 == 0) chosen.insert(mailbox);
        return chosen;
    }

    void add(AccountId account) {
        auto& known = model_[account].emails;
        ModelEmail email;
        email.text = "text " + std::to_string(random_() % 20) + std::string(random_() % 5000, 'x');
        email.received = static_cast<Time>(random_() % 1000);
        email.flags = random_() % 2 == 0 ? std::uint32_t{flag_seen} : 0u;
        email.mailboxes = some_mailboxes(account);
        email.deleted = some_of(email.mailboxes);
        const auto thread = !known.empty() && random_() % 2 == 0 ? known[pick(known)].thread : 0;
        const auto body = body_of(email.text);
        EmailId id = 0;
        const auto done = commit(
            store_, account,
            [&](Draft& draft) -> Result<void> {
                id = draft.new_email();
                std::vector<MailboxRef> refs;
                for (const auto mailbox : email.mailboxes)
                    refs.push_back({mailbox, draft.new_uid(mailbox), email.deleted.contains(mailbox)});
                draft.add(email_of(body, id, thread != 0 ? thread : id, email.received, refs, email.flags));
                return {};
            },
            {body});
        REQUIRE(done.has_value());
        email.thread = thread != 0 ? thread : id;
        known.emplace(id, std::move(email));
    }

    void update(AccountId account, EmailId id) {
        auto& email = model_[account].emails[id];
        if (random_() % 2 == 0) email.flags ^= flag_seen;
        if (random_() % 8 == 0) email.flags ^= flag_draft;
        if (random_() % 2 == 0) email.mailboxes = some_mailboxes(account);
        email.deleted = some_of(email.mailboxes);
        const auto done = commit(store_, account, [&](Draft& draft) -> Result<void> {
            EmailUpdated updated{id, draft.now().any_email(account, id)->keywords(), {}};
            updated.keywords.flags = email.flags;
            const auto before = draft.now().any_email(account, id)->refs();
            for (const auto mailbox : email.mailboxes) {
                const auto kept = std::find_if(before.begin(), before.end(),
                                               [&](const MailboxRef& ref) { return ref.mailbox == mailbox; });
                updated.mailboxes.push_back(kept != before.end() ? *kept : draft.new_place(mailbox));
                updated.mailboxes.back().deleted = email.deleted.contains(mailbox);
            }
            draft.add(updated);
            return {};
        });
        REQUIRE(done.has_value());
    }

    void remove(AccountId account, EmailId id) {
        const auto done = commit(store_, account, [&](Draft& draft) -> Result<void> {
            draft.add(EmailRemoved{id});
            return {};
        });
        REQUIRE(done.has_value());
        model_[account].emails.erase(id);
    }

    Store& store_;
    std::mt19937 random_;
    Model model_;
};

std::vector<std::string> dump_of(const Store& store, ShardId shard) {
    std::vector<std::string> lines;
    dump(store, shard, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

struct Recorded {
    std::vector<std::string> records;
    std::vector<Body> bodies;
};
Recorded records_of(const Store& store, ShardId shard) {
    Recorded recorded;
    const auto now = store.read_shard(shard);
    now.log(0, [&](Sequence, std::string_view record) {
        recorded.records.emplace_back(record);
        const auto decoded = decode_commit(record);
        REQUIRE(decoded.has_value());
        for (const auto& change : decoded->changes)
            if (const auto* added = std::get_if<EmailAdded>(&change))
                if (auto bytes = now.read_body(added->row.body)) recorded.bodies.push_back(body_of(*bytes));
        return true;
    });
    return recorded;
}

} // namespace

TEST_CASE("a long random run equals a naive model, also after it is opened again") {
    const TemporaryFolder folder;
    auto options = small(folder.path());
    auto store = open(options);
    {
        RandomRun run(*store, 42);
        for (int step = 0; step < 1500; ++step)
            run.step();
        run.compare();
        require_clean(*store);
    }
    const auto before = dump_of(*store, 0);
    store.reset();
    store = open(options);
    CHECK(dump_of(*store, 0) == before);
    require_clean(*store);
}

TEST_CASE("the records of a run make an equal store, in any batches, and again change nothing") {
    const TemporaryFolder folder;
    auto original = open(small(folder.path()));
    RandomRun run(*original, 7);
    for (int step = 0; step < 400; ++step)
        run.step();

    const std::size_t batch = GENERATE(1, 17, 100000);
    const TemporaryFolder other;
    auto copy = open(small(other.path()));
    for (ShardId shard = 0; shard < 2; ++shard) {
        const auto recorded = records_of(*original, shard);
        REQUIRE(recorded.records.size() > 50);
        const std::span<const std::string> all = recorded.records;
        for (std::size_t start = 0; start < all.size(); start += batch) {
            const auto part = all.subspan(start, std::min(batch, all.size() - start));
            REQUIRE(copy->replay(shard, part, recorded.bodies).has_value());
        }
        CHECK(dump_of(*copy, shard) == dump_of(*original, shard));
        REQUIRE(copy->replay(shard, all, recorded.bodies).has_value());
        CHECK(dump_of(*copy, shard) == dump_of(*original, shard));
    }
    require_clean(*copy);
}

TEST_CASE("a gap in the records is refused and changes nothing") {
    const TemporaryFolder folder, other;
    auto original = open(small(folder.path()));
    RandomRun run(*original, 3);
    for (int step = 0; step < 50; ++step)
        run.step();
    auto recorded = records_of(*original, 0);
    recorded.records.erase(recorded.records.begin() + 3);
    auto copy = open(small(other.path()));
    const auto refused = copy->replay(0, recorded.records, recorded.bodies);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::invalid);
    CHECK(copy->read_shard(0).last_sequence() == 0);
}
