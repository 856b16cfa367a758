#include "actors/indexing/indexing.h"
#include "actors/mailbox/ingest.h"
#include "tests/store/fixture.h"

#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

using namespace facteur;
using namespace std::chrono_literals;
using store::search::bit;
using store::search::Field;
using store::search::parse;
using store::test::TemporaryFolder;

namespace {

constexpr store::AccountId anne = 1, bernard = 2;
constexpr auto never = 1h; // how long commits gather when a test asks for indexing itself

store::Options options_in(const TemporaryFolder& folder) {
    auto options = store::test::small(folder.path());
    options.search_map = 1ull << 30;
    return options;
}

std::unique_ptr<Indexing> start(store::Store& store, std::chrono::milliseconds gather = never) {
    auto indexing = Indexing::start(store, gather);
    REQUIRE(indexing.has_value());
    return std::move(*indexing);
}

std::string plain(const std::string& subject, const std::string& body,
                  const std::string& from = "Anne Martin <anne.martin@academie.test>") {
    return "From: " + from + "\r\nTo: Bernard <bernard@academie.test>\r\nSubject: " + subject +
           "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
           "Content-Transfer-Encoding: 8bit\r\n\r\n" +
           body + "\r\n";
}

// Makes the mailbox on first use; safe to call from one thread at a time.
store::EmailId add(store::Store& store, store::AccountId account, const std::string& message) {
    const auto email = ingest(std::make_shared<const std::string>(message), 1'000'000);
    store::EmailId id = 0;
    const auto plan = [&](store::Draft& draft) -> store::Result<void> {
        store::MailboxId inbox = draft.now().mailbox_by_role(account, "inbox").value_or(0);
        if (inbox == 0) {
            inbox = draft.new_mailbox();
            draft.add(store::MailboxPut{{inbox, 0, "Réception", "inbox", 0, true, 1}});
        }
        store::EmailAdded added{email->row, email->structure, true};
        id = added.row.id = added.row.thread = draft.new_email();
        added.row.mailboxes = {{inbox, draft.new_uid(inbox)}};
        draft.add(std::move(added));
        return {};
    };
    const auto done = store.commit({account, 1'000'000, {email->body}, plan, {}});
    REQUIRE(done.has_value());
    return id;
}

void remove(store::Store& store, store::AccountId account, store::EmailId email) {
    const auto plan = [&](store::Draft& draft) -> store::Result<void> {
        draft.add(store::EmailRemoved{email});
        return {};
    };
    REQUIRE(store.commit({account, 1'000'000, {}, plan, {}}).has_value());
}

void flag(store::Store& store, store::AccountId account, store::EmailId email) {
    const auto plan = [&](store::Draft& draft) -> store::Result<void> {
        const auto view = draft.now().email(account, email);
        draft.add(store::EmailUpdated{email, {view->flags() ^ store::flag_flagged, {}}, view->refs()});
        return {};
    };
    REQUIRE(store.commit({account, 1'000'000, {}, plan, {}}).has_value());
}

using Ids = std::vector<store::EmailId>;

// As a search goes about it: what the index says, and a look at what it leaves open.
Ids found(const store::Snapshot& now, store::AccountId account, const store::search::Expression& expression,
          const Indexing::Candidates& candidates) {
    using Says = Indexing::Candidates::Says;
    Ids ids;
    now.by_id(account, 0, [&](const store::EmailView& email) {
        const auto says = candidates.of(email.id());
        if (says == Says::yes ||
            (says == Says::look && Indexing::matches(now, account, email.id(), expression)))
            ids.push_back(email.id());
        return true;
    });
    return ids;
}
Ids found(const Indexing& indexing, const store::Store& store, store::AccountId account,
          const store::search::Expression& expression) {
    const auto candidates = indexing.candidates(account, expression);
    REQUIRE(candidates.has_value());
    return found(store.read(account), account, expression, *candidates);
}
Ids found(const Indexing& indexing, const store::Store& store, store::AccountId account,
          std::string_view text, std::uint32_t in = 0) {
    return found(indexing, store, account, parse(text, in));
}

// What a search without any index finds.
Ids by_scan(const store::Snapshot& now, store::AccountId account,
            const store::search::Expression& expression) {
    Ids ids;
    now.by_id(account, 0, [&](const store::EmailView& email) {
        if (store::search::matches(*Indexing::document(now, account, email.id()), expression))
            ids.push_back(email.id());
        return true;
    });
    return ids;
}

void require_clean(Indexing& indexing) {
    for (const auto& finding : check_search(indexing, false))
        FAIL(finding.what);
}

std::uint64_t documents_in(const Indexing& indexing) {
    std::uint64_t documents = 0;
    for (const auto& shard : indexing.statistics())
        documents += shard.documents;
    return documents;
}

} // namespace

