// Responses (RFC 8620 §3.4) and the result references into them (§3.7).
#include "transport/jmap/response.h"

#include <catch2/catch.hpp>

#include <string>

using namespace facteur::jmap;

namespace {

Document parsed(const std::string& text) {
    auto document = Document::parse(text);
    REQUIRE(document.has_value());
    return std::move(*document);
}

void answer(Response& response, const char* name, const std::string& arguments, const char* call_id) {
    response.begin(name, call_id).raw(arguments);
    response.end();
}

std::string reference(const std::string& result_of, const std::string& name, const std::string& path) {
    return R"({"resultOf":")" + result_of + R"(","name":")" + name + R"(","path":")" + path + "\"}";
}

// The arguments with their references resolved, or the type of the error.
std::string resolved(const std::string& arguments, Response& response, const Limits& limits = {}) {
    const auto document = parsed(arguments);
    const auto result = resolve({"Test/get", *as_object(document.root()), "9"}, response, limits);
    return result ? to_json(result->object()) : std::string(result.error().type);
}

std::optional<std::string> at(const std::string& json, const char* pointer, std::size_t most = 100) {
    const auto document = parsed(json);
    return evaluate_pointer(document.root(), pointer, most);
}

} // namespace

TEST_CASE("a response holds its answers in order") {
    Response response;
    answer(response, "Email/get", R"({"list":[]})", "0");
    response.error({"unknownMethod", {}}, "a\"b");
    response.append(R"(["Email/set",{},"c"],["Email/get",{},"c"])", "c");
    response.append({}, "d");
    const CreatedIds created{{"k", "e1"}};
    CHECK(std::move(response).finish(&created, "s") ==
          R"({"methodResponses":[["Email/get",{"list":[]},"0"],["error",{"type":"unknownMethod"},"a\"b"],)"
          R"(["Email/set",{},"c"],["Email/get",{},"c"]],"createdIds":{"k":"e1"},"sessionState":"s"})");
}

TEST_CASE("an empty response, and one in a frame") {
    CHECK(Response().finish(nullptr, "s") == R"({"methodResponses":[],"sessionState":"s"})");
    Response framed;
    framed.open_frame("r1");
    answer(framed, "a", "{}", "0");
    CHECK(std::move(framed).finish(nullptr, "s") ==
          R"({"@type":"Response","requestId":"r1","methodResponses":[["a",{},"0"]],"sessionState":"s"})");
    Response nameless;
    nameless.open_frame({});
    CHECK(std::move(nameless).finish(nullptr, "s") ==
          R"({"@type":"Response","methodResponses":[],"sessionState":"s"})");
}

TEST_CASE("an answer that failed halfway leaves nothing") {
    Response response;
    response.begin("a", "0").begin_object().member("x", 1);
    response.undo();
    response.error({"serverFail", "Why."}, "0");
    response.begin("b", "1").begin_object();
    response.undo();
    answer(response, "c", "{}", "2");
    CHECK(response.refer_to("1", 1000) == "");
    CHECK(std::move(response).finish(nullptr, "s") ==
          R"({"methodResponses":[["error",{"type":"serverFail","description":"Why."},"0"],["c",{},"2"]],)"
          R"("sessionState":"s"})");
}

