// Opening, plans that fail, ids and names, trimming.
#include "tests/store/fixture.h"

#include <unistd.h>

#include <fstream>
#include <thread>

using namespace facteur::store;
using namespace facteur::store::test;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> dump_of(const Store& store) {
    std::vector<std::string> lines;
    for (ShardId shard = 0; shard < store.shards(); ++shard)
        dump(store, shard, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

Error refusal(Store& store, std::vector<Change> changes, AccountId account = 1) {
    const auto before = dump_of(store);
    const auto refused = commit(store, account, [&](Draft& draft) -> Result<void> {
        for (const auto& change : changes)
            draft.add(change);
        return {};
    });
    CHECK(dump_of(store) == before);
    return refused ? Error{Code::io, "It was not refused."} : refused.error();
}

} // namespace

TEST_CASE("a store is opened by one program at a time") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto second = Store::open(small(folder.path()));
    REQUIRE(!second.has_value());
    CHECK(second.error().code == Code::busy);
    CHECK_THAT(second.error().message, Contains(std::to_string(::getpid())));
    store.reset();
    CHECK(Store::open(small(folder.path())).has_value());
}

TEST_CASE("the number of shards is that of the store, whatever is asked") {
    const TemporaryFolder folder;
    auto options = small(folder.path());
    open(options);
    options.shards = 8;
    CHECK(open(options)->shards() == 2);
    options.path += "/other";
    options.shards = 3;
    CHECK(Store::open(options).error().code == Code::invalid);
    options.shards = 2;
    options.create = false;
    CHECK(Store::open(options).error().code == Code::not_found);
}

TEST_CASE("a newer store is refused with a clear word, a damaged or lost schema is not guessed") {
    const TemporaryFolder folder;
    open(small(folder.path()));
    const auto write = [&](const std::string& text) {
        std::ofstream(folder.path() + "/schema", std::ios::trunc) << text;
        const auto opened = Store::open(small(folder.path()));
        REQUIRE(!opened.has_value());
        return opened.error();
    };
    const auto newer = write("9 2\n");
    CHECK(newer.code == Code::newer_schema);
    CHECK_THAT(newer.message, Contains("newer Facteur") && Contains("schema 9") && Contains(folder.path()));
    for (const auto* damaged : {"", "x", "2", "2 0\n", "2 3\n", "2 70000\n", "0 2\n"})
        CHECK(write(damaged).code == Code::corrupt);
    std::filesystem::remove(folder.path() + "/schema");
    const auto lost = Store::open(small(folder.path()));
    REQUIRE(!lost.has_value());
    CHECK(lost.error().code == Code::corrupt);
    CHECK(!std::filesystem::exists(folder.path() + "/schema"));
}

TEST_CASE("a plan that fails, or makes what cannot be, leaves nothing") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto inbox = add_mailbox(*store, 1, "Réception"), archive = add_mailbox(*store, 1, "Archives");
    const auto before = dump_of(*store);
    const auto failed = commit(*store, 1, [&](Draft& draft) -> Result<void> {
        draft.add(MailboxPut{{draft.new_mailbox(), 0, "Neuf", "", 0, true, 1}});
        return fail(Code::stale, "Changed meanwhile.");
    });
    CHECK(failed.error().code == Code::stale);
    CHECK(dump_of(*store) == before);

    CHECK(refusal(*store, {MailboxPut{{9, 0, "Archives", "", 0, true, 1}}}).code == Code::exists);
    CHECK(refusal(*store, {MailboxPut{{9, 8, "Neuf", "", 0, true, 1}}}).code == Code::not_found);
    CHECK(refusal(*store, {MailboxPut{{9, 0, "", "", 0, true, 1}}}).code == Code::invalid);
    CHECK(refusal(*store, {MailboxRemoved{9}}).code == Code::not_found);
    CHECK(refusal(*store, {EmailRemoved{1}}).code == Code::not_found);
    CHECK(refusal(*store, {EmailUpdated{1, {}, {{inbox, 1}}}}).code == Code::not_found);
    CHECK(refusal(*store, {ObjectPut{ObjectType::settings, std::string(481, 'x'), ""}}).code ==
          Code::invalid);
    CHECK(refusal(*store, {QueuePut{1, "", ""}}).code == Code::invalid);
    // A mailbox within itself, and one that would lose its parent.
    CHECK(refusal(*store, {MailboxPut{{inbox, archive, "Réception", "", 0, true, 1}},
                           MailboxPut{{archive, inbox, "Archives", "", 0, true, 1}}})
              .code == Code::invalid);
    REQUIRE(commit(*store, 1, [&](Draft& draft) -> Result<void> {
                draft.add(MailboxPut{{archive, inbox, "Archives", "", 0, true, 1}});
                return {};
            }).has_value());
    CHECK(refusal(*store, {MailboxRemoved{inbox}}).code == Code::invalid);
    require_clean(*store);
}

