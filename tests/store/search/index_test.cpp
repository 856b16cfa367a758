#include "store/environment.h"
#include "store/search/implementation.h"
#include "store/search/search.h"
#include "tests/store/fixture.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace facteur::store;
using namespace facteur::store::search;
using facteur::store::test::TemporaryFolder;

namespace {

std::unique_ptr<Index> open_index(const std::string& path) {
    auto index = Index::open({path, 1ull << 30});
    REQUIRE(index.has_value());
    return std::move(*index);
}

Document document(AccountId account, EmailId email, std::string subject, std::string body = {},
                  std::string from = {}) {
    Document made{account, email, {}};
    made[Field::subject] = std::move(subject);
    made[Field::body] = std::move(body);
    made[Field::from] = std::move(from);
    return made;
}

std::vector<EmailId> found(const Index& index, AccountId account, std::string_view text,
                           std::uint32_t in = 0) {
    const auto result = index.query(account, parse(text, in));
    REQUIRE(result.has_value());
    return result->emails;
}
using Ids = std::vector<EmailId>;

void require_clean(const Index& index) {
    for (const auto& finding : index.check())
        FAIL(finding);
}

} // namespace

TEST_CASE("an index finds words, stems, prefixes and fields, of one account only") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    REQUIRE(index
                ->update({document(1, 1, "Conseil de classe", "Les élèves arrivent", "Anne Martin"),
                          document(1, 2, "Réunion", "Le conseil de l'école", "Bernard Classe"),
                          document(2, 1, "Conseil", "d'administration")},
                         {}, 7)
                .has_value());
    CHECK(index->mark() == 7);
    CHECK(found(*index, 1, "conseil") == Ids{1, 2});
    CHECK(found(*index, 2, "CONSEILS") == Ids{1});
    CHECK(found(*index, 3, "conseil").empty());
    CHECK(found(*index, 1, "eleve arriver") == Ids{1});
    CHECK(found(*index, 1, "classe", bit(Field::subject)) == Ids{1});
    CHECK(found(*index, 1, "classe", bit(Field::from)) == Ids{2});
    CHECK(found(*index, 1, "classes", bit(Field::from)).empty()); // names have no stems
    CHECK(index->query(1, {Expression::Kind::prefix, "cons", 0, {}})->emails == Ids{1, 2});
    CHECK(index->query(1, {Expression::Kind::prefix, "eleve", 0, {}})->emails == Ids{1});
    CHECK(index->query(1, {})->emails == Ids{1, 2});
    CHECK(index->statistics().documents == 3);
    require_clean(*index);
}

TEST_CASE("a phrase is one of words that follow each other in one field") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    const std::vector<Document> all{document(1, 1, "conseil de classe"), document(1, 2, "classe de conseil"),
                                    document(1, 3, "conseil", "de classe")};
    REQUIRE(index->update(all, {}, 1).has_value());
    std::vector<std::uint32_t> asked;
    const auto text_of = [&](EmailId email, std::uint32_t in) -> std::optional<Document> {
        asked.push_back(in);
        return all[email - 1];
    };
    const Expression phrase{Expression::Kind::phrase, "Conseil de classe", bit(Field::subject), {}};
    CHECK(index->query(1, phrase, text_of)->emails == Ids{1});
    CHECK(asked == std::vector<std::uint32_t>{bit(Field::subject), bit(Field::subject)});
    CHECK(index->query(1, phrase)->emails == Ids{1, 2}); // candidates
    const Expression none{Expression::Kind::not_, {}, 0, {phrase}};
    CHECK(index->query(1, none, text_of)->emails == Ids{2, 3});
    CHECK(index->query(1, {Expression::Kind::prefix, "conseil de cl", 0, {}}, text_of)->emails == Ids{1});
    // In a conjunction only what the other parts leave is read.
    asked.clear();
    const Expression both{Expression::Kind::and_, {}, 0, {phrase, {Expression::Kind::word, "absent", 0, {}}}};
    CHECK(index->query(1, both, text_of)->emails.empty());
    CHECK(asked.empty());
}

