// Requests as RFC 8620 §3.3 has them, and every way in which one is refused whole (§3.6.1).
#include "transport/jmap/request.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace facteur::jmap;

namespace {

constexpr auto all = ~0u;

std::string repeated(std::string_view part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += part;
    return text;
}

std::string request_with(const std::string& calls) {
    return R"({"using": ["urn:ietf:params:jmap:core"], "methodCalls": )" + calls + "}";
}

RequestError refused(std::string_view body, std::uint32_t supported = all, const Limits& limits = {}) {
    INFO(body.substr(0, 200));
    auto request = parse_request(body, supported, limits);
    REQUIRE(!request.has_value());
    return request.error();
}

} // namespace

TEST_CASE("a request is read in order, and outlives its text") {
    auto text = std::string(R"({
        "using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"],
        "methodCalls": [["Email/get", {"ids": ["a"], "é": {}}, "0"], ["Email/get", {}, ""], ["x", {}, "0"]],
        "createdIds": {"k1": "e1", "k-_2": "e2"},
        "later": null})");
    auto parsed = parse_request(text, all);
    REQUIRE(parsed.has_value());
    std::fill(text.begin(), text.end(), 'x');
    const auto request = std::move(*parsed);
    REQUIRE(request.calls.size() == 3);
    CHECK(request.calls[0].name == "Email/get");
    CHECK(request.calls[0].call_id == "0");
    CHECK(to_json(request.calls[0].arguments) == R"({"ids":["a"],"é":{}})");
    CHECK(request.calls[1].call_id.empty());
    CHECK(request.calls[2].name == "x");
    CHECK(request.uses(Capability::core));
    CHECK(request.uses(Capability::mail));
    CHECK_FALSE(request.uses(Capability::submission));
    CHECK(request.gives_created_ids);
    CHECK(request.created_ids == CreatedIds{{"k1", "e1"}, {"k-_2", "e2"}});
}

TEST_CASE("a request may use nothing, call nothing and give no created ids") {
    const auto request = parse_request(R"({"using": [], "methodCalls": [], "createdIds": null})", 0);
    REQUIRE(request.has_value());
    CHECK(request->calls.empty());
    CHECK_FALSE(request->gives_created_ids);
    CHECK(parse_request(R"({"using": [], "methodCalls": [], "createdIds": {}})", 0)->gives_created_ids);
}

TEST_CASE("what is not I-JSON is no request") {
    const std::string_view bad[] = {
        "",
        " ",
        "{",
        "nonsense",
        R"({"using": [], "methodCalls": []} x)",
        R"({"using": [], "methodCalls": [],})",
        R"({"using": [], "using": [], "methodCalls": []})",
        R"({"using": [], "methodCalls": [["a", {"x": 1, "x": 1}, "0"]]})",
        R"({"using": [], "methodCalls": [["a", {"x": 1, "\u0078": 1}, "0"]]})",
        R"({"using": [], "methodCalls": [["\ud800", {}, "0"]]})",
        R"({"using": [], "methodCalls": [["\udc00", {}, "0"]]})",
        R"({"using": [], "methodCalls": [["a", {"\udc00": 1}, "0"]]})",
        R"({"using": [], "methodCalls": [["a", {"x": 01}, "0"]]})",
        R"({"using": [], "methodCalls": [["a", {"x": NaN}, "0"]]})",
        R"({"using": [], "methodCalls": [['a', {}, "0"]]})",
        "{\"using\": [], \"methodCalls\": [[\"\xff\", {}, \"0\"]]}",
        "{\"using\": [], \"methodCalls\": [[\"\xed\xa0\x80\", {}, \"0\"]]}",
        "{\"using\": [], \"methodCalls\": [[\"\xc0\xaf\", {}, \"0\"]]}",
        "{\"using\": [], \"methodCalls\": [[\"a\nb\", {}, \"0\"]]}",
    };
    for (const auto body : bad)
        CHECK(refused(body).type == RequestError::Type::not_json);
}

TEST_CASE("many members with one name are found too") {
    std::string members;
    for (int i = 0; i < 30; ++i)
        members += "\"n" + std::to_string(i) + "\": 1,";
    CHECK(parse_request(request_with("[[\"a\", {" + members + "\"n30\": 1}, \"0\"]]"), all).has_value());
    CHECK(refused(request_with("[[\"a\", {" + members + "\"n7\": 1}, \"0\"]]")).type ==
          RequestError::Type::not_json);
}

