// Push (RFC 8620 §7), frames of RFC 8887, and the session object.
#include "transport/jmap/push.h"
#include "transport/jmap/session.h"

#include <catch2/catch.hpp>

using namespace facteur::jmap;

namespace {

const std::vector<AccountChange> changed{{"a1", {{"Email", "5"}, {"Mailbox", "6"}}}, {"a2", {}}};

RequestError::Type refusal(std::string_view text, const std::string& id = {}) {
    const auto frame = parse_frame(text, ~0u);
    INFO(text);
    const auto* refused = std::get_if<RefusedFrame>(&frame);
    REQUIRE(refused != nullptr);
    CHECK(refused->id == id);
    return refused->error.type;
}

} // namespace

TEST_CASE("state changes as events and as frames") {
    CHECK(state_event(changed, "7") ==
          "event: state\nid: 7\ndata: {\"@type\":\"StateChange\",\"changed\":{\"a1\":{\"Email\":\"5\","
          "\"Mailbox\":\"6\"},\"a2\":{}}}\n\n");
    CHECK(state_event({}, {}) == "event: state\ndata: {\"@type\":\"StateChange\",\"changed\":{}}\n\n");
    CHECK(ping_event(30) == "event: ping\ndata: {\"interval\":30}\n\n");
    CHECK(state_change_frame({}, "p1") == R"({"@type":"StateChange","changed":{},"pushState":"p1"})");
}

TEST_CASE("a client says which types it wants") {
    CHECK(TypeFilter::parse("*").wants("Email"));
    const auto some = TypeFilter::parse("Email,,Mailbox,");
    CHECK(some.wants("Email"));
    CHECK(some.wants("Mailbox"));
    CHECK_FALSE(some.wants("Thread"));
    CHECK_FALSE(some.wants(""));
    CHECK_FALSE(TypeFilter::parse("").wants("Email"));
}

TEST_CASE("parameters of an event source") {
    const auto parameters = event_source_parameters("Email", "state", "0");
    REQUIRE(parameters.has_value());
    CHECK(parameters->close_after_state);
    CHECK(parameters->ping == 0);
    CHECK(event_source_parameters("*", "no", "1")->ping == 5);
    CHECK(event_source_parameters("*", "no", "30")->ping == 30);
    CHECK(event_source_parameters("*", "no", "4000000000")->ping == 900);
    for (const auto* ping : {"", "-1", "x", "1x", "1.5", "99999999999"})
        CHECK(!event_source_parameters("*", "no", ping).has_value());
    CHECK(!event_source_parameters("*", "", "0").has_value());
    CHECK(!event_source_parameters("*", "yes", "0").has_value());
    CHECK(!event_source_parameters("", "no", "0").has_value());
}

TEST_CASE("frames of a client") {
    auto request =
        parse_frame(R"({"@type":"Request","id":"r1","using":[],"methodCalls":[["Core/echo",{},"0"]]})", ~0u);
    REQUIRE(std::holds_alternative<RequestFrame>(request));
    CHECK(std::get<RequestFrame>(request).id == "r1");
    CHECK(std::get<RequestFrame>(request).request.calls.size() == 1);

    auto enable =
        parse_frame(R"({"@type":"WebSocketPushEnable","dataTypes":["Email"],"pushState":"p"})", ~0u);
    REQUIRE(std::holds_alternative<PushEnable>(enable));
    CHECK(std::get<PushEnable>(enable).push_state == "p");
    CHECK(std::get<PushEnable>(enable).types.wants("Email"));
    CHECK_FALSE(std::get<PushEnable>(enable).types.wants("Mailbox"));
    enable = parse_frame(R"({"@type":"WebSocketPushEnable","dataTypes":null})", ~0u);
    CHECK(std::get<PushEnable>(enable).types.wants("Mailbox"));
    CHECK(std::holds_alternative<PushDisable>(parse_frame(R"({"@type":"WebSocketPushDisable"})", ~0u)));
}

TEST_CASE("frames that are refused say which request they were") {
    using Type = RequestError::Type;
    CHECK(refusal("{") == Type::not_json);
    CHECK(refusal("[]") == Type::not_request);
    CHECK(refusal("{}") == Type::not_request);
    CHECK(refusal(R"({"@type":"Response","id":"x"})", "x") == Type::not_request);
    CHECK(refusal(R"({"@type":"Request","id":"x"})", "x") == Type::not_request);
    CHECK(refusal(R"({"@type":"Request","id":"x","using":["urn:x"],"methodCalls":[]})", "x") ==
          Type::unknown_capability);
    CHECK(refusal(R"({"@type":"WebSocketPushEnable","dataTypes":"Email"})") == Type::not_request);
    CHECK(refusal(R"({"@type":"WebSocketPushEnable","dataTypes":[1]})") == Type::not_request);
    Limits limits;
    limits.max_size_request = 10;
    const auto large = parse_frame(R"({"@type":"Request"})", ~0u, limits);
    CHECK(std::get<RefusedFrame>(large).error.limit == "maxSizeRequest");

    CHECK(request_error_frame({"x", {Type::not_json, "Why.", {}}}) ==
          R"({"@type":"RequestError","requestId":"x","type":"urn:ietf:params:jmap:error:notJSON",)"
          R"("status":400,"detail":"Why."})");
    CHECK(request_error_frame({{}, {Type::not_json, "Why.", {}}}).find(R"("requestId":null)") !=
          std::string::npos);
}

TEST_CASE("the session object announces what there is") {
    const std::vector<SessionAccount> accounts{{"a1", "Anne", true, false}, {"a2", "Scolarité", false, true}};
    const auto capabilities =
        bit_of(Capability::core) | bit_of(Capability::mail) | bit_of(Capability::websocket);
    const SessionInformation information{"anne@academie.test", accounts, "https://mail.test", "s1",
                                         capabilities};
    Limits limits;
    limits.max_size_request = 1234;
    std::string json;
    Writer out(json);
    write_session(information, limits, out);
    const auto document = Document::parse(json);
    REQUIRE(document.has_value());
    const auto root = *as_object(document->root());
    const auto at = [&](std::string_view pointer) {
        Value value;
        REQUIRE(root.at_pointer(pointer).get(value) == simdjson::SUCCESS);
        return to_json(value);
    };
    CHECK(member_count(*as_object(*member(root, "capabilities"))) == 3);
    CHECK(at("/capabilities/urn:ietf:params:jmap:core/maxSizeRequest") == "1234");
    CHECK(at("/capabilities/urn:ietf:params:jmap:core/maxObjectsInGet") == "1000");
    CHECK(at("/capabilities/urn:ietf:params:jmap:websocket/url") == "\"wss://mail.test/jmap/ws\"");
    CHECK(at("/capabilities/urn:ietf:params:jmap:mail") == "{}");
    CHECK(at("/accounts/a2/isReadOnly") == "true");
    CHECK(at("/accounts/a1/accountCapabilities/urn:ietf:params:jmap:mail/maxMailboxDepth") == "10");
    CHECK(member_count(*as_object(*member(*as_object(*member(*as_object(*member(root, "accounts")), "a1")),
                                          "accountCapabilities"))) == 1);
    CHECK(at("/primaryAccounts") == R"({"urn:ietf:params:jmap:mail":"a1"})");
    CHECK(at("/apiUrl") == "\"https://mail.test/jmap/api\"");
    CHECK(at("/uploadUrl") == "\"https://mail.test/jmap/upload/{accountId}/\"");
    CHECK(at("/username") == "\"anne@academie.test\"");
    CHECK(at("/state") == "\"s1\"");
}