TEST_CASE("a query can be ended between two postings") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    std::vector<Document> many;
    for (EmailId email = 1; email <= 10'000; ++email)
        many.push_back(document(1, email, "conseil"));
    REQUIRE(index->update(many, {}, 1).has_value());
    const Expression word{Expression::Kind::word, "conseil", 0, {}};
    unsigned read = 0;
    const auto count = [&](unsigned postings) { return (read += postings) > 0; };
    CHECK(index->query(1, word, {}, count)->emails.size() == 10'000);
    CHECK(read > 5'000);
    const auto ended = index->query(1, word, {}, [](unsigned) { return false; });
    REQUIRE(!ended.has_value());
    CHECK(ended.error().code == Code::stopped);
}

TEST_CASE("a document is replaced whole, and the same update again changes nothing") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    REQUIRE(index->update({document(1, 5, "ancien mot"), document(1, 6, "autre mot")}, {}, 1).has_value());
    REQUIRE(index->update({document(1, 5, "nouveau")}, {}, 2).has_value());
    CHECK(found(*index, 1, "ancien").empty());
    CHECK(found(*index, 1, "mot") == Ids{6});
    CHECK(found(*index, 1, "nouveau") == Ids{5});
    const auto before = index->statistics();
    REQUIRE(index->update({document(1, 5, "nouveau")}, {{1, 99}}, 2).has_value());
    CHECK(index->statistics().documents == before.documents);
    CHECK(index->statistics().terms == before.terms);
    require_clean(*index);
}

TEST_CASE("removed documents are found no more; their postings go with tidying") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    std::vector<Document> many;
    for (EmailId id = 1; id <= 2000; ++id)
        many.push_back(document(1, id, "commun seul" + std::to_string(id)));
    REQUIRE(index->update(many, {}, 1).has_value());
    CHECK(index->statistics().terms > 2000);
    std::vector<Removal> removed;
    for (EmailId id = 1; id <= 2000; ++id)
        if (id % 4 != 0) removed.push_back({1, id});
    REQUIRE(index->update({}, removed, 2).has_value());
    CHECK(found(*index, 1, "commun").size() == 500);
    CHECK(found(*index, 1, "seul3").empty());
    require_clean(*index);
    // A document comes back under an id whose old postings are not gone yet.
    REQUIRE(index->update({document(1, 3, "revenu")}, {}, 3).has_value());
    CHECK(found(*index, 1, "seul3").empty());
    while (*index->tidy())
        require_clean(*index);
    CHECK(found(*index, 1, "commun").size() == 500);
    CHECK(found(*index, 1, "revenu") == Ids{3});
    CHECK(index->statistics().terms < 600);
    CHECK(index->statistics().documents == 501);
}

TEST_CASE("an account is removed whole, and its position starts again") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    std::vector<Document> many;
    for (EmailId id = 1; id <= 6000; ++id)
        many.push_back(document(1 + id % 2, id, "commun seul" + std::to_string(id)));
    REQUIRE(index->update(many, {}, 9, {{1, 40, 6001}, {2, 41, 6001}}).has_value());
    CHECK(index->position(1) == Position{1, 40, 6001});
    CHECK(index->query(2, {})->position == Position{2, 41, 6001});
    REQUIRE(index->remove_account(1).has_value());
    CHECK(index->position(1) == Position{1, 0, 1});
    CHECK(found(*index, 1, "commun").empty());
    CHECK(index->accounts() == std::vector<AccountId>{2});
    CHECK(index->statistics().documents == 3000);
    CHECK(index->statistics().terms == 3001);
    CHECK(found(*index, 2, "commun").size() == 3000);
    require_clean(*index);
}

TEST_CASE("documents may come in any order of ids") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    Ids all;
    for (int round = 0; round < 40; ++round) {
        std::vector<Document> some;
        for (int i = 0; i < 100; ++i) {
            const auto id = static_cast<EmailId>((round * 100 + i) * 7919 % 4003 + 1);
            some.push_back(document(1, id, "commun"));
            all.push_back(id);
        }
        REQUIRE(index->update(some, {}, static_cast<Sequence>(round + 1)).has_value());
    }
    std::sort(all.begin(), all.end());
    CHECK(found(*index, 1, "commun") == all);
    require_clean(*index);
}