TEST_CASE("a document holds addresses, subject, body texts and attachments") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    const auto id =
        add(*store, anne,
            "From: =?utf-8?q?H=C3=A9l=C3=A8ne?= <helene@academie.test>\r\n"
            "To: anne@academie.test\r\nCc: Direction <direction@academie.test>\r\n"
            "Subject: =?iso-8859-1?q?R=E9union?=\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
            "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
            "--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nLes =E9l=E8ves\r\n"
            "--a\r\nContent-Type: text/html\r\n\r\n<p>Un <b>tableau</b></p><script>alerte</script>\r\n"
            "--a--\r\n"
            "--m\r\nContent-Type: application/pdf; name=convocation.pdf\r\n"
            "Content-Disposition: attachment; filename=convocation.pdf\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\nYmluYWlyZQ==\r\n"
            "--m\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=notes.csv\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\nRHVwb250LDE0\r\n"
            "--m\r\nContent-Type: message/rfc822\r\n\r\n"
            "Subject: ancien\r\n\r\nLe transmis\r\n--m--\r\n");
    const auto now = store->read(anne);
    const auto document = Indexing::document(now, anne, id);
    REQUIRE(document);
    using Catch::Matchers::Contains;
    CHECK((*document)[Field::from] == "Hélène <helene@academie.test>\n");
    CHECK((*document)[Field::to] == " <anne@academie.test>\n");
    CHECK((*document)[Field::cc] == "Direction <direction@academie.test>\n");
    CHECK((*document)[Field::subject] == "Réunion");
    CHECK_THAT((*document)[Field::body], Contains("Les élèves") && Contains("tableau"));
    CHECK_THAT((*document)[Field::body], !Contains("alerte") && !Contains("binaire"));
    CHECK_THAT((*document)[Field::attachment],
               Contains("convocation.pdf") && Contains("Dupont,14") && Contains("Le transmis"));

    const auto of_list = Indexing::document(now, anne, id, bit(Field::from) | bit(Field::subject));
    CHECK((*of_list)[Field::from] == (*document)[Field::from]);
    CHECK((*of_list)[Field::subject] == "Réunion");
    CHECK((*of_list)[Field::body].empty());
    CHECK(!Indexing::document(now, anne, id + 1));
    CHECK(!Indexing::document(now, bernard, id));
}

TEST_CASE("a document of a huge message is bounded and reads what lies far within") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    std::string lines;
    for (int i = 0; i < 200'000; ++i)
        lines += "ligne " + std::to_string(i) + "\r\n";
    const auto id =
        add(*store, anne,
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
            "--m\r\nContent-Type: text/plain\r\n\r\n" +
                lines + "--m\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\n" +
                "lointain\r\n--m--\r\n");
    const auto document = Indexing::document(store->read(anne), anne, id);
    REQUIRE(document);
    CHECK((*document)[Field::body].size() <= (256u << 10) + 1);
    CHECK_THAT((*document)[Field::body], Catch::Matchers::Contains("ligne 9999"));
    CHECK_THAT((*document)[Field::attachment], Catch::Matchers::Contains("lointain"));
}

