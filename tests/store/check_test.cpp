// A store is changed by hand, one row at a time and with a good seal, behind the back of its lanes: `check`
// names each contradiction. Broken seals: damage_test.cpp.
#include "store/bodies.h"
#include "store/environment.h"
#include "store/fields_of_rows.h"
#include "store/keys.h"
#include "tests/store/fixture.h"

using namespace facteur::store;
using namespace facteur::store::test;
using Catch::Matchers::Contains;

namespace {

constexpr AccountId anne = 1;

// One account with two mailboxes, a thread of two emails, one upload, one delivery; and an account row.
class Damaged {
public:
    Damaged() {
        auto store = open(small(folder_.path()));
        shard_ = store->shard_of(anne);
        inbox_ = add_mailbox(*store, anne, "Réception", "inbox");
        archive_ = add_mailbox(*store, anne, "Archives");
        const auto first = body_of("premier"), second = body_of("second"), upload = body_of("photo");
        const auto plan = [&](Draft& draft) -> Result<void> {
            draft.add(email_of(first, 1, 1, 100, {{inbox_, 1}}));
            draft.add(email_of(second, 2, 1, 200, {{inbox_, 2}, {archive_, 1}}, flag_seen));
            draft.add(UploadPut{{upload.hash, 5, "image/jpeg", 1000}});
            draft.add(DeliveryNoted{hash_of("delivery"), 50});
            return {};
        };
        REQUIRE(commit(*store, anne, plan, {first, second, upload}).has_value());
        AccountRow row;
        row.id = anne;
        row.address = "anne@academie.test";
        REQUIRE(store
                    ->commit_directory({anne,
                                        1,
                                        {},
                                        [&](Draft& draft) -> Result<void> {
                                            draft.add(AccountPut{row});
                                            return {};
                                        },
                                        {}})
                    .has_value());
        require_clean(*store);
        first_ = first.hash;
    }

    // What check says after the change. `part`: rows, bodies or directory.
    template <typename Change>
    std::string after(Change&& change, const std::string& part = "rows") {
        {
            const auto folder = part == "directory"
                                    ? folder_.path() + "/directory/rows"
                                    : folder_.path() + "/shard-00" + std::to_string(shard_) + "/" + part;
            auto raw = part == "bodies"
                           ? Environment::open(folder, 1ull << 30, body_databases)
                           : Environment::open(folder, 1ull << 30, row_databases, 0, account_of_row);
            REQUIRE(raw.has_value());
            WriteTransaction transaction(**raw);
            change(transaction);
            REQUIRE(transaction.commit().has_value());
        }
        const auto store = open(small(folder_.path()));
        const auto report = check(*store, false, {});
        REQUIRE(report.has_value());
        std::string all;
        for (const auto& finding : report->findings)
            all += finding.what + '\n';
        return all;
    }
    // Changes one octet of a value.
    std::string after_flip(Database database, const std::string& key, std::size_t octet,
                           const std::string& part = "rows") {
        return after(
            [&](WriteTransaction& transaction) {
                auto value = std::string(transaction.get(database, key).value_or(""));
                REQUIRE(octet < value.size());
                value[octet] = static_cast<char>(value[octet] ^ 1);
                transaction.put(database, key, value);
            },
            part);
    }
    std::string after_removal(Database database, const std::string& key, const std::string& part = "rows") {
        return after(
            [&](WriteTransaction& transaction) {
                REQUIRE(transaction.get(database, key).has_value());
                transaction.remove(database, key);
            },
            part);
    }
    std::string after_addition(Database database, const std::string& key, const std::string& value) {
        return after([&](WriteTransaction& transaction) { transaction.put(database, key, value); });
    }

    MailboxId inbox_ = 0, archive_ = 0;
    Hash first_;

private:
    TemporaryFolder folder_;
    ShardId shard_ = 0;
};

} // namespace

TEST_CASE("check names a damaged or missing email row") {
    Damaged store;
    SECTION("an index goes wrong with the row") {
        // The flags are at 4: the email is read now, its list entries and counters say unread.
        const auto findings = store.after_flip(db_emails, make_key(anne, EmailId{1}), 4);
        CHECK_THAT(findings, Contains("Email 1 has a wrong entry in the index received"));
        CHECK_THAT(findings, Contains("The counts of thread 1 are wrong"));
        CHECK_THAT(findings, Contains("The counters of mailbox 1"));
    }
    SECTION("its form") {
        CHECK_THAT(store.after_flip(db_emails, make_key(anne, EmailId{1}), 0),
                   Contains("The row of email 1 is damaged"));
    }
    SECTION("it is missing") {
        const auto findings = store.after_removal(db_emails, make_key(anne, EmailId{1}));
        CHECK_THAT(findings, Contains("The index received has 5 entries and should have 3"));
        CHECK_THAT(findings, Contains("The account counts 2 emails"));
    }
}