TEST_CASE("an index keeps everything when it is opened again") {
    const TemporaryFolder folder;
    {
        const auto index = open_index(folder.path());
        REQUIRE(index->update({document(1, 1, "Conseil")}, {}, 3, {{1, 3, 2}}).has_value());
    }
    const auto index = open_index(folder.path());
    CHECK(index->mark() == 3);
    CHECK(index->position(1) == Position{1, 3, 2});
    CHECK(found(*index, 1, "conseil") == Ids{1});
}

TEST_CASE("an index of another form, and one that is no index, are refused as corrupt") {
    const TemporaryFolder folder;
    open_index(folder.path());
    {
        auto raw = Environment::open(folder.path(), 1ull << 30, search_databases, 0, account_of_entry);
        REQUIRE(raw.has_value());
        WriteTransaction transaction(**raw);
        transaction.put(3, "form", "0");
        REQUIRE(transaction.commit().has_value());
    }
    const auto other = Index::open({folder.path(), 1ull << 30});
    REQUIRE(!other.has_value());
    CHECK(other.error().code == Code::corrupt);

    std::ofstream(folder.path() + "/data.mdb", std::ios::binary) << std::string(8192, 'x');
    const auto garbage = Index::open({folder.path(), 1ull << 30});
    REQUIRE(!garbage.has_value());
    CHECK(garbage.error().code == Code::corrupt);
}

TEST_CASE("a check names what is damaged, and a query does not believe it") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    REQUIRE(
        index->update({document(1, 1, "Conseil de classe"), document(1, 2, "Conseil")}, {}, 1, {{1, 1, 3}})
            .has_value());
    const auto damage = [&](std::size_t database, const std::function<void(WriteTransaction&)>& write) {
        const TemporaryFolder copy;
        std::filesystem::copy_file(folder.path() + "/data.mdb", copy.path() + "/data.mdb");
        {
            auto raw = Environment::open(copy.path(), 1ull << 30, search_databases, 0, account_of_entry);
            REQUIRE(raw.has_value());
            WriteTransaction transaction(**raw);
            write(transaction);
            REQUIRE(transaction.commit().has_value());
        }
        const auto damaged = open_index(copy.path());
        INFO("database " << database);
        const auto findings = damaged->check();
        REQUIRE(!findings.empty());
        return findings.front();
    };
    using Catch::Matchers::Contains;
    const std::string conseil("\0\0\0\1conseil\0\1\1", 14), classe("\0\0\0\1class\0\1\1", 12);
    CHECK_THAT(damage(0, [&](auto& t) { t.put(0, conseil, std::string("\x7f\0\0", 3)); }),
               Contains("damaged posting block"));
    CHECK_THAT(damage(0, [&](auto& t) { t.remove(0, conseil); }), Contains("counts 2 documents"));
    CHECK_THAT(damage(0, [&](auto& t) { t.put(0, conseil, "\4\16"); }), Contains("leads to email 8"));
    CHECK_THAT(damage(1, [&](auto& t) { t.remove(1, std::string("\0\0\0\1\0\0\0\0\0\0\0\0\0", 13)); }),
               Contains("miscounts"));
    CHECK_THAT(damage(2, [&](auto& t) { t.put(2, std::string("\0\0\0\1", 4), "x"); }),
               Contains("damaged account record"));
    CHECK(index->missing_word(document(1, 1, "Conseil de classe")) == std::nullopt);
    CHECK(index->missing_word(document(1, 1, "Conseil de classe inconnu")).has_value());
    CHECK(index->missing_word(document(1, 2, "Conseil de")) == "de");
}

TEST_CASE("a deep expression is refused") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    Expression deep{Expression::Kind::word, "mot", 0, {}};
    for (int i = 0; i < 64; ++i) {
        Expression outer{Expression::Kind::and_, {}, 0, {}};
        outer.children.push_back(std::move(deep));
        deep = std::move(outer);
    }
    const auto refused = index->query(1, deep);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::invalid);
    CHECK(!matches(document(1, 1, "mot"), deep));
}

