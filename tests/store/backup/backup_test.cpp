// A store is backed up, goes on, is backed up again, and is brought back at each of these points.
#include "store/backup/packs.h"
#include "store/bodies.h"
#include "store/keys.h"
#include "store/shard.h"
#include "tests/store/backup/folder.h"
#include "tests/store/every_kind.h"

#include <atomic>
#include <map>
#include <random>
#include <thread>

using namespace facteur::store;
using namespace facteur::store::test;
namespace bk = facteur::store::backup;
using Catch::Matchers::Contains;

namespace {

constexpr AccountId anne = 1;

bk::BackupOptions at(Time now) {
    bk::BackupOptions options;
    options.now = now;
    options.store = "this";
    options.others = {{"secret", "a secret"}, {"dkim/key", "a key"}};
    return options;
}

bk::BackupReport back_up(const Store& store, LocalFolder& folder, const bk::BackupOptions& options) {
    const auto report = bk::back_up(store, folder, options, {});
    if (!report) UNSCOPED_INFO(report.error().message);
    REQUIRE(report.has_value());
    for (const auto& finding : report->findings)
        UNSCOPED_INFO(finding);
    REQUIRE(report->findings.empty());
    return *report;
}

bk::RestoreReport restore(LocalFolder& folder, const std::string& path,
                          std::optional<std::uint64_t> generation = {}) {
    const auto report = bk::restore(folder, {small(path), 5'000'000, generation}, {});
    if (!report) UNSCOPED_INFO(report.error().message);
    REQUIRE(report.has_value());
    return *report;
}

std::vector<std::string> verify(LocalFolder& folder) {
    const auto report = bk::verify(folder, {});
    REQUIRE(report.has_value());
    std::vector<std::string> findings;
    for (const auto& finding : report->findings)
        findings.push_back(finding.what);
    return findings;
}

// Every email's whole state, by account and id, with its body's octets.
std::map<std::pair<AccountId, EmailId>, std::string> emails_of(const Store& store) {
    std::map<std::pair<AccountId, EmailId>, std::string> found;
    for (ShardId shard = 0; shard < store.shards(); ++shard) {
        const auto now = store.read_shard(shard);
        now.states(0, [&](AccountId account, const AccountState&) {
            now.by_id(account, 0, [&](const EmailView& email) {
                found[{account, email.id()}] = encode(email.row()) + now.read_body(email.body()).value();
                return true;
            });
            return true;
        });
    }
    return found;
}

void deliver(Store& store, AccountId account, MailboxId mailbox, const std::string& text) {
    const auto body = body_of(text);
    const auto plan = [&](Draft& draft) -> Result<void> {
        const auto id = draft.new_email();
        draft.add(email_of(body, id, id, 100, {{mailbox, draft.new_uid(mailbox)}}));
        return {};
    };
    REQUIRE(commit(store, account, plan, {body}).has_value());
}

void remove(Store& store, AccountId account, EmailId id) {
    REQUIRE(commit(store, account, [&](Draft& draft) -> Result<void> {
                draft.add(EmailRemoved{id});
                return {};
            }).has_value());
}

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes(size, '\0');
    for (auto& octet : bytes)
        octet = static_cast<char>(random());
    return bytes;
}

// The bodies that the backup files hold.
std::uint64_t octets_of_packs(LocalFolder& folder) {
    std::uint64_t octets = 0;
    for (const auto& name : folder.ending_with(".bodies"))
        octets += std::filesystem::file_size(folder.at(name));
    return octets;
}

} // namespace

