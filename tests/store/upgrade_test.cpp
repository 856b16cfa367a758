// Stores of older schemas.
#include "store/environment.h"
#include "store/fields_of_rows.h"
#include "store/keys.h"
#include "store/layout.h"
#include "store/thread_row.h"
#include "tests/store/fixture.h"

#include <fstream>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

constexpr AccountId anne = 1;

std::vector<std::string> dump_of(const Store& store) {
    std::vector<std::string> lines;
    dump(store, store.shard_of(anne), [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

template <typename Row, typename Id, typename Change>
void change_row(WriteTransaction& rows, Database database, Id id, Change&& change) {
    const auto key = make_key(anne, id);
    auto row = decode_row<Row>(rows.get(database, key).value_or(""));
    REQUIRE(row.has_value());
    change(*row);
    rows.put(database, key, encode_row(*row));
}

} // namespace

TEST_CASE("a store that counted drafts as unread counts again when it is opened") {
    const TemporaryFolder folder;
    std::vector<std::string> wanted;
    std::string rows_folder;
    MailboxId inbox = 0, drafts = 0;
    {
        const auto store = open(small(folder.path()));
        inbox = add_mailbox(*store, anne, "Inbox", "inbox");
        drafts = add_mailbox(*store, anne, "Drafts", "drafts");
        const auto body = body_of("bonjour");
        const auto plan = [&](Draft& draft) -> Result<void> {
            draft.add(email_of(body, 1, 1, 100, {{inbox, 1}}));
            draft.add(email_of(body, 2, 1, 200, {{drafts, 1}}, flag_draft));
            draft.add(email_of(body, 3, 3, 300, {{drafts, 2}}, flag_draft));
            return {};
        };
        REQUIRE(commit(*store, anne, plan, {body}).has_value());
        wanted = dump_of(*store);
        CHECK(store->read(anne).counters(anne, drafts).unread == 0);
        CHECK(store->read(anne).counters(anne, drafts).unread_threads == 1); // for what it answers
        rows_folder = folder.path() + "/shard-00" + std::to_string(store->shard_of(anne)) + "/rows";
    }
    {
        auto raw = Environment::open(rows_folder, 1ull << 30, row_databases, 0, account_of_row);
        REQUIRE(raw.has_value());
        WriteTransaction rows(**raw);
        change_row<ThreadRow>(rows, db_threads, ThreadId{1}, [](ThreadRow& row) { row.unread = 2; });
        change_row<ThreadRow>(rows, db_threads, ThreadId{3}, [](ThreadRow& row) { row.unread = 1; });
        change_row<MailboxCounters>(rows, db_counters, drafts, [](MailboxCounters& row) {
            row.unread = 2;
            row.unread_threads = 2;
        });
        REQUIRE(rows.commit().has_value());
    }
    std::ofstream(folder.path() + "/schema", std::ios::trunc) << "1 2\n";
    {
        const auto store = open(small(folder.path()));
        CHECK(dump_of(*store) == wanted);
        require_clean(*store);
    }
    int version = 0;
    std::ifstream(folder.path() + "/schema") >> version;
    CHECK(version == newest_schema);
}

TEST_CASE("a store whose UID index had ids alone gets flags, modseqs and counters for IMAP") {
    const TemporaryFolder folder;
    std::vector<std::string> wanted;
    std::string rows_folder;
    MailboxId inbox = 0;
    {
        const auto store = open(small(folder.path()));
        inbox = add_mailbox(*store, anne, "Inbox", "inbox");
        const auto body = body_of("bonjour");
        const auto plan = [&](Draft& draft) -> Result<void> {
            for (EmailId id = 1; id <= 40; ++id)
                draft.add(email_of(body, id, id, 100, {{inbox, static_cast<Uid>(id)}},
                                   id % 3 == 0 ? std::uint32_t{flag_seen} : 0u));
            return {};
        };
        REQUIRE(commit(*store, anne, plan, {body}).has_value());
        wanted = dump_of(*store);
        CHECK(store->read(anne).counters(anne, inbox).unseen == 27);
        rows_folder = folder.path() + "/shard-00" + std::to_string(store->shard_of(anne)) + "/rows";
    }
    {
        auto raw = Environment::open(rows_folder, 1ull << 30, row_databases, 0, account_of_row);
        REQUIRE(raw.has_value());
        WriteTransaction rows(**raw);
        for (EmailId id = 1; id <= 40; ++id)
            rows.put(db_uids, make_key(anne, inbox, static_cast<Uid>(id)), make_key(id));
        // Form 1 ended before the last three counters, of an octet each here.
        std::string counters(rows.get(db_counters, make_key(anne, inbox)).value());
        counters.resize(counters.size() - 3);
        counters.front() = 1;
        rows.put(db_counters, make_key(anne, inbox), counters);
        REQUIRE(rows.commit().has_value());
    }
    std::ofstream(folder.path() + "/schema", std::ios::trunc) << "5 2\n";
    const auto store = open(small(folder.path()));
    CHECK(dump_of(*store) == wanted);
    require_clean(*store);
}

namespace {

// Takes the seals away, as programs before schema 5 had none.
void unseal(const std::string& shard) {
    const auto rows = shard + "/rows", plain = shard + "/plain";
    {
        const auto from = Environment::open(rows, 1ull << 30, row_databases, 0, account_of_row);
        const auto to = Environment::open(plain, 1ull << 30, row_databases);
        REQUIRE(from.has_value());
        REQUIRE(to.has_value());
        WriteTransaction transaction(**to);
        auto* const now = (*from)->begin_read();
        for (std::size_t number = 0; number < db_count; ++number)
            scan(now, (*from)->database(number), {}, [&](std::string_view key, std::string_view value) {
                transaction.put(number, key, value);
                return true;
            });
        (*from)->end_read(now);
        REQUIRE(transaction.commit().has_value());
    }
    std::filesystem::remove_all(rows);
    std::filesystem::rename(plain, rows);
    std::filesystem::remove(shard + "/checkpoint");
}

} // namespace

TEST_CASE("rows without seals get them when the store is opened, also after a crash in the middle") {
    const TemporaryFolder folder;
    std::vector<std::string> wanted;
    {
        const auto store = open(small(folder.path()));
        const auto inbox = add_mailbox(*store, anne, "Inbox", "inbox");
        const auto body = body_of("bonjour");
        const auto plan = [&](Draft& draft) -> Result<void> {
            for (EmailId id = 1; id <= 1500; ++id)
                draft.add(email_of(body, id, id, static_cast<Time>(id), {{inbox, static_cast<Uid>(id)}}));
            return {};
        };
        REQUIRE(commit(*store, anne, plan, {body}).has_value());
        wanted = dump_of(*store);
    }
    const auto schema = [&](const char* text) {
        std::ofstream(folder.path() + "/schema", std::ios::trunc) << text;
    };
    SECTION("all of it") {
        for (const auto* shard : {"/shard-000", "/shard-001", "/directory"})
            unseal(folder.path() + shard);
        schema("4 2\n");
    }
    SECTION("what a crash left") {
        unseal(folder.path() + "/shard-001");
        schema("5 2\n");
        std::ofstream(folder.path() + "/sealing") << "seals\n";
    }
    for (int time = 0; time < 2; ++time) {
        const auto store = open(small(folder.path()));
        CHECK(dump_of(*store) == wanted);
        require_clean(*store);
    }
    CHECK_FALSE(std::filesystem::exists(folder.path() + "/sealing"));
    SECTION("that have lost them are damaged") {
        unseal(folder.path() + "/shard-000");
        const auto refused = Store::open(small(folder.path()));
        REQUIRE(!refused.has_value());
        CHECK(refused.error().code == Code::corrupt);
    }
}