TEST_CASE("check names what an index lacks") {
    Damaged store;
    SECTION("received") {
        CHECK_THAT(store.after_removal(db_received, received_key(anne, store.inbox_, 100, 1)),
                   Contains("Email 1 is missing from the index received"));
    }
    SECTION("uids") {
        CHECK_THAT(store.after_removal(db_uids, make_key(anne, store.archive_, Uid{1})),
                   Contains("Email 2 is missing from the index uids"));
    }
    SECTION("members") {
        CHECK_THAT(store.after_removal(db_members, member_key(anne, 1, 200, 2)),
                   Contains("Email 2 is missing from the index members"));
    }
    SECTION("message ids") {
        CHECK_THAT(store.after_removal(db_message_ids, make_key(anne, message_id_hash("1@test"), EmailId{1})),
                   Contains("Email 1 is missing from the index message_ids"));
    }
    SECTION("bodies of emails") {
        CHECK_THAT(store.after_removal(db_email_bodies, body_key(anne, store.first_) + make_key(EmailId{1})),
                   Contains("Email 1 is missing from the index email_bodies"));
    }
    SECTION("structure") {
        CHECK_THAT(store.after_removal(db_structures, make_key(anne, EmailId{2})),
                   Contains("The structure of email 2 is missing"));
    }
    SECTION("counters") {
        CHECK_THAT(store.after_removal(db_counters, make_key(anne, store.archive_)),
                   Contains("The counters of mailbox 2"));
    }
    SECTION("thread") {
        CHECK_THAT(store.after_removal(db_threads, make_key(anne, ThreadId{1})),
                   Contains("The counts of thread 1 are wrong"));
    }
    SECTION("state") {
        CHECK_THAT(store.after_removal(db_states, make_key(anne)), Contains("The account counts 0 emails"));
    }
    SECTION("mailbox") {
        CHECK_THAT(store.after_removal(db_mailboxes, make_key(anne, store.archive_)),
                   Contains("Emails are in mailbox 2, which does not exist"));
    }
    SECTION("history") {
        CHECK_THAT(store.after_removal(db_history, make_key(anne, Modseq{2})),
                   Contains("The history of the account jumps from 1 to 3"));
    }
    SECTION("log") {
        CHECK_THAT(store.after_removal(db_log, make_key(Sequence{2})),
                   Contains("The log jumps from record 1 to 3"));
    }
    SECTION("delivery") {
        CHECK_THAT(store.after_removal(db_delivered, body_key(anne, hash_of("delivery"))),
                   Contains("deliveries that are remembered are miscounted"));
    }
    SECTION("upload") {
        CHECK_THAT(store.after_removal(db_uploads, body_key(anne, hash_of("photo"))),
                   Contains("The references of body"));
    }
    SECTION("address") {
        CHECK_THAT(store.after_removal(db_addresses, "anne@academie.test", "directory"),
                   Contains("The address anne@academie.test does not lead to its account"));
    }
    SECTION("account") {
        CHECK_THAT(store.after_removal(db_accounts, make_key(anne), "directory"),
                   Contains("addresses without an account"));
    }
}

TEST_CASE("check names what an index has too much") {
    Damaged store;
    SECTION("received") {
        CHECK_THAT(store.after_addition(db_received, received_key(anne, store.inbox_, 5, 9), "x"),
                   Contains("The index received has 6 entries and should have 5"));
    }
    SECTION("message ids") {
        CHECK_THAT(store.after_addition(db_message_ids, make_key(anne, std::uint64_t{7}, EmailId{1}),
                                        make_key(ThreadId{1})),
                   Contains("The index message_ids has 3 entries and should have 2"));
    }
    SECTION("thread") {
        CHECK_THAT(store.after_addition(db_threads, make_key(anne, ThreadId{7}), "x"),
                   Contains("threads without emails"));
    }
    SECTION("an account that only an index knows") {
        CHECK_THAT(
            store.after_addition(db_email_bodies, body_key(77, store.first_) + make_key(EmailId{1}), ""),
            Contains("The index email_bodies has 1 entries and should have 0"));
    }
    SECTION("reference") {
        CHECK_THAT(store.after_addition(db_holders,
                                        std::string(bytes_of(store.first_)) + make_key(AccountId{9}),
                                        make_key(std::uint32_t{1})),
                   Contains("The references of body " + to_hex(store.first_)));
    }
    SECTION("a body that is held and dead") {
        CHECK_THAT(store.after_addition(db_dead, std::string(bytes_of(store.first_)), ""),
                   Contains("is held and marked for removal"));
    }
}

