#include "transport/imap/sort.h"
#include "transport/imap/thread.h"
#include "transport/mime/thread.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <random>

using namespace facteur;
using namespace facteur::imap;

namespace {

struct Letter {
    std::string id, subject;
    std::vector<std::string> references;
    std::int64_t date = 0;
    std::int64_t arrival = 0;
};

// Numbers are 1, 2, 3…; dates too, where none is said.
std::string threaded(const std::vector<Letter>& letters,
                     ThreadAlgorithm algorithm = ThreadAlgorithm::references) {
    std::vector<std::string> subjects;
    for (const auto& letter : letters)
        subjects.push_back(mime::sort_subject(letter.subject));
    std::vector<ThreadRow> rows;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const auto& letter = letters[i];
        const auto number = static_cast<std::int64_t>(i) + 1;
        rows.push_back({static_cast<std::uint32_t>(number),
                        letter.arrival != 0 ? letter.arrival : number,
                        letter.date != 0 ? letter.date : number,
                        subjects[i],
                        mime::is_reply_subject(letter.subject),
                        letter.id,
                        {letter.references.begin(), letter.references.end()}});
    }
    std::string out;
    write_thread(out, thread_rows(rows, algorithm));
    return out.substr(0, out.size() - 2);
}

} // namespace

TEST_CASE("The THREAD response (RFC 5256 §4)") {
    // The example: 2 alone; 3, its reply 6, which has two, 4 with 23, and 44 with 7 with 96.
    ThreadTree tree;
    for (const std::uint32_t number : {2, 3, 6, 4, 23, 44, 7, 96})
        tree.nodes.push_back({number, {}});
    tree.roots = {0, 1};
    tree.nodes[1].children = {2};
    tree.nodes[2].children = {3, 5};
    tree.nodes[3].children = {4};
    tree.nodes[5].children = {6};
    tree.nodes[6].children = {7};
    std::string out;
    write_thread(out, tree);
    CHECK(out == "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n");
    // Siblings whose parent is not there.
    ThreadTree orphans;
    orphans.nodes = {{0, {1, 2}}, {3, {}}, {5, {}}};
    orphans.roots = {0};
    out.clear();
    write_thread(out, orphans);
    CHECK(out == "* THREAD ((3)(5))\r\n");
    out.clear();
    write_thread(out, {});
    CHECK(out == "* THREAD\r\n");
}

TEST_CASE("ORDEREDSUBJECT") {
    const auto by = ThreadAlgorithm::ordered_subject;
    CHECK(threaded({{"", "a"}, {"", "b"}, {"", "Re: a"}, {"", "c"}, {"", "Re: b"}, {"", "Fwd: a"}}, by) ==
          "* THREAD (1 (3)(6))(2 5)(4)");
    CHECK(threaded({{"", "b", {}, 9}, {"", "a", {}, 5}, {"", "b", {}, 2}}, by) == "* THREAD (3 1)(2)");
    CHECK(threaded({}, by) == "* THREAD");
}

TEST_CASE("REFERENCES links by ids") {
    CHECK(threaded({{"a", "s"}, {"b", "t", {"a"}}, {"c", "u", {"a", "b"}}, {"d", "v", {"a"}}}) ==
          "* THREAD (1 (2 3)(4))");
    // The replies came before what they answer.
    CHECK(threaded({{"c", "u", {"a", "b"}}, {"b", "t", {"a"}}, {"a", "s"}}) == "* THREAD (3 2 1)");
    // What is not there but joins two that are.
    CHECK(threaded({{"b", "t", {"a"}}, {"c", "u", {"a"}}}) == "* THREAD ((1)(2))");
    // With one child a missing parent goes, whatever lies above it.
    CHECK(threaded({{"c", "u", {"x", "y", "z"}}}) == "* THREAD (1)");
    CHECK(threaded({{"x", "t"}, {"c", "u", {"x", "y", "z"}}, {"d", "v", {"x", "y"}}}) ==
          "* THREAD (1 (2)(3))");
    // The last reference is the parent even when an earlier message had said otherwise.
    CHECK(threaded({{"c", "u", {"a", "b", "d"}}, {"a", "s"}, {"b", "t"}, {"d", "v", {"b"}}}) ==
          "* THREAD (2 3 4 1)");
    // Two messages with one id, and none.
    CHECK(threaded({{"a", "s"}, {"a", "t"}, {"", "u"}, {"b", "v", {"a"}}}) == "* THREAD (1 4)(2)(3)");
}

TEST_CASE("REFERENCES makes no loops") {
    CHECK(threaded({{"a", "s", {"b"}}, {"b", "t", {"a"}}}) == "* THREAD (2 1)");
    CHECK(threaded({{"a", "s", {"a"}}}) == "* THREAD (1)");
    CHECK(threaded({{"a", "s", {"c"}}, {"b", "t", {"a"}}, {"c", "u", {"b"}}}).size() > 10);
    CHECK(threaded({{"a", "s", {"b", "a", "b"}}}) == "* THREAD (1)");
}