TEST_CASE("hits are the places of what was searched") {
    const std::string text = "Le conseil de classe : les élèves du Conseil, classes.";
    const auto marked = [&](const Expression& expression) {
        std::vector<std::string> out;
        for (const auto& [begin, end] : hits(text, Field::body, expression))
            out.push_back(text.substr(begin, end - begin));
        return out;
    };
    using Marked = std::vector<std::string>;
    CHECK(marked(parse("conseil eleve", 0)) == Marked{"conseil", "élèves", "Conseil"});
    CHECK(marked(parse("\"conseil de classe\"", 0)) == Marked{"conseil de classe"});
    CHECK(marked(parse("cla", 0, true)) == Marked{"classe", "classes"});
    CHECK(marked(parse("conseil", bit(Field::subject))).empty());
    CHECK(marked({Expression::Kind::not_, {}, 0, {parse("conseil", 0)}}).empty());
    CHECK(marked(parse("conseil \"conseil de\"", 0)) == Marked{"conseil de", "Conseil"});
}

TEST_CASE("text is found anywhere, also within words") {
    const TemporaryFolder folder;
    const auto index = open_index(folder.path());
    REQUIRE(index
                ->update({document(1, 1, "Réunion de rentrée", "Les élèves\r\narrivent",
                                   "Anne <anne.martin@ac.fr>"),
                          document(1, 2, "Union européenne", "réunions", "Martine <m@ac.fr>"),
                          document(2, 1, "Union", "")},
                         {}, 7)
                .has_value());
    const auto candidates = [&](std::string text, std::uint32_t in = 0) {
        const Expression expression{Expression::Kind::contains, std::move(text), in, {}};
        return std::pair(index->query(1, expression)->emails, has_phrase(expression));
    };
    const auto sure = [](Ids ids) { return std::pair(std::move(ids), false); };
    const auto maybe = [](Ids ids) { return std::pair(std::move(ids), true); };
    CHECK(candidates("UNION") == sure({1, 2}));
    CHECK(candidates("union", bit(Field::body)) == sure({2}));
    CHECK(candidates("éuni") == sure({1, 2}));
    CHECK(candidates("artin", bit(Field::from)) == sure({1, 2}));
    CHECK(candidates("nne.mart", bit(Field::from)) == maybe({1}));
    CHECK(candidates("martin@", bit(Field::from)) == maybe({1}));
    CHECK(candidates("ves arri") == maybe({1}));
    CHECK(candidates("ves arri", bit(Field::subject)) == maybe({}));
    CHECK(candidates(" de ") == maybe({1}));
    CHECK(candidates("@") == maybe({1, 2}));
    CHECK(candidates("") == maybe({1, 2}));
    CHECK(candidates("zzz") == sure({}));
    CHECK(fold_text("Les  ÉLÈVES\r\n\tarrivent, œuvre!") == "les eleves arrivent, oeuvre!");
    require_clean(*index);

    // So many words have the piece that all are walked past.
    std::string many;
    for (int i = 0; i < 3000; ++i)
        many += "w" + std::to_string(i) + (i % 2 == 0 ? "zq " : "zqs ");
    REQUIRE(index->update({document(1, 3, "none", many), document(1, 4, "w7zq")}, {}, 8).has_value());
    CHECK(candidates("zq") == sure({3, 4}));
    CHECK(candidates("zqs") == sure({3}));
    CHECK(candidates("zq", bit(Field::subject)) == sure({4}));
    CHECK(candidates("zq w2") == maybe({3}));
    REQUIRE(index->update({}, {{1, 3}, {1, 4}}, 8).has_value());

    // Words that come and go do not make the vocabulary grow for ever.
    for (Sequence round = 0; round < 40; ++round) {
        std::vector<Document> added;
        for (EmailId email = 100; email < 300; ++email)
            added.push_back(document(1, round * 1000 + email, "again" + std::to_string(email)));
        REQUIRE(index->update(added, {}, 8 + 2 * round).has_value());
        std::vector<Removal> removed;
        for (const auto& of : added)
            removed.push_back({1, of.email});
        REQUIRE(index->update({}, removed, 9 + 2 * round).has_value());
        for (bool more = true; more;)
            more = *index->tidy();
    }
    CHECK(candidates("again").first.empty());
    CHECK(candidates("union").first == Ids{1, 2});
    require_clean(*index);
    const auto statistics = index->statistics();
    CHECK(statistics.octets < 400'000);
}