TEST_CASE("check names wrong values") {
    Damaged store;
    SECTION("counters") {
        CHECK_THAT(store.after_flip(db_counters, make_key(anne, store.inbox_), 3),
                   Contains("The counters of mailbox 1"));
    }
    SECTION("reference count") {
        CHECK_THAT(store.after_flip(db_holders, std::string(bytes_of(store.first_)) + make_key(anne), 3),
                   Contains("The references of body " + to_hex(store.first_) + " are miscounted"));
    }
    SECTION("record") {
        CHECK_THAT(store.after_flip(db_log, make_key(Sequence{3}), 0),
                   Contains("Record 3 of the log is damaged"));
    }
    SECTION("digest") {
        CHECK_THAT(store.after_flip(db_history, make_key(anne, Modseq{3}), 0),
                   Contains("The history of the account is damaged at 3"));
    }
    SECTION("mailbox row") {
        CHECK_THAT(store.after_flip(db_mailboxes, make_key(anne, store.archive_), 0),
                   Contains("The row of a mailbox is damaged"));
    }
    SECTION("upload row") {
        CHECK_THAT(store.after_flip(db_uploads, body_key(anne, hash_of("photo")), 0),
                   Contains("The row of upload"));
    }
    SECTION("account row") {
        CHECK_THAT(store.after_flip(db_accounts, make_key(anne), 0, "directory"),
                   Contains("The row of account 1 is damaged"));
    }
}

TEST_CASE("check names a body that is damaged or missing") {
    Damaged store;
    const auto key = std::string(bytes_of(store.first_)) + make_key(std::uint32_t{0});
    const auto chunks = static_cast<Database>(db_chunks), pieces = static_cast<Database>(db_pieces);
    const auto is_damaged = Contains("The body " + to_hex(store.first_) + " is damaged");
    SECTION("one octet") {
        CHECK_THAT(store.after_flip(pieces, make_key(std::uint64_t{1}), 1 + 4 + 2, "bodies"), is_damaged);
    }
    SECTION("where it is") {
        CHECK_THAT(store.after_flip(chunks, key, 1, "bodies"),
                   is_damaged && Contains("Where the body " + to_hex(store.first_) + " is, is damaged") &&
                       Contains("Piece 1 of the bodies is of none"));
    }
    SECTION("missing") {
        CHECK_THAT(store.after_removal(chunks, key, "bodies"),
                   Contains("The body " + to_hex(store.first_) + " is not in the store") &&
                       Contains("Piece 1 of the bodies is of none"));
    }
    SECTION("a piece") {
        CHECK_THAT(store.after_removal(pieces, make_key(std::uint64_t{1}), "bodies"),
                   is_damaged && Contains("Piece 1 of the bodies is missing"));
    }
}

TEST_CASE("check tells how far it is, and counts threads and references of any number of emails") {
    const TemporaryFolder folder;
    const auto store = open(small(folder.path()));
    const auto inbox = add_mailbox(*store, anne, "Réception", "inbox");
    const auto shared = body_of("circulaire"), own = body_of("lettre");
    const auto plan = [&](Draft& draft) -> Result<void> {
        for (EmailId id = 1; id <= 300; ++id)
            draft.add(email_of(id % 3 == 0 ? own : shared, id, std::min(id, 1 + id % 7),
                               static_cast<Time>(id), {{inbox, static_cast<Uid>(id)}}));
        draft.add(UploadPut{{shared.hash, 5, "text/plain", 1000}});
        return {};
    };
    REQUIRE(commit(*store, anne, plan, {shared, own}).has_value());
    std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
    const auto report = check(
        *store, false, [&](std::uint64_t done, std::uint64_t total) { told.emplace_back(done, total); });
    REQUIRE(report.has_value());
    for (const auto& finding : report->findings)
        FAIL(finding.what);
    CHECK(report->emails == 300);
    CHECK(report->bodies == 2);
    REQUIRE(told.size() >= 3);
    CHECK(std::is_sorted(told.begin(), told.end()));
    CHECK(told.back() == std::pair<std::uint64_t, std::uint64_t>{600, 600});
}