TEST_CASE("ids are never used again") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto inbox = add_mailbox(*store, 1, "Réception"), gone = add_mailbox(*store, 1, "Projet");
    const auto body = body_of("texte");
    const auto add = [&](EmailId id, Uid uid) {
        return commit(*store, 1,
                      [&](Draft& draft) -> Result<void> {
                          draft.add(email_of(body, id, id, 1, {{inbox, uid}}));
                          return {};
                      },
                      {body});
    };
    REQUIRE(add(1, 1).has_value());
    REQUIRE(commit(*store, 1, [&](Draft& draft) -> Result<void> {
                draft.add(EmailRemoved{1});
                draft.add(MailboxRemoved{gone});
                return {};
            }).has_value());
    CHECK(add(1, 2).error().code == Code::invalid);
    CHECK(add(2, 1).error().code == Code::invalid);
    CHECK(add(2, 2).has_value());
    // A rename that comes after the removal does not bring the mailbox back.
    CHECK(refusal(*store, {MailboxPut{{gone, 0, "Projets", "", 0, true, 1}}}).code == Code::not_found);
    require_clean(*store);

    // Numbers for objects too, when only the last of those that were given was used.
    const auto put = [&](bool both) {
        std::uint64_t number = 0;
        REQUIRE(commit(*store, 1, [&](Draft& draft) -> Result<void> {
                    if (both) draft.new_object();
                    number = draft.new_object();
                    draft.add(ObjectPut{ObjectType::identity, "i" + std::to_string(number), "{}"});
                    return {};
                }).has_value());
        return number;
    };
    const auto first = put(true), second = put(false);
    CHECK(second > first);
}

TEST_CASE("an address belongs to one account") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto put = [&](AccountId id, std::string address, std::vector<std::string> aliases) {
        AccountRow row;
        row.id = id;
        row.address = std::move(address);
        row.aliases = std::move(aliases);
        return store->commit_directory({id,
                                        1,
                                        {},
                                        [row](Draft& draft) -> Result<void> {
                                            draft.add(AccountPut{row});
                                            return {};
                                        },
                                        {}});
    };
    REQUIRE(put(1, "anne@a", {"a.martin@a"}).has_value());
    CHECK(put(2, "a.martin@a", {}).error().code == Code::exists);
    CHECK(put(2, "bernard@a", {"anne@a"}).error().code == Code::exists);
    CHECK(put(2, "bernard@a", {"bernard@a"}).error().code == Code::exists);
    REQUIRE(put(1, "anne@a", {"anne.martin@a"}).has_value());
    REQUIRE(put(2, "a.martin@a", {}).has_value());
    CHECK(store->directory().account_by_address("a.martin@a") == 2u);
    CHECK(store->directory().account_by_address("anne.martin@a") == 1u);
    REQUIRE(store
                ->commit_directory({1,
                                    1,
                                    {},
                                    [](Draft& draft) -> Result<void> {
                                        draft.add(AccountRemoved{1});
                                        return {};
                                    },
                                    {}})
                .has_value());
    CHECK(!store->directory().account_by_address("anne@a"));
    CHECK(!store->directory().account(1));
    CHECK(store->directory().last_account() == 2);
    require_clean(*store);
}

