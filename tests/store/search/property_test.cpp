// Random documents, changes and questions: what the index answers is what `matches` says of each document.
#include "store/search/search.h"
#include "tests/store/fixture.h"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace facteur::store;
using namespace facteur::store::search;
using facteur::store::test::TemporaryFolder;

namespace {

constexpr std::array<std::string_view, 28> vocabulary{
    "élève",    "élèves",  "Eleve",    "conseil",     "Conseils", "classe",   "classer",           "réunion",
    "réunions", "meeting", "meetings", "de",          "la",       "l'examen", "examens",           "arrivée",
    "arriver",  "2024",    "B12",      "note_finale", "cœur",     "東京都",   "anne.martin@ac.fr", "anne",
    "Martin",   "martins", "été",      "ét"};

class Run {
public:
    Run(Index& index, unsigned seed) : index_(index), random_(seed) {}

    void change() {
        std::map<std::pair<AccountId, EmailId>, Document> added;
        std::vector<Removal> removed;
        for (auto count = number(12); count > 0; --count) {
            const auto document = some_document();
            added[{document.account, document.email}] = document;
        }
        for (auto count = number(8); count > 0; --count)
            removed.push_back({account(), 1 + number(300)});
        for (const auto& removal : removed)
            documents_.erase({removal.account, removal.email});
        std::vector<Document> list;
        for (const auto& [id, document] : added) {
            documents_[id] = document;
            list.push_back(document);
        }
        std::shuffle(list.begin(), list.end(), random_);
        REQUIRE(index_.update(list, removed, ++mark_).has_value());
        if (number(4) == 0) REQUIRE(index_.tidy().has_value());
        if (number(40) == 0) {
            const auto gone = account();
            REQUIRE(index_.remove_account(gone).has_value());
            std::erase_if(documents_, [&](const auto& entry) { return entry.first.first == gone; });
        }
    }

    void ask() {
        const auto whose = account();
        const auto expression = some_expression(0);
        const auto text_of = [&](EmailId email, std::uint32_t in) -> std::optional<Document> {
            const auto known = documents_.find({whose, email});
            if (known == documents_.end()) return std::nullopt;
            auto document = known->second;
            for (std::size_t field = 0; field < fields; ++field)
                if ((in & 1u << field) == 0) document.text[field].clear();
            return document;
        };
        const auto found = index_.query(whose, expression, text_of);
        REQUIRE(found.has_value());
        std::vector<EmailId> expected;
        for (const auto& [id, document] : documents_)
            if (id.first == whose && matches(document, expression)) expected.push_back(id.second);
        CHECK(found->emails == expected);
        answered_ += expected.size();
    }

    void verify() const {
        for (const auto& finding : index_.check())
            FAIL_CHECK(finding);
        CHECK(index_.statistics().documents == documents_.size());
        for (const auto& [id, document] : documents_)
            CHECK(index_.missing_word(document) == std::nullopt);
    }
    [[nodiscard]] std::size_t answered() const { return answered_; }

private:
    std::uint64_t number(std::uint64_t below) { return random_() % below; }
    AccountId account() { return static_cast<AccountId>(1 + number(3)); }
    std::string some_text(std::uint64_t most) {
        std::string text;
        for (auto count = number(most + 1); count > 0; --count) {
            text += vocabulary[number(vocabulary.size())];
            text += number(10) == 0 ? ", " : " ";
        }
        return text;
    }
    Document some_document() {
        Document document{account(), 1 + number(300), {}};
        for (auto& text : document.text)
            text = some_text(number(3) == 0 ? 12 : 3);
        return document;
    }
    std::uint32_t some_fields() {
        return number(2) == 0 ? 0 : static_cast<std::uint32_t>(number(all_fields + 1));
    }
    Expression some_expression(int depth) {
        using enum Expression::Kind;
        Expression expression;
        const auto kind = number(depth < 3 ? 10 : 6);
        if (kind < 6) {
            expression.in = some_fields();
            expression.kind = kind < 3 ? word : kind < 4 ? prefix : phrase;
            expression.text =
                expression.kind == phrase ? some_text(3) : std::string(vocabulary[number(vocabulary.size())]);
            if (expression.kind == prefix) expression.text.resize(1 + number(expression.text.size()));
            if (expression.kind == prefix && number(2) == 0) {
                expression.kind = contains;
                expression.text = some_text(3);
                expression.text.erase(0, number(expression.text.size() + 1));
                expression.text.resize(number(expression.text.size() + 1));
            }
        } else {
            expression.kind = kind < 8 ? and_ : kind < 9 ? or_ : not_;
            for (auto count = number(4); count > 0; --count)
                expression.children.push_back(some_expression(depth + 1));
        }
        if (number(30) == 0) expression = {};
        return expression;
    }

    Index& index_;
    std::mt19937 random_;
    std::map<std::pair<AccountId, EmailId>, Document> documents_;
    Sequence mark_ = 0;
    std::size_t answered_ = 0;
};

} // namespace

TEST_CASE("an index answers what matches says of each document") {
    const auto seed = GENERATE(range(1u, 5u));
    CAPTURE(seed);
    const TemporaryFolder folder;
    auto index = Index::open({folder.path(), 1ull << 30});
    REQUIRE(index.has_value());
    Run run(**index, seed);
    for (int round = 0; round < 60; ++round) {
        run.change();
        for (int question = 0; question < 8; ++question)
            run.ask();
    }
    run.verify();
    CHECK(run.answered() > 1000);
}