TEST_CASE("references are replaced by what they name") {
    Response response;
    answer(response, "Email/query", R"({"ids":["a","b"],"total":2})", "0");
    answer(response, "Email/get", R"({"list":[{"threadId":"t1"},{"threadId":"t2"}]})", "1");
    CHECK(resolved(R"({"ids":["x"],"n":null})", response) == R"({"ids":["x"],"n":null})");
    CHECK(resolved(R"({"accountId":"a","#ids":)" + reference("0", "Email/query", "/ids") + R"(,"z":1})",
                   response) == R"({"accountId":"a","ids":["a","b"],"z":1})");
    CHECK(resolved("{\"#ids\":" + reference("1", "Email/get", "/list/*/threadId") +
                       ",\"#n\":" + reference("0", "Email/query", "/total") + "}",
                   response) == R"({"ids":["t1","t2"],"n":2})");
    CHECK(resolved("{\"#x\":" + reference("0", "Email/query", "") + "}", response) ==
          R"({"x":{"ids":["a","b"],"total":2}})");
    // Only the arguments' own names are references.
    CHECK(resolved(R"({"a":{"#ids":1}})", response) == R"({"a":{"#ids":1}})");
}

TEST_CASE("a reference finds the answer of its name among those of a call") {
    Response response;
    response.append(
        R"(["Email/copy",{"created":{"k":{"id":"e1"}}},"0"],["Email/set",{"destroyed":["e2"]},"0"])", "0");
    CHECK(resolved("{\"#ids\":" + reference("0", "Email/set", "/destroyed") + "}", response) ==
          R"({"ids":["e2"]})");
    CHECK(resolved("{\"#ids\":" + reference("0", "Email/copy", "/created/k/id") + "}", response) ==
          R"({"ids":"e1"})");
}

TEST_CASE("references that lead nowhere, or have not the form of one") {
    Response response;
    answer(response, "Email/query", R"({"ids":["a"]})", "0");
    response.error({"unknownMethod", {}}, "1");
    for (const auto& lost : {reference("9", "Email/query", "/ids"), reference("0", "Email/get", "/ids"),
                             reference("0", "Email/query", "/list"), reference("0", "Email/query", "ids"),
                             reference("0", "Email/query", "/ids/1"), reference("0", "Email/query", "/ids/x"),
                             reference("0", "Email/query", "/ids/~2"), reference("1", "Email/query", "/ids")})
        CHECK(resolved("{\"#ids\":" + lost + "}", response) == "invalidResultReference");
    for (const auto* wrong : {"null", "\"0\"", "{}", R"({"resultOf":"0","name":"Email/query"})",
                              R"({"resultOf":0,"name":"Email/query","path":"/ids"})",
                              R"({"resultOf":"0","name":"Email/query","path":"/ids","more":1})"})
        CHECK(resolved(std::string("{\"#ids\":") + wrong + "}", response) == "invalidArguments");
    CHECK(resolved(R"({"ids":null,"#ids":)" + reference("0", "Email/query", "/ids") + "}", response) ==
          "invalidArguments");
}

TEST_CASE("a name that appears twice through a reference is refused") {
    Response response;
    answer(response, "a", "{\"x\":1}", "0");
    const auto one = reference("0", "a", "/x");
    CHECK(resolved("{\"#x\":" + one + ",\"##x\":" + one + "}", response) == "invalidArguments");
}

TEST_CASE("pointers name members, items, and all items") {
    const std::string json =
        R"({"a":{"b/c":[10,20,30],"~":"t"},"l":[[1,2],[],[3]],"m":[{"x":[1]},{"x":[2,3]}],"":0})";
    CHECK(at(json, "") == json);
    CHECK(at(json, "/a/b~1c/1") == "20");
    CHECK(at(json, "/a/~0") == "\"t\"");
    CHECK(at(json, "/") == "0");
    CHECK(at(json, "/l/*") == "[1,2,3]");
    CHECK(at(json, "/m/*/x") == "[1,2,3]");
    CHECK(at(json, "/m/*/x/*") == "[1,2,3]");
    CHECK(at(json, "/m/0/x/*") == "[1]");
    CHECK(at("[]", "/*/x") == "[]");
    CHECK(at("[{}]", "/*/x") == std::nullopt);
    CHECK(at(json, "/a/*") == std::nullopt);
    CHECK(at(json, "/a/b~1c/01") == std::nullopt);
    CHECK(at(json, "/a/b~1c/-") == std::nullopt);
    CHECK(at(json, "/a/b~1c/3") == std::nullopt);
    CHECK(at(json, "/a/b~1c/99999999999999999999999") == std::nullopt);
    CHECK(at(json, "/a/~") == std::nullopt);
    CHECK(at(json, "a") == std::nullopt);
    CHECK(at("{\"*\":1}", "/*") == "1");
}

TEST_CASE("what a pointer gathers is bounded") {
    CHECK(at("[1,2,3]", "/*", 3) == "[1,2,3]");
    CHECK(at("[1,2,3]", "/*", 2) == std::nullopt);
    CHECK(at("[[1,2],[3]]", "/*", 2) == std::nullopt);
    CHECK(at("[[1,2],[3]]", "/*/*", 3) == "[1,2,3]");
}

TEST_CASE("references of a call, and what those of a request read, are bounded") {
    Limits limits;
    limits.max_references = 2;
    Response response;
    answer(response, "a", "{\"x\":1}", "0"); // ["a",{"x":1},"0"]: 17 octets
    const auto one = reference("0", "a", "/x");
    const auto two = "{\"#x\":" + one + ",\"#y\":" + one + "}";
    CHECK(resolved(two, response, limits) == R"({"x":1,"y":1})");
    CHECK(resolved("{\"#x\":" + one + ",\"#y\":" + one + ",\"#z\":" + one + "}", response, limits) ==
          "requestTooLarge");
    limits.max_referenced = 4 * 17;
    CHECK(resolved(two, response, limits) == R"({"x":1,"y":1})");
    CHECK(resolved("{\"#x\":" + one + "}", response, limits) == "requestTooLarge");
}