TEST_CASE("REFERENCES puts threads of one subject together") {
    // A reply without references goes below the message that is none.
    CHECK(threaded({{"a", "s"}, {"b", "Re: s"}}) == "* THREAD (1 2)");
    CHECK(threaded({{"b", "Re: s"}, {"a", "s"}}) == "* THREAD (2 1)");
    // Two that are no replies, and two that are, become siblings.
    CHECK(threaded({{"a", "s"}, {"b", "s"}}) == "* THREAD ((1)(2))");
    CHECK(threaded({{"a", "Re: s"}, {"b", "Re: s"}}) == "* THREAD ((1)(2))");
    CHECK(threaded({{"a", "s"}, {"b", "s"}, {"c", "s"}}) == "* THREAD ((1)(2)(3))");
    // Both without their parent: one set of siblings.
    CHECK(threaded({{"a", "s", {"x"}}, {"b", "s", {"x"}}, {"c", "s", {"y"}}, {"d", "s", {"y"}}}) ==
          "* THREAD ((1)(2)(3)(4))");
    CHECK(threaded({{"a", "s", {"x"}}, {"b", "s", {"x"}}, {"c", "Re: s"}}) == "* THREAD ((1)(2)(3))");
    CHECK(threaded({{"a", ""}, {"b", ""}}) == "* THREAD (1)(2)");
    CHECK(threaded({{"a", "s"}, {"b", "t"}, {"c", "Re: s"}, {"d", "Re: t", {"b"}}}) == "* THREAD (1 3)(2 4)");
}

TEST_CASE("REFERENCES orders by date, REFS by the newest arrival") {
    CHECK(threaded({{"a", "s", {}, 9}, {"b", "t", {}, 5}, {"c", "u", {"a"}, 20}, {"d", "v", {"a"}, 12}}) ==
          "* THREAD (2)(1 (4)(3))");
    const auto refs = ThreadAlgorithm::refs;
    CHECK(threaded({{"a", "s"}, {"b", "t"}, {"c", "u", {"a"}}}, refs) == "* THREAD (2)(1 3)");
    CHECK(threaded({{"a", "s", {}, 1, 50}, {"b", "t", {}, 2, 40}}, refs) == "* THREAD (2)(1)");
    CHECK(threaded({{"a", "s"}, {"b", "Re: s"}}, refs) == "* THREAD (1)(2)");
}

TEST_CASE("Each message is in a THREAD response once, however wild the references") {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::vector<Letter> letters(1 + random() % 12);
        for (auto& letter : letters) {
            letter.id = std::string(1, static_cast<char>('a' + random() % 8));
            letter.subject = random() % 2 ? "s" : "Re: s";
            letter.date = 1 + random() % 4;
            for (auto n = random() % 4; n > 0; --n)
                letter.references.push_back(std::string(1, static_cast<char>('a' + random() % 10)));
        }
        for (const auto algorithm :
             {ThreadAlgorithm::references, ThreadAlgorithm::refs, ThreadAlgorithm::ordered_subject}) {
            const auto text = threaded(letters, algorithm);
            std::vector<int> seen(letters.size() + 1, 0);
            int depth = 0;
            for (std::size_t i = 8; i < text.size(); ++i) {
                if (text[i] == '(') ++depth;
                if (text[i] == ')') REQUIRE(--depth >= 0);
                if (text[i] >= '0' && text[i] <= '9' && !(text[i - 1] >= '0' && text[i - 1] <= '9'))
                    ++seen.at(static_cast<std::size_t>(std::stoi(text.substr(i, 3))));
            }
            REQUIRE(depth == 0);
            for (std::size_t i = 1; i < seen.size(); ++i)
                REQUIRE(seen[i] == 1);
        }
    }
}

TEST_CASE("A chain of 50,000 replies is threaded at once, in either order") {
    std::vector<Letter> letters(50'000);
    for (std::size_t i = 0; i < letters.size(); ++i) {
        letters[i].id = std::to_string(i);
        if (i > 0) letters[i].references = {std::to_string(i - 1)};
    }
    const auto begin = std::chrono::steady_clock::now();
    CHECK(threaded(letters).starts_with("* THREAD (1 2 3 4 "));
    std::reverse(letters.begin(), letters.end());
    CHECK(threaded(letters).starts_with("* THREAD (50000 49999 "));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("SORT (RFC 5256 §3)") {
    using By = SortCriterion::By;
    std::vector<SortRow> rows(5);
    for (std::uint32_t i = 0; i < 5; ++i)
        rows[i].number = i + 1;
    rows[0].subject = "b", rows[1].subject = "a", rows[2].subject = "b", rows[3].subject = "",
    rows[4].subject = "a";
    rows[0].date = 5, rows[1].date = 9, rows[2].date = 3, rows[3].date = 1, rows[4].date = 7;
    rows[1].size = 4;
    rows[2].relevancy = 50;
    rows[3].from = "z";
    CHECK(sort_rows(rows, {{By::subject}}) == std::vector<std::uint32_t>{4, 2, 5, 1, 3});
    CHECK(sort_rows(rows, {{By::subject}, {By::date}}) == std::vector<std::uint32_t>{4, 5, 2, 3, 1});
    CHECK(sort_rows(rows, {{By::subject, true}, {By::date, true}}) ==
          std::vector<std::uint32_t>{1, 3, 2, 5, 4});
    // Equals stay in the order of their numbers, even reversed.
    CHECK(sort_rows(rows, {{By::size, true}}) == std::vector<std::uint32_t>{2, 1, 3, 4, 5});
    CHECK(sort_rows(rows, {{By::from}}) == std::vector<std::uint32_t>{1, 2, 3, 5, 4});
    CHECK(sort_rows(rows, {{By::relevancy}}) == std::vector<std::uint32_t>{3, 1, 2, 4, 5});
    CHECK(sort_rows({}, {{By::date}}).empty());
}