TEST_CASE("history and log are trimmed up to what is indexed, and say so") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto write = [&](AccountId account, Time at) {
        REQUIRE(store
                    ->commit({account,
                              at,
                              {},
                              [](Draft& draft) -> Result<void> {
                                  draft.add(ObjectPut{ObjectType::settings, "s", "{}"});
                                  return {};
                              },
                              {}})
                    .has_value());
    };
    AccountId beside = 2;
    while (store->shard_of(beside) != store->shard_of(1))
        ++beside;
    for (Time at = 1; at <= 10; ++at)
        write(1, at);
    write(beside, 11);
    const auto history = [&](AccountId account, Modseq since) {
        return store->read(account).history(account, since, [](const Digest&) { return true; });
    };
    const auto first_record = [&] {
        Sequence first = 0;
        store->read(1).log(0, [&](Sequence sequence, auto) { return first = sequence, false; });
        return first;
    };
    Sequence indexed = 4;
    const auto trim = [&](Time before) {
        REQUIRE(store->trim(0, before, [&](ShardId) { return indexed; }).has_value());
        require_clean(*store);
    };
    trim(7);
    CHECK(first_record() == 5);
    CHECK(history(1, 3).error().code == Code::stale);
    CHECK(history(1, 4).has_value());
    indexed = 100;
    trim(7);
    CHECK(first_record() == 7);
    trim(1000);
    CHECK(first_record() == 11); // the last one holds the sequence
    CHECK(history(1, 10).has_value());
    CHECK(history(1, 8).error().code == Code::stale);
    CHECK(history(1, 11).error().code == Code::stale); // newer than the account
    // The digest that stayed as the last goes when it is the last no more.
    write(1, 2000);
    write(1, 2001);
    write(beside, 2002);
    trim(3000);
    CHECK(store->read(1).last_sequence() == 14);
}

TEST_CASE("the directory's log is trimmed too") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    for (Time at = 1; at <= 20; ++at)
        REQUIRE(store
                    ->commit_directory({1,
                                        at,
                                        {},
                                        [](Draft& draft) -> Result<void> {
                                            draft.add(ObjectPut{ObjectType::session, "s", "{}"});
                                            return {};
                                        },
                                        {}})
                    .has_value());
    REQUIRE(store->trim(0, 15, [](ShardId) { return Sequence{0}; }).has_value());
    std::size_t records = 0;
    store->directory().log(0, [&](auto, auto) { return ++records, true; });
    CHECK(records == 6);
    CHECK(store->directory().last_sequence() == 20);
}

TEST_CASE("a delivery is known again for a week, also when it was noted twice") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    constexpr Time day = 24 * 3600;
    const auto note = [&](std::string_view key, Time at) {
        REQUIRE(commit(*store, 1, [&](Draft& draft) -> Result<void> {
                    draft.add(DeliveryNoted{hash_of(key), at});
                    return {};
                }).has_value());
        require_clean(*store);
    };
    const auto known = [&](std::string_view key) { return store->read(1).was_delivered(1, hash_of(key)); };
    note("a", day);
    note("b", day);
    note("a", 7 * day);
    note("c", 9 * day);
    CHECK(known("a"));
    CHECK(!known("b"));
    note("d", 15 * day);
    CHECK(!known("a"));
    CHECK(known("c"));
    CHECK(!store->read(2).was_delivered(2, hash_of("d")));
}

TEST_CASE("what is queued comes by its due time") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    REQUIRE(commit(*store, 1, [](Draft& draft) -> Result<void> {
                draft.add(QueuePut{300, "late", "l"});
                draft.add(QueuePut{100, "soon", "s"});
                draft.add(QueuePut{-5, "past", "p"});
                return {};
            }).has_value());
    const auto due = [&](Time until) {
        std::string ids;
        store->read(1).queue(until, [&](AccountId account, Time, std::string_view id, auto) {
            CHECK(account == 1);
            ids.append(id).push_back(' ');
            return true;
        });
        return ids;
    };
    CHECK(store->read(1).next_due() == -5);
    CHECK(due(99) == "past ");
    CHECK(due(1000) == "past soon late ");
    REQUIRE(commit(*store, 1, [](Draft& draft) -> Result<void> {
                draft.add(QueueRemoved{-5, "past"});
                draft.add(QueueRemoved{100, "soon"});
                return {};
            }).has_value());
    CHECK(due(1000) == "late ");
    CHECK(store->read(1).next_due() == 300);
}

TEST_CASE("a reader waits when all places are taken, and never sees an empty store instead") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto inbox = add_mailbox(*store, 1, "Réception");
    std::vector<Snapshot> taken;
    for (int i = 0; i < 4096; ++i)
        taken.push_back(store->read(1));
    std::thread releases([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        taken.erase(taken.begin() + 10, taken.end());
    });
    CHECK(store->read(1).mailbox(1, inbox).has_value());
    releases.join();
}
