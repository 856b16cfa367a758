#include "store/search/search.h"

#include <catch2/catch.hpp>

using namespace facteur::store::search;

namespace {

// The tree in one line: w(…) word, p(…) prefix, "…" phrase.
std::string shown(const Expression& expression) {
    using enum Expression::Kind;
    const auto children = [&](const char* name) {
        std::string out = name;
        for (const auto& child : expression.children)
            out += ' ' + shown(child);
        return '(' + out + ')';
    };
    switch (expression.kind) {
    case all: return "all";
    case word: return "w(" + expression.text + ')';
    case prefix: return "p(" + expression.text + ')';
    case phrase: return '"' + expression.text + '"';
    case contains: return "c(" + expression.text + ')'; // nobody types it
    case and_: return children("and");
    case or_: return children("or");
    case not_: return children("not");
    }
    return {};
}
std::string parsed(std::string_view text, bool typing = false) {
    return shown(parse(text, 0, typing));
}

} // namespace

TEST_CASE("words are all wanted and quotes make a phrase") {
    CHECK(parsed("") == "all");
    CHECK(parsed(" \t ") == "all");
    CHECK(parsed("conseil") == "w(conseil)");
    CHECK(parsed("conseil  de classe") == "(and w(conseil) w(de) w(classe))");
    CHECK(parsed("\"conseil de classe\" 3A") == "(and \"conseil de classe\" w(3A))");
    CHECK(parsed("'conseil de classe'") == "\"conseil de classe\"");
    CHECK(parsed(R"("il dit \"oui\" \\ non")") == "\"il dit \"oui\" \\ non\"");
    CHECK(parsed("\"not closed") == "\"not closed\"");
}

TEST_CASE("signs alone match nothing, and do not hide other words") {
    CHECK(parsed("***") == "w(***)");
    CHECK(parsed("conseil - classe") == "(and w(conseil) w(classe))");
    CHECK(parsed("\"\" classe") == "w(classe)");
    CHECK(!matches({1, 1, {{"a", "b", "c", "d", "e", "f", "g"}}}, parse("***", 0)));
}

TEST_CASE("an elided article is no word to search for") {
    CHECK(parsed("l'examen") == "w(examen)");
    CHECK(parsed("L’examen") == "w(examen)");
    CHECK(parsed("aujourd'hui") == "(and w(aujourd) w(hui))");
    CHECK(parsed("qu'il") == "w(il)");
}

TEST_CASE("the last word is a beginning while it is typed") {
    CHECK(parsed("conseil cla", true) == "(and w(conseil) (or w(cla) p(cla)))");
    CHECK(parsed("conseil ", true) == "w(conseil)");
    CHECK(parsed("\"conseil de cla", true) == "p(conseil de cla)");
    CHECK(parsed("l'exa", true) == "(or w(exa) p(exa))");
}

TEST_CASE("a long question is cut") {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "mot" + std::to_string(i) + ' ';
    CHECK(parse(text, 0).children.size() == 64);
}
