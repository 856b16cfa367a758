#include "tests/actors/jmap/fixture.h"

namespace facteur::test {

TEST_CASE("Calls are answered in order, each under its id", "[jmap]") {
    JmapServer server;
    const auto response = server.request(json::parse(R"([
        ["Core/echo", {"hello": true, "n": [1, null, "é"]}, "a"],
        ["Core/echo", {}, "b"],
        ["No/such", {}, "c"],
        ["Core/echo", {"last": 1}, "a"]])"));
    CHECK(response["methodResponses"] == json::parse(R"([
        ["Core/echo", {"hello": true, "n": [1, null, "é"]}, "a"],
        ["Core/echo", {}, "b"],
        ["error", {"type": "unknownMethod"}, "c"],
        ["Core/echo", {"last": 1}, "a"]])"));
    CHECK(response["sessionState"] == "s1");
    CHECK_FALSE(response.contains("createdIds"));
}

TEST_CASE("A method of a capability that is not used is unknown", "[jmap]") {
    JmapServer server;
    const json calls = json::array({json::array({"Mailbox/get", {{"accountId", server.account_id()}}, "0"}),
                                    json::array({"Quota/get", {{"accountId", server.account_id()}}, "1"})});
    const auto response = server.request(
        calls, {{"using", {"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:quota"}}})["methodResponses"];
    CHECK(response[0] == json::parse(R"(["error", {"type": "unknownMethod"}, "0"])"));
    CHECK(response[1][0] == "Quota/get");
}

TEST_CASE("The account must be the user's", "[jmap]") {
    JmapServer server;
    CHECK(server.call("Mailbox/get", {{"accountId", "a999"}})["type"] == "accountNotFound");
    CHECK(server.call("Mailbox/get", {{"accountId", "nonsense"}})["type"] == "accountNotFound");
    CHECK(server.call("Mailbox/get", {{"accountId", 7}})["type"] == "invalidArguments");
    const auto response = server.request(json::parse(R"([["Email/get", {"ids": []}, "0"]])"));
    CHECK(response["methodResponses"][0][1]["type"] == "invalidArguments");
}

TEST_CASE("Arguments come from results of earlier calls", "[jmap]") {
    JmapServer server;
    const auto account = server.account_id();
    const auto first = server.deliver(mail("Subject: one\n\ntext"));
    const auto second = server.deliver(mail("Subject: two\n\ntext"));
    const auto reference = [](const char* call, const char* name, const char* path) {
        return json{{"resultOf", call}, {"name", name}, {"path", path}};
    };
    const auto response = server.request(json::array(
        {json::array({"Email/query", {{"accountId", account}}, "q"}),
         json::array({"Email/get",
                      {{"accountId", account},
                       {"#ids", reference("q", "Email/query", "/ids")},
                       {"properties", {"threadId"}}},
                      "g"}),
         json::array({"Thread/get",
                      {{"accountId", account}, {"#ids", reference("g", "Email/get", "/list/*/threadId")}},
                      "t"}),
         json::array({"Email/get",
                      {{"accountId", account}, {"#ids", reference("q", "Email/get", "/ids")}},
                      "bad name"}),
         json::array({"Email/get",
                      {{"accountId", account}, {"#ids", reference("q", "Email/query", "/none")}},
                      "bad path"}),
         json::array({"Email/get",
                      {{"accountId", account}, {"#ids", reference("x", "Email/query", "/ids")}},
                      "bad call"}),
         json::array({"Email/get",
                      {{"accountId", account},
                       {"ids", json::array()},
                       {"#ids", reference("q", "Email/query", "/ids")}},
                      "twice"})}))["methodResponses"];
    CHECK(response[0][1]["ids"] == ids_of('e', {second, first}));
    CHECK(response[1][1]["list"].size() == 2);
    CHECK(response[2][1]["list"].size() == 2);
    CHECK(response[2][1]["notFound"].empty());
    for (int i = 3; i < 6; ++i)
        CHECK(response[i][1]["type"] == "invalidResultReference");
    CHECK(response[6][1]["type"] == "invalidArguments");
}

TEST_CASE("Creation ids of the request are known to its calls", "[jmap]") {
    JmapServer server;
    const auto email = server.deliver(mail("Subject: one\n\ntext"));
    const auto response = server.request(
        json::array({json::array(
            {"Email/get",
             {{"accountId", server.account_id()}, {"ids", {"#draft", "#other"}}, {"properties", {"size"}}},
             "0"})}),
        {{"createdIds", {{"draft", email_id(email)}}}});
    CHECK(response["methodResponses"][0][1]["list"][0]["id"] == email_id(email));
    CHECK(response["createdIds"] == json{{"draft", email_id(email)}});
}

TEST_CASE("A failed call leaves nothing of its answer", "[jmap]") {
    jmap::Limits limits;
    limits.max_response = 2000;
    JmapServer server(limits);
    for (int i = 0; i < 30; ++i)
        server.deliver(mail("Subject: " + std::string(100, 'x') + std::to_string(i) + "\n\ntext"));
    const json get{{"accountId", server.account_id()}, {"properties", {"subject"}}};
    json few = get;
    few["ids"] = ids_of('e', {1});
    const auto response = server.request(
        json::array({json::array({"Email/get", few, "0"}), json::array({"Email/get", get, "1"}),
                     json::array({"Email/get", few, "2"})}))["methodResponses"];
    CHECK(response[0][0] == "Email/get");
    CHECK(response[1][1]["type"] == "requestTooLarge");
    CHECK(response[2][0] == "Email/get");
}

TEST_CASE("Further calls are refused once the response is too long", "[jmap]") {
    jmap::Limits limits;
    limits.max_response = 500;
    JmapServer server(limits);
    const auto response =
        server.request(json::array({json::array({"Core/echo", {{"x", std::string(600, 'x')}}, "0"}),
                                    json::array({"Core/echo", {{"y", 1}}, "1"})}))["methodResponses"];
    CHECK(response[0][0] == "Core/echo");
    CHECK(response[1][1]["type"] == "requestTooLarge");
}

TEST_CASE("Wrong and unknown arguments are refused", "[jmap]") {
    JmapServer server;
    CHECK(server.call("Email/get", {{"ids", "e1"}})["type"] == "invalidArguments");
    CHECK(server.call("Email/get", {{"ids", json::array()}, {"more", 1}})["type"] == "invalidArguments");
    CHECK(server.call("Email/changes", json::object())["type"] == "invalidArguments");
    CHECK(server.call("Email/changes", {{"sinceState", "0"}, {"maxChanges", 0}})["type"] ==
          "invalidArguments");
    CHECK(server.call("Email/query", {{"limit", -1}})["type"] == "invalidArguments");
    CHECK(server.call("Email/query", {{"filter", 5}})["type"] == "invalidArguments");
    json many = json::array();
    for (int i = 0; i < 1001; ++i)
        many.push_back("e" + std::to_string(i + 1));
    CHECK(server.call("Email/get", {{"ids", many}})["type"] == "requestTooLarge");
    CHECK(server.call("Thread/get", {{"ids", many}})["type"] == "requestTooLarge");
}

} // namespace facteur::test
