// Email/query, Email/queryChanges and SearchSnippet/get that take long, beside other requests.
#include "tests/actors/jmap/fixture.h"

#include <algorithm>

using namespace facteur;
using namespace facteur::test;
using namespace std::chrono_literals;

namespace {

// Everything goes to the one search thread that works at a time.
SearchLimits narrow() {
    SearchLimits limits;
    limits.working = 1;
    limits.on_the_spot = 0us;
    limits.turn = 1ms;
    limits.of_user = 10;
    limits.longest = 10min; // on a machine that has other work too
    return limits;
}

// Long texts, so that few emails take long to read; the phrase stands in every third.
void fill(JmapServer& server, int emails, int words) {
    std::string text;
    for (int i = 0; i < words; ++i)
        text += "alpha gamma beta delta ";
    for (int i = 0; i < emails; ++i)
        server.add({mail("From: a@b.test\nSubject: Rapport\n\n" + text +
                         (i % 3 == 0 ? "alpha beta\n" : "beta alpha\n")),
                    {},
                    1'700'000'000 + i,
                    {}});
}

json phrase_query(JmapServer& server) {
    return json::array({json::array({"Email/query",
                                     {{"accountId", server.account_id()},
                                      {"filter", {{"body", "\"alpha beta\""}}},
                                      {"calculateTotal", true}},
                                     "q"})});
}

} // namespace

TEST_CASE("short requests are answered while long searches run") {
    JmapServer server({}, narrow());
    fill(server, 300, 3000);
    std::vector<std::future<json>> searches;
    for (int i = 0; i < 4; ++i)
        searches.push_back(server.ask(phrase_query(server)));
    for (int i = 0; i < 10; ++i) {
        const auto read = server.call("Mailbox/get", {{"ids", nullptr}});
        CHECK(read["list"].size() >= 1);
        const auto written =
            server.call("Mailbox/set", {{"create", {{"m", {{"name", "M" + std::to_string(i)}}}}}});
        CHECK(written["created"].contains("m"));
    }
    // The actors had two threads, the searches one: none of the four can be over by then.
    const auto is_over = [](const std::future<json>& search) {
        return search.wait_for(0s) == std::future_status::ready;
    };
    CHECK(std::none_of(searches.begin(), searches.end(), is_over));
    for (auto& search : searches) {
        REQUIRE(search.wait_for(120s) == std::future_status::ready);
        const auto answer = search.get()["methodResponses"][0];
        CHECK(answer[0] == "Email/query");
        CHECK(answer[1]["total"] == 100);
    }
}

TEST_CASE("a search that has to renew its snapshot finds the same, and what came meanwhile") {
    auto limits = narrow();
    limits.snapshot = 10ms;
    JmapServer server({}, limits);
    fill(server, 100, 1000);
    const auto since = server.call("Email/query", {{"filter", {{"body", "\"alpha beta\""}}}});
    CHECK(since["ids"].size() == 34);
    auto search = server.ask(phrase_query(server));
    const auto came = server.deliver(mail("Subject: Rapport\n\nalpha beta\n"));
    REQUIRE(search.wait_for(120s) == std::future_status::ready);
    const auto answer = search.get()["methodResponses"][0][1];
    const auto total = answer["total"].get<int>();
    CHECK((total == 34 || total == 35)); // one state or the other
    const bool has = answer["ids"].dump().find(email_id(came)) != std::string::npos;
    CHECK(has == (total == 35));
    CHECK((answer["queryState"] != since["queryState"]) == has);

    const auto changes = server.call("Email/queryChanges", {{"filter", {{"body", "\"alpha beta\""}}},
                                                            {"sinceQueryState", since["queryState"]},
                                                            {"calculateTotal", true}});
    CHECK(changes["total"] == 35);
    REQUIRE(changes["added"].size() == 1);
    CHECK(changes["added"][0]["id"] == email_id(came));
    const auto snippets = server.call("SearchSnippet/get",
                                      {{"filter", {{"body", "\"alpha beta\""}}}, {"emailIds", since["ids"]}});
    REQUIRE(snippets["list"].size() == 34);
    CHECK(snippets["list"][0]["preview"].get<std::string>().find("<mark>alpha beta</mark>") !=
          std::string::npos);
}

TEST_CASE("a search that takes too long says so, and the next call of the request is answered") {
    auto limits = narrow();
    limits.longest = 5ms;
    JmapServer server({}, limits);
    fill(server, 100, 3000);
    auto calls = phrase_query(server);
    calls.push_back(
        json::array({"Mailbox/get", {{"accountId", server.account_id()}, {"ids", nullptr}}, "m"}));
    const auto answers = server.request(calls)["methodResponses"];
    REQUIRE(answers.size() == 2);
    CHECK(answers[0][0] == "error");
    CHECK(answers[0][1]["type"] == "serverUnavailable");
    CHECK(answers[0][2] == "q");
    CHECK(answers[1][0] == "Mailbox/get");
}