TEST_CASE("an email is found the moment it is committed, and the same way when it is indexed") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store);
    REQUIRE(indexing->wait_until_current().has_value());
    const auto first = add(*store, anne, plain("Conseil de classe", "Les élèves arrivent"));
    const auto second = add(*store, anne, plain("Réunion", "Le conseil", "Bernard <b@academie.test>"));
    add(*store, bernard, plain("Conseil", "autre compte"));
    const auto verify = [&] {
        CHECK(found(*indexing, *store, anne, "conseils") == Ids{first, second});
        CHECK(found(*indexing, *store, anne, "eleve") == Ids{first});
        CHECK(found(*indexing, *store, anne, "\"conseil de classe\"") == Ids{first});
        CHECK(found(*indexing, *store, anne, "anne.martin@academie.test", bit(Field::from)) == Ids{first});
        CHECK(found(*indexing, *store, anne, "") == Ids{first, second});
        CHECK(found(*indexing, *store, anne, "absent").empty());
        CHECK(found(*indexing, *store, 99, "conseil").empty());
    };
    CHECK(documents_in(*indexing) == 0);
    verify();
    REQUIRE(indexing->wait_until_current().has_value());
    CHECK(documents_in(*indexing) == 3);
    CHECK(indexing->indexed(store->shard_of(anne)) == store->read(anne).last_sequence());
    verify();
    require_clean(*indexing);
}

TEST_CASE("one message in accounts of several shards is found in each of them") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    const auto message = plain("Conseil de classe", "Réunions en salle 12");
    std::map<store::AccountId, Ids> has;
    std::set<store::ShardId> shards;
    for (const store::AccountId account : {1, 2, 3, 4, 5, 2}) {
        has[account].push_back(add(*store, account, message));
        shards.insert(store->shard_of(account));
    }
    REQUIRE(shards.size() > 1);
    const auto other = add(*store, anne, plain("Conseil de classe", "Réunions en salle 13"));
    auto indexing = start(*store);
    REQUIRE(indexing->wait_until_current().has_value());
    for (const auto& [account, emails] : has) {
        CHECK(found(*indexing, *store, account, "12") == emails);
        CHECK(found(*indexing, *store, account, "réunion", bit(Field::body)).size() ==
              emails.size() + (account == anne ? 1 : 0));
    }
    CHECK(found(*indexing, *store, anne, "13") == Ids{other});
    require_clean(*indexing);
}

TEST_CASE("what the index says is true of every later snapshot") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store);
    const auto kept = add(*store, anne, plain("Conseil", "un"));
    const auto gone = add(*store, anne, plain("Conseil", "deux"));
    REQUIRE(indexing->wait_until_current().has_value());
    const auto conseil = parse("conseil", 0);
    const auto early = indexing->candidates(anne, conseil);
    REQUIRE(early.has_value());
    CHECK(early->certain);
    CHECK(early->emails == Ids{kept, gone});

    remove(*store, anne, gone);
    flag(*store, anne, kept);
    const auto came = add(*store, anne, plain("Conseil", "trois"));
    CHECK(found(store->read(anne), anne, conseil, *early) == Ids{kept, came});
    CHECK(found(*indexing, *store, anne, conseil) == Ids{kept, came}); // the index is behind

    REQUIRE(indexing->wait_until_current().has_value());
    CHECK(found(store->read(anne), anne, conseil, *early) == Ids{kept, came});
    CHECK(found(*indexing, *store, anne, conseil) == Ids{kept, came});
    CHECK(found(*indexing, *store, anne, parse("\"conseil\"", 0)) == Ids{kept, came});
    require_clean(*indexing);
}

TEST_CASE("a phrase and what is without one are left to look at") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store);
    const auto has = add(*store, anne, plain("Conseil de classe", "un"));
    const auto apart = add(*store, anne, plain("La classe et le conseil de lundi", "deux"));
    const auto neither = add(*store, anne, plain("Cantine", "trois"));
    REQUIRE(indexing->wait_until_current().has_value());
    const auto phrase = parse("\"conseil de classe\"", 0);
    const auto candidates = indexing->candidates(anne, phrase);
    REQUIRE(candidates.has_value());
    CHECK(!candidates->certain);
    CHECK(candidates->emails == Ids{has, apart});
    CHECK(found(*indexing, *store, anne, phrase) == Ids{has});
    const store::search::Expression without{store::search::Expression::Kind::not_, {}, 0, {phrase}};
    CHECK(found(*indexing, *store, anne, without) == Ids{apart, neither});
}

