#include "store/search/search.h"
#include "store/search/stems.h"
#include "store/search/words.h"

#include <catch2/catch.hpp>

#include <random>

using namespace facteur::store::search;

namespace {

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> found;
    WordCutter cutter(text);
    for (Word word; cutter.next(word);)
        found.emplace_back(word.folded);
    return found;
}
using Words = std::vector<std::string>;

} // namespace

TEST_CASE("words are runs of letters and digits") {
    CHECK(words("") == Words{});
    CHECK(words(" -- !? ") == Words{});
    CHECK(words("Conseil de classe, salle B12.") == Words{"conseil", "de", "classe", "salle", "b12"});
    CHECK(words("l'examen d’entrée") == Words{"l", "examen", "d", "entree"});
    CHECK(words("anne.martin@ac-dijon.fr") == Words{"anne", "martin", "ac", "dijon", "fr"});
    CHECK(words("note_finale-v2.pdf") == Words{"note", "finale", "v2", "pdf"});
}

TEST_CASE("case, accents, width, ligatures and invisible characters fold") {
    CHECK(words("ÉLÈVE Élève e\u0301le\u0300ve eleve") == Words{"eleve", "eleve", "eleve", "eleve"});
    CHECK(words("cœur CŒUR æther Straße ﬁn") == Words{"coeur", "coeur", "aether", "strasse", "fin"});
    CHECK(words("ＡＢＣ１２") == Words{"abc12"});
    CHECK(words("exa\u00admen zero\u200bwidth") == Words{"examen", "zerowidth"});
    CHECK(words("ΑΘΉΝΑ Москва") == Words{"αθηνα", "москва"});
    CHECK(words("İstanbul ILIK") == Words{"istanbul", "ilik"});
}

TEST_CASE("scripts without spaces are cut by a dictionary and keep their marks") {
    CHECK(words("東京都に住む").size() >= 3);
    CHECK(words("ภาษาไทย") == Words{"ภาษา", "ไทย"});
    CHECK(words("がか") == words("か\u3099か"));
    CHECK(words("が") != words("か"));
    CHECK(words("한국어 시험") == Words{"한국어", "시험"});
}

TEST_CASE("the table folds as the long way does") {
    for (char32_t c = 1; c < 0x250; ++c) {
        std::string text;
        if (c < 0x80) {
            text.push_back(static_cast<char>(c));
        } else {
            text.push_back(static_cast<char>(0xc0 | c >> 6));
            text.push_back(static_cast<char>(0x80 | (c & 0x3f)));
        }
        // A letter from beyond the table makes the same word take the long way.
        const auto by_table = words("a" + text + "b"), slowly = words("a" + text + "b\u1e00");
        REQUIRE(by_table.size() == slowly.size());
        if (by_table.size() == 1) CHECK(by_table.front() + "a" == slowly.front());
    }
}

TEST_CASE(
    "words of every length and mixture are cut the same way with and without a letter beyond the table") {
    std::mt19937 random(1);
    constexpr std::array<std::string_view, 12> pieces{"a", "Z", "7", "é",      "Œ",      "\u0301",
                                                      "ß", " ", "-", "\u00ad", "\u200b", "\xff"};
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (auto left = 1 + random() % (round % 10 == 0 ? 300 : 12); left > 0; --left)
            text += pieces[random() % pieces.size()];
        auto by_table = words(text);
        // Each run of the text the long way: a letter in its front makes it one, and folds to one character.
        std::string slow;
        bool in_word = false;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t size = 1;
            while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xc0) == 0x80)
                ++size;
            const auto piece = text.substr(at, size);
            const bool between = piece == " " || piece == "-" || piece == "\xff";
            const bool joined = piece == "\u0301" || piece == "\u00ad" || piece == "\u200b";
            if (!between && !joined && !in_word) slow += "ж";
            in_word = !between && (in_word || !joined);
            slow += piece;
            at += size;
        }
        auto slowly = words(slow);
        REQUIRE(by_table.size() == slowly.size());
        for (std::size_t i = 0; i < slowly.size(); ++i)
            CHECK(by_table[i].substr(0, 60) == slowly[i].substr(2, 60));
    }
}

TEST_CASE("places are octets of the text") {
    const std::string_view text = "Élève né";
    WordCutter cutter(text);
    Word word;
    REQUIRE(cutter.next(word));
    CHECK(text.substr(word.begin, word.end - word.begin) == "Élève");
    REQUIRE(cutter.next(word));
    CHECK(text.substr(word.begin, word.end - word.begin) == "né");
    CHECK(!cutter.next(word));
}

TEST_CASE("any octets are cut, within bounds") {
    CHECK(words("ab\xff\xfe"
                "cd\xc3") == Words{"ab", "cd"});
    CHECK(words(std::string("nul\0octet", 9)) == Words{"nul", "octet"});
    CHECK(words(std::string(5000, 'x')) == Words{std::string(64, 'x')});
    std::string accented;
    for (int i = 0; i < 100; ++i)
        accented += "é";
    CHECK(words(accented) == Words{std::string(64, 'e')});
    std::string beyond(longest_text, ' ');
    CHECK(words(beyond + "here").empty());
    std::string run;
    for (int i = 0; i < 50000; ++i)
        run += "東";
    CHECK(!words(run).empty());
}

TEST_CASE("French and English stems") {
    const auto share = [](std::string_view a, std::string_view b) {
        const auto of_a = stems_of(a);
        const auto& of_b = stems_of(b);
        for (const auto& stem : of_a)
            if (!stem.empty() && (stem == of_b[0] || stem == of_b[1])) return true;
        return false;
    };
    CHECK(share("eleve", "eleves"));
    CHECK(share("arrivee", "arriver"));
    CHECK(share("journees", "journee"));
    CHECK(share("convocation", "convocations"));
    CHECK(share("meeting", "meetings"));
    CHECK(share("running", "runs"));
    CHECK(!share("conseil", "classe"));
    CHECK(stems_of("b12") == Stems{});
    CHECK(stems_of("de") == Stems{});
    CHECK(stems_of("москва") == Stems{});
}