TEST_CASE("a backup of a store that has packed itself with its own dictionaries comes back without them") {
    const TemporaryFolder data, kept, restored;
    LocalFolder folder(kept.path());
    auto options = small(data.path());
    options.lane_rest = std::chrono::milliseconds(0);
    options.dictionary_from = 20'000;
    auto store = open(options);
    const auto inbox = add_mailbox(*store, anne, "Inbox", "inbox");
    for (int number = 0; number < 60; ++number)
        deliver(*store, anne, inbox, noise(2'000, 1) + std::to_string(number));
    const auto has_packed_all = [&] {
        const auto now = store->read(anne);
        bool all = true;
        now.by_id(anne, 0, [&](const EmailView& email) {
            const auto row = now.raw().get(db_emails, make_key(anne, email.id()));
            const auto body = stored_body(now.raw().open_bodies(), now.raw().bodies_database(), email.body());
            all = row && is_packed_row(*row) && body && body->dictionary != 0;
            return all;
        });
        return all;
    };
    for (int tries = 0; !has_packed_all() && tries < 3000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(has_packed_all());
    back_up(*store, folder, at(1));
    CHECK(verify(folder).empty());
    static_cast<void>(restore(folder, restored.path()));
    const auto again = open(small(restored.path()));
    CHECK(again->read(anne).raw().shard->bodies().dictionaries()->newest(Dictionaries::Of::rows) == 0);
    auto wanted = emails_of(*store);
    CHECK(wanted.size() == 60);
    CHECK(emails_of(*again) == wanted);
    require_clean(*again);
}

TEST_CASE("a store comes back as it was at each of its backups") {
    const TemporaryFolder data, kept;
    LocalFolder folder(kept.path());
    auto store = open(small(data.path()));
    EveryKind run(*store, 5);
    std::map<std::uint64_t, decltype(emails_of(*store))> wanted;
    for (int round = 0; round < 5; ++round) {
        for (int step = 0; step < 60; ++step)
            run.step();
        auto options = at(round);
        options.full = round == 3;
        const auto report = back_up(*store, folder, options);
        CHECK(report.shards_whole == (round == 0 || round == 3 ? 3 : 0));
        wanted[report.generation] = emails_of(*store);
    }
    CHECK(wanted.size() == 5);
    CHECK(verify(folder).empty());

    for (const auto& [generation, emails] : wanted) {
        CAPTURE(generation);
        const TemporaryFolder other;
        const auto report = restore(folder, other.path(), generation);
        CHECK(report.findings.empty());
        CHECK(report.generation == generation);
        auto restored = open(small(other.path()));
        require_clean(*restored);
        CHECK(emails_of(*restored) == emails);
        std::ifstream secret(other.path() + "/secret"), key(other.path() + "/dkim/key");
        CHECK(std::string(std::istreambuf_iterator<char>(secret), {}) == "a secret");
        CHECK(std::string(std::istreambuf_iterator<char>(key), {}) == "a key");
    }
}

TEST_CASE("a backup of a store that is written to is one of its states") {
    const TemporaryFolder data, kept;
    LocalFolder folder(kept.path());
    auto store = open(small(data.path()));
    std::atomic<bool> stopping{false};
    std::thread writer([&] {
        EveryKind run(*store, 9);
        while (!stopping)
            run.step();
    });
    for (int round = 0; round < 6; ++round) {
        auto options = at(round);
        options.full = round % 2 == 0;
        const auto report = bk::back_up(*store, folder, options, {});
        CHECK((report && report->findings.empty()));
        const TemporaryFolder other;
        const auto restored = bk::restore(folder, {small(other.path()), 9, {}}, {});
        CHECK((restored && restored->findings.empty()));
        if (restored) require_clean(*open(small(other.path())));
    }
    stopping = true;
    writer.join();
    CHECK(verify(folder).empty());
}

TEST_CASE("a later backup copies only what is new") {
    const TemporaryFolder data, kept;
    LocalFolder folder(kept.path());
    auto store = open(small(data.path()));
    const auto inbox = add_mailbox(*store, anne, "Réception", "inbox");
    for (int i = 0; i < 50; ++i)
        deliver(*store, anne, inbox, std::to_string(i) + std::string(1000, 'x'));
    CHECK(back_up(*store, folder, at(1)).bodies == 50);
    deliver(*store, anne, inbox, "one more");
    deliver(*store, anne, inbox, "7" + std::string(1000, 'x')); // known already
    auto report = back_up(*store, folder, at(2));
    CHECK(report.bodies == 1);
    CHECK(report.commits == 2);
    CHECK(report.shards_whole == 0);
    CHECK(back_up(*store, folder, at(3)).commits == 0);

    SECTION("when the log does not reach back far enough, all rows, and no body again") {
        deliver(*store, anne, inbox, "the last");
        remove(*store, anne, 1);
        REQUIRE(store->trim(2'000'000, 1'500'000, [](ShardId) { return Sequence{1000}; }).has_value());
        deliver(*store, anne, inbox, "the very last");
        report = back_up(*store, folder, at(4));
        CHECK(report.shards_whole >= 1);
        CHECK(report.bodies == 2);
    }
    SECTION("when the commits have grown larger than the rows, all rows") {
        auto options = at(4);
        options.small_records = 0;
        for (int i = 0; i < 200; ++i)
            deliver(*store, anne, inbox, "7" + std::string(1000, 'x'));
        CHECK(back_up(*store, folder, options).shards_whole == 0);
        CHECK(back_up(*store, folder, options).shards_whole == 1);
    }
    const auto wanted = emails_of(*store);
    const TemporaryFolder other;
    restore(folder, other.path());
    CHECK(emails_of(*open(small(other.path()))) == wanted);
}

TEST_CASE("what clients may have seen after the backup is never given again") {
    const TemporaryFolder data, kept, other;
    LocalFolder folder(kept.path());
    AccountState before;
    MailboxId inbox = 0;
    {
        auto store = open(small(data.path()));
        inbox = add_mailbox(*store, anne, "Réception", "inbox");
        deliver(*store, anne, inbox, "kept");
        REQUIRE(store
                    ->commit_directory({anne,
                                        1,
                                        {},
                                        [&](Draft& draft) -> Result<void> {
                                            AccountRow row;
                                            row.id = anne;
                                            row.address = "anne@academie.test";
                                            draft.add(AccountPut{row});
                                            return {};
                                        },
                                        {}})
                    .has_value());
        back_up(*store, folder, at(1));
        for (int i = 0; i < 20; ++i)
            deliver(*store, anne, inbox, "lost " + std::to_string(i));
        before = store->read(anne).state(anne);
    }
    CHECK(restore(folder, other.path()).accounts == 1);
    auto store = open(small(other.path()));
    require_clean(*store);
    const auto now = store->read(anne);
    const auto state = now.state(anne);
    CHECK(state.emails == 1);
    CHECK(state.modseq > before.modseq);
    CHECK(state.next_email > before.next_email);
    CHECK(now.counters(anne, inbox).uid_next > 1'000'000);
    for (const auto changed : state.changed)
        CHECK(changed == state.modseq);
    for (Modseq since = 0; since <= before.modseq; ++since) {
        const auto told = now.history(anne, since, [](const Digest&) { return true; });
        REQUIRE_FALSE(told.has_value());
        CHECK(told.error().code == Code::stale);
    }
    CHECK(store->directory().last_account() > anne + 1000);

    // Its history is another one now: it is backed up whole, and once, and still is the same store's.
    const auto again = back_up(*store, folder, at(2));
    CHECK(again.shards_whole == 0); // it goes on where the backup ended
    deliver(*store, anne, inbox, "after the restore");
    CHECK(back_up(*store, folder, at(3)).bodies == 1);
    const TemporaryFolder older;
    restore(folder, older.path(), 1);
    auto fork = open(small(older.path()));
    deliver(*fork, anne, inbox, "on another branch");
    const auto forked = back_up(*fork, folder, at(4));
    CHECK(forked.shards_whole == 1);
    CHECK(forked.bodies == 1);
    const TemporaryFolder last;
    restore(folder, last.path());
    CHECK(emails_of(*open(small(last.path()))) == emails_of(*fork));
}

TEST_CASE("a backup that was broken off is none, and leaves the one before good") {
    const TemporaryFolder data, kept;
    LocalFolder folder(kept.path());
    auto store = open(small(data.path()));
    const auto inbox = add_mailbox(*store, anne, "Réception", "inbox");
    deliver(*store, anne, inbox, "first");
    back_up(*store, folder, at(1));
    const auto wanted = emails_of(*store);
    deliver(*store, anne, inbox, "second");
    for (int files = 0;; ++files) {
        auto options = at(2);
        options.full = true;
        options.keep = 1;
        folder.files_left = files;
        if (const auto report = bk::back_up(*store, folder, options, {})) break;
        REQUIRE(files < 30);
        const TemporaryFolder other;
        restore(folder, other.path());
        CHECK(emails_of(*open(small(other.path()))) == wanted);
    }
    folder.files_left = -1;
    // What was left behind is gone, and so is the older backup.
    CHECK(folder.ending_with("-manifest").size() == 1);
    CHECK(folder.ending_with(".rows").size() == 3);
    CHECK(folder.ending_with(".new").empty());
    const TemporaryFolder other;
    restore(folder, other.path());
    CHECK(emails_of(*open(small(other.path()))).size() == 2);
}

TEST_CASE("old backups go, and bodies that hardly anybody holds any more") {
    const TemporaryFolder data, kept;
    LocalFolder folder(kept.path());
    auto store = open(small(data.path()));
    const auto inbox = add_mailbox(*store, anne, "Réception", "inbox");
    for (int i = 0; i < 40; ++i)
        deliver(*store, anne, inbox, noise(20'000, static_cast<unsigned>(i)));
    back_up(*store, folder, at(1));
    for (EmailId id = 1; id <= 35; ++id)
        remove(*store, anne, id);
    auto options = at(2);
    options.full = true;
    const auto before = octets_of_packs(folder);
    CHECK(back_up(*store, folder, options).bodies == 5);
    CHECK(octets_of_packs(folder) > before);
    options.keep = 1;
    CHECK(back_up(*store, folder, options).bodies == 0);
    CHECK(octets_of_packs(folder) < before / 2);
    const TemporaryFolder other;
    CHECK(restore(folder, other.path()).bodies == 5);
    CHECK(emails_of(*open(small(other.path()))) == emails_of(*store));
}

TEST_CASE("every octet of a backup that changes is found, and the file is named") {
    const TemporaryFolder data, kept;
    LocalFolder folder(kept.path());
    {
        auto store = open(small(data.path()));
        const auto inbox = add_mailbox(*store, anne, "Réception", "inbox");
        deliver(*store, anne, inbox, "first");
        back_up(*store, folder, at(1));
        deliver(*store, anne, inbox, "second");
        back_up(*store, folder, at(2));
    }
    const auto names = *folder.names();
    for (const auto& name : names) {
        CAPTURE(name);
        const auto size = static_cast<std::streamoff>(std::filesystem::file_size(folder.at(name)));
        for (std::streamoff place = 0; place < size; place += 1 + size / 9) {
            flip(folder.at(name), place);
            const auto findings = verify(folder);
            REQUIRE(findings.size() == 1);
            CHECK_THAT(findings.front(), Contains(name));
            // Never served as good: the restore says so, or leaves out what is damaged.
            const TemporaryFolder other;
            const auto restored = bk::restore(folder, {small(other.path()), 9, {}}, {});
            if (restored && restored->findings.empty()) {
                auto store = open(small(other.path()));
                for (const auto& [key, email] : emails_of(*store))
                    CHECK((email.ends_with("first") || email.ends_with("second")));
            } else if (!restored && !std::filesystem::is_empty(other.path())) {
                CHECK_FALSE(Store::open(small(other.path())).has_value());
            }
            flip(folder.at(name), place);
        }
        std::ifstream whole(folder.at(name), std::ios::binary);
        const auto last = static_cast<char>(whole.seekg(size - 1).get());
        std::filesystem::resize_file(folder.at(name), static_cast<std::uintmax_t>(size - 1));
        CHECK(verify(folder).size() == 1);
        std::ofstream(folder.at(name), std::ios::app | std::ios::binary).put(last);
        CHECK(verify(folder).empty());
    }
}

TEST_CASE("a damaged body in the store is named, and the good one stays in the backup") {
    const TemporaryFolder data, kept;
    LocalFolder folder(kept.path());
    const std::string text = "a body that is not packed: 0123456789";
    {
        auto store = open(small(data.path()));
        const auto inbox = add_mailbox(*store, anne, "Réception", "inbox");
        deliver(*store, anne, inbox, text);
        back_up(*store, folder, at(1));
        deliver(*store, anne, inbox, "another " + text);
    }
    ShardId shard = 0;
    {
        auto store = open(small(data.path()));
        shard = store->shard_of(anne);
    }
    const auto file = data.path() + "/shard-00" + std::to_string(shard) + "/bodies/data.mdb";
    std::ifstream in(file, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    for (auto place = bytes.find("0123456789"); place != std::string::npos;
         place = bytes.find("0123456789", place + 1))
        flip(file, static_cast<std::streamoff>(place));
    {
        auto store = open(small(data.path()));
        auto options = at(2);
        options.full = true;
        const auto report = bk::back_up(*store, folder, options, {});
        REQUIRE(report.has_value());
        REQUIRE(report->findings.size() == 1);
        CHECK_THAT(report->findings.front(), Contains(to_hex(hash_of("another " + text))));
    }
    const TemporaryFolder other;
    const auto restored = restore(folder, other.path());
    CHECK(restored.findings.size() == 1);
    auto store = open(small(other.path()));
    CHECK(store->read(anne).read_body(hash_of(text)).value() == text);
    CHECK_FALSE(store->read(anne).read_body(hash_of("another " + text)).has_value());
}

TEST_CASE("a backup is restored into an empty folder only, and one that was broken off is not opened") {
    const TemporaryFolder data, kept, other;
    LocalFolder folder(kept.path());
    {
        auto store = open(small(data.path()));
        back_up(*store, folder, at(1));
        auto foreign = at(2);
        foreign.store = "another";
        const auto refused = bk::back_up(*store, folder, foreign, {});
        REQUIRE_FALSE(refused.has_value());
        CHECK_THAT(refused.error().message, Contains("another store"));
    }
    const auto refused = bk::restore(folder, {small(data.path()), 9, {}}, {});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::exists);
    require_clean(*open(small(data.path())));

    const auto rows = folder.ending_with(".rows").back();
    flip(folder.at(rows), 3);
    CHECK_FALSE(bk::restore(folder, {small(other.path()), 9, {}}, {}).has_value());
    const auto unfinished = Store::open(small(other.path()));
    REQUIRE_FALSE(unfinished.has_value());
    CHECK_THAT(unfinished.error().message, Contains("not finished"));
    flip(folder.at(rows), 3);
    restore(folder, other.path());
    require_clean(*open(small(other.path())));

    // Killed before it had said what it is.
    const TemporaryFolder begun;
    for (const auto* trace : {"/lock", "/restoring.new"})
        std::ofstream(begun.path() + trace) << "1";
    restore(folder, begun.path());
    require_clean(*open(small(begun.path())));
}

TEST_CASE("a manifest is read as it was written") {
    bk::Manifest manifest{7, 1'000, 3, 2, "", {{0, 5, hash_of("x")}, {0xffff, 0, {}}}, {}};
    manifest.files = {{bk::FileKind::rows, 0, "000007-shard-000.rows", 12, hash_of("y"), ""},
                      {bk::FileKind::other, 0, "000007-other-001", 3, hash_of("z"), "dkim/key"}};
    const auto text = encode(manifest);
    const auto read = bk::decode_manifest(text);
    REQUIRE(read.has_value());
    CHECK(*read == manifest);
    for (std::size_t place = 0; place < text.size(); ++place) {
        auto changed = text;
        changed[place] = static_cast<char>(changed[place] ^ 1);
        CHECK_FALSE(bk::decode_manifest(changed).has_value());
    }
    CHECK(bk::generation_of("000012-shard-001.rows") == 12);
    CHECK_FALSE(bk::generation_of("notes.txt").has_value());
    CHECK_FALSE(bk::generation_of("00001x-manifest").has_value());
    CHECK_FALSE(bk::generation_of("../000001-manifest").has_value());
}