TEST_CASE("wake makes the index current without being asked") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store, 1ms);
    add(*store, anne, plain("Conseil", "un"));
    indexing->wake(store->shard_of(anne));
    const auto last = store->read(anne).last_sequence();
    for (int i = 0; i < 3000 && indexing->indexed(store->shard_of(anne)) < last; ++i)
        std::this_thread::sleep_for(10ms);
    CHECK(indexing->indexed(store->shard_of(anne)) == last);
    CHECK(documents_in(*indexing) == 1);
}

TEST_CASE("commits without mail are no lag, although the index itself is not written for them") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store, 1ms);
    const auto shard = store->shard_of(anne);
    const auto email = add(*store, anne, plain("Conseil", "un"));
    indexing->wake(shard);
    const auto lag = [&] {
        const auto statistics = indexing->statistics()[shard];
        return statistics.last - statistics.indexed;
    };
    for (int i = 0; i < 3000 && lag() > 0; ++i)
        std::this_thread::sleep_for(10ms);
    const auto written = indexing->indexed(shard);
    for (int i = 0; i < 5; ++i)
        flag(*store, anne, email);
    indexing->wake(shard);
    for (int i = 0; i < 3000 && lag() > 0; ++i)
        std::this_thread::sleep_for(10ms);
    CHECK(lag() == 0);
    CHECK(indexing->indexed(shard) == written);
}

TEST_CASE("after a restart only what is new is indexed") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    for (int i = 0; i < 20; ++i)
        add(*store, i % 2 == 0 ? anne : bernard, plain("Conseil", "numéro " + std::to_string(i)));
    REQUIRE(start(*store)->wait_until_current().has_value());
    const auto late = add(*store, anne, plain("Tardif", "x"));
    auto indexing = start(*store);
    CHECK(found(*indexing, *store, anne, "tardif") == Ids{late});
    REQUIRE(indexing->wait_until_current().has_value());
    std::uint64_t added = 0;
    for (const auto& shard : indexing->statistics()) {
        added += shard.added;
        CHECK(shard.indexed == shard.last);
        CHECK(shard.rebuilds == 0);
    }
    CHECK(added == 1);
    CHECK(documents_in(*indexing) == 21);
    require_clean(*indexing);
}

TEST_CASE("a missing, damaged or foreign index is made again, also when the log is trimmed") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    Ids all;
    for (int i = 0; i < 12; ++i)
        all.push_back(add(*store, anne, plain("Conseil", "numéro " + std::to_string(i))));
    remove(*store, anne, all.front());
    all.erase(all.begin());
    {
        auto indexing = start(*store);
        REQUIRE(indexing->wait_until_current().has_value());
        REQUIRE(
            store->trim(2'000'000, 2'000'000, [&](store::ShardId shard) { return indexing->indexed(shard); })
                .has_value());
    }
    const auto path = store->search_path(store->shard_of(anne));
    SECTION("missing") {
        std::filesystem::remove_all(path);
    }
    SECTION("damaged") {
        std::ofstream(path + "/data.mdb", std::ios::binary) << std::string(16384, 'x');
    }
    SECTION("ahead of the store") {
        auto index = store::search::Index::open({path, 1ull << 30});
        REQUIRE(index.has_value());
        REQUIRE((*index)->update({}, {}, 1'000'000).has_value());
    }
    SECTION("an account ahead of the store") {
        auto index = store::search::Index::open({path, 1ull << 30});
        REQUIRE(index.has_value());
        REQUIRE((*index)->update({}, {}, 3, {{anne, 1'000'000, 1'000'000}}).has_value());
    }
    auto indexing = start(*store);
    CHECK(found(*indexing, *store, anne, "conseil") == all);
    REQUIRE(indexing->wait_until_current().has_value());
    CHECK(found(*indexing, *store, anne, "conseil") == all);
    CHECK(documents_in(*indexing) == all.size());
    require_clean(*indexing);
}