TEST_CASE("what has not the form of a request is refused as such") {
    for (const std::string_view body : {"[]",
                                        "null",
                                        "7",
                                        "\"x\"",
                                        "{}",
                                        R"({"using": []})",
                                        R"({"methodCalls": []})",
                                        R"({"using": null, "methodCalls": []})",
                                        R"({"using": "urn:ietf:params:jmap:core", "methodCalls": []})",
                                        R"({"using": [1], "methodCalls": []})",
                                        R"({"using": {}, "methodCalls": []})",
                                        R"({"using": [], "methodCalls": {}})",
                                        R"({"using": [], "methodCalls": [[]]})",
                                        R"({"using": [], "methodCalls": ["Core/echo"]})",
                                        R"({"using": [], "methodCalls": [["a", {}]]})",
                                        R"({"using": [], "methodCalls": [["a", {}, "0", 1]]})",
                                        R"({"using": [], "methodCalls": [["a", [], "0"]]})",
                                        R"({"using": [], "methodCalls": [["a", null, "0"]]})",
                                        R"({"using": [], "methodCalls": [[1, {}, "0"]]})",
                                        R"({"using": [], "methodCalls": [["a", {}, 0]]})",
                                        R"({"using": [], "methodCalls": [["a", {}, "0"], 1]})",
                                        R"({"using": [], "methodCalls": [], "createdIds": []})",
                                        R"({"using": [], "methodCalls": [], "createdIds": {"k": 1}})",
                                        R"({"using": [], "methodCalls": [], "createdIds": {"k": ""}})",
                                        R"({"using": [], "methodCalls": [], "createdIds": {"": "e1"}})",
                                        R"({"using": [], "methodCalls": [], "createdIds": {"a b": "e1"}})",
                                        R"({"using": [], "methodCalls": [], "createdIds": {"k": "#other"}})"})
        CHECK(refused(body).type == RequestError::Type::not_request);
}

TEST_CASE("a capability that the server has not is refused") {
    const auto body = R"({"using": ["urn:ietf:params:jmap:core", "urn:example:x"], "methodCalls": []})";
    CHECK(refused(body).type == RequestError::Type::unknown_capability);
    const auto blob = R"({"using": ["urn:ietf:params:jmap:blob"], "methodCalls": []})";
    CHECK(parse_request(blob, bit_of(Capability::blob)).has_value());
    CHECK(refused(blob, all & ~bit_of(Capability::blob)).type == RequestError::Type::unknown_capability);
    CHECK(refused(R"({"using": [""], "methodCalls": []})").type == RequestError::Type::unknown_capability);
}

TEST_CASE("the limits of a request are named") {
    Limits limits;
    limits.max_calls_in_request = 3;
    const std::string call = R"(["Core/echo", {}, "0"],)";
    const auto calls = [&](std::size_t count) {
        auto list = repeated(call, count);
        list.pop_back();
        return request_with("[" + list + "]");
    };
    CHECK(parse_request(calls(3), all, limits).has_value());
    const auto many = refused(calls(4), all, limits);
    CHECK(many.type == RequestError::Type::limit);
    CHECK(many.limit == "maxCallsInRequest");

    const auto text = calls(2);
    limits.max_size_request = text.size();
    CHECK(parse_request(text, all, limits).has_value());
    limits.max_size_request = text.size() - 1;
    const auto large = refused(text, all, limits);
    CHECK(large.type == RequestError::Type::limit);
    CHECK(large.limit == "maxSizeRequest");
}

TEST_CASE("nesting is bounded, whatever is nested") {
    const Limits limits;
    // The request itself, its calls, the call and the arguments are four levels.
    const auto nested = [](std::size_t depth) {
        return request_with("[[\"a\", {\"x\": " + repeated("[", depth) + repeated("]", depth) + "}, \"0\"]]");
    };
    CHECK(parse_request(nested(limits.max_depth - 6u), all).has_value());
    CHECK(refused(nested(limits.max_depth)).type == RequestError::Type::not_json);
    CHECK(refused(repeated("[", 1'000'000)).type == RequestError::Type::not_json);
    CHECK(refused(repeated("{\"a\":", 1'000'000)).type == RequestError::Type::not_json);
    CHECK(refused(nested(1'000'000)).type == RequestError::Type::not_json);
}

TEST_CASE("a refused request is told as a problem document") {
    CHECK(problem_json({RequestError::Type::not_json, "Why.", {}}) ==
          R"({"type":"urn:ietf:params:jmap:error:notJSON","status":400,"detail":"Why."})");
    CHECK(problem_json({RequestError::Type::not_request, "Why.", {}}) ==
          R"({"type":"urn:ietf:params:jmap:error:notRequest","status":400,"detail":"Why."})");
    CHECK(problem_json({RequestError::Type::unknown_capability, "Why.", {}}) ==
          R"({"type":"urn:ietf:params:jmap:error:unknownCapability","status":400,"detail":"Why."})");
    CHECK(
        problem_json({RequestError::Type::limit, "Why.", "maxSizeRequest"}) ==
        R"({"type":"urn:ietf:params:jmap:error:limit","status":400,"limit":"maxSizeRequest","detail":"Why."})");
}