TEST_CASE("a check names what the index lacks and what it has too much") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    const auto first = add(*store, anne, plain("Conseil", "un")),
               second = add(*store, anne, plain("Réunion", "x"));
    REQUIRE(start(*store)->wait_until_current().has_value());
    {
        auto index = store::search::Index::open({store->search_path(store->shard_of(anne)), 1ull << 30});
        REQUIRE(index.has_value());
        auto changed = *Indexing::document(store->read(anne), anne, second);
        changed[Field::subject] = "Autre";
        REQUIRE(
            (*index)
                ->update({changed, {anne, 77, {}}, {anne + 1000, 1, {}}}, {{anne, first}}, (*index)->mark())
                .has_value());
    }
    auto indexing = start(*store);
    std::vector<std::string> sentences;
    for (const auto& finding : check_search(*indexing, false))
        sentences.push_back(finding.what);
    using Catch::Matchers::VectorContains;
    CHECK_THAT(sentences, VectorContains("Email " + std::to_string(first) + " is not in the search index."));
    CHECK_THAT(sentences,
               VectorContains(std::string("The search index has email 77, which does not exist.")));
    CHECK_THAT(sentences,
               VectorContains(std::string("The search index has an account that the shard does not have.")));
    CHECK(std::any_of(sentences.begin(), sentences.end(), [&](const std::string& sentence) {
        return sentence.ends_with("does not lead to email " + std::to_string(second) + ".");
    }));
}

TEST_CASE("what was removed leaves nothing in the index") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store, 1ms);
    Ids all;
    for (int i = 0; i < 30; ++i)
        all.push_back(add(*store, anne, plain("Conseil", "mot" + std::to_string(i))));
    REQUIRE(indexing->wait_until_current().has_value());
    for (const auto email : all)
        remove(*store, anne, email);
    indexing->wake(store->shard_of(anne));
    const auto terms = [&] { return indexing->statistics()[store->shard_of(anne)].terms; };
    for (int i = 0; i < 3000 && terms() > 0; ++i)
        std::this_thread::sleep_for(10ms);
    CHECK(terms() == 0);
    CHECK(documents_in(*indexing) == 0);
    require_clean(*indexing);
}

TEST_CASE("searches beside writes find what a scan of their snapshot finds") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store, 1ms);
    const std::vector<store::search::Expression> questions{
        parse("conseil", 0),
        parse("mot1 classe", 0),
        parse("\"mot2 de\"", 0),
        {store::search::Expression::Kind::not_, {}, 0, {parse("mot3", 0)}}};
    std::atomic<bool> writing = true;
    std::atomic<int> equal = 0, different = 0;
    std::thread reader([&] {
        do {
            for (const auto& question : questions) {
                const auto candidates = indexing->candidates(anne, question);
                const auto now = store->read(anne);
                const bool same =
                    candidates && found(now, anne, question, *candidates) == by_scan(now, anne, question);
                ++(same ? equal : different);
            }
        } while (writing);
    });
    std::mt19937 random(11);
    Ids there;
    for (int i = 0; i < 250; ++i) {
        if (there.empty() || random() % 3 != 0) {
            there.push_back(add(*store, anne,
                                plain(random() % 2 == 0 ? "Conseil" : "Réunion",
                                      "mot" + std::to_string(random() % 4) + " de classe")));
        } else {
            const auto at = there.begin() + static_cast<long>(random() % there.size());
            if (random() % 3 == 0)
                flag(*store, anne, *at);
            else
                remove(*store, anne, *at), there.erase(at);
        }
        indexing->wake(store->shard_of(anne));
    }
    writing = false;
    reader.join();
    CHECK(equal > 0);
    CHECK(different == 0);
    REQUIRE(indexing->wait_until_current().has_value());
    require_clean(*indexing);
    store::test::require_clean(*store);
}

TEST_CASE("a stopped indexing still answers, and says that it will not become current") {
    const TemporaryFolder folder;
    auto store = store::test::open(options_in(folder));
    auto indexing = start(*store);
    indexing->stop();
    const auto id = add(*store, anne, plain("Conseil", "un"));
    CHECK(found(*indexing, *store, anne, "conseil") == Ids{id});
    const auto current = indexing->wait_until_current();
    REQUIRE(!current.has_value());
    CHECK(current.error().code == store::Code::stopped);
}
