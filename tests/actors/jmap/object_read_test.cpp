#include "actors/session/jmap/objects.h"
#include "tests/actors/jmap/fixture.h"

namespace facteur::test {
namespace {

std::string put(JmapServer& server, store::ObjectType type, char letter, const std::string& row) {
    std::string id;
    server.commit([&](store::Draft& draft) -> store::Result<void> {
        id = write_id(letter, draft.new_object());
        draft.add(store::ObjectPut{type, id, row});
        return {};
    });
    return id;
}

std::string submit(JmapServer& server, store::EmailId email, store::Time send_at, const std::string& status) {
    Submission submission;
    submission.identity = "i1";
    submission.email = email;
    submission.thread = email;
    submission.envelope = {{"anne@academie.test", {}}, {{"b@academie.test", {}}}};
    submission.send_at = send_at;
    submission.undo_status = status;
    submission.delivery_status = {{"b@academie.test", "250 2.0.0 OK", "queued"}};
    return put(server, store::ObjectType::email_submission, submission_letter, write_submission(submission));
}

} // namespace

TEST_CASE("Thread/get lists emails oldest first", "[jmap][thread]") {
    JmapServer server;
    const auto first = server.add({mail("Subject: a\nMessage-ID: <1@x>\n\nx"), {}, 200, {}});
    const auto second = server.add({mail("Subject: Re: a\nIn-Reply-To: <1@x>\n\nx"), {}, 100, {}});
    const auto other = server.add({mail("Subject: b\n\nx"), {}, 150, {}});
    const auto got = server.call("Thread/get", {{"ids", {thread_id(first), thread_id(second), "t99", "x"}}});
    CHECK(got["list"] ==
          json::array({json{{"id", thread_id(first)}, {"emailIds", ids_of('e', {second, first})}}}));
    CHECK(got["notFound"] == json{thread_id(second), "t99", "x"});
    CHECK(server.call("Thread/get", {{"ids", nullptr}})["list"].size() == 2);
    CHECK(
        server.call("Thread/get", {{"ids", {thread_id(other)}}, {"properties", {"id"}}})["list"][0].size() ==
        1);

    const json state = got["state"];
    server.update(first, {store::flag_seen, {}}, {server.mailbox("inbox")});
    CHECK(server.call("Thread/changes", {{"sinceState", state}})["newState"] == state);
    server.remove(second);
    CHECK(server.call("Thread/changes", {{"sinceState", state}})["updated"] == json{thread_id(first)});
    server.remove(first);
    CHECK(server.call("Thread/changes", {{"sinceState", state}})["destroyed"] == json{thread_id(first)});
}

TEST_CASE("Identity/get fills what a row lacks", "[jmap][identity]") {
    JmapServer server;
    const auto all = server.call("Identity/get", json::object());
    REQUIRE(all["list"].size() == 1);
    json expected = json::parse(R"({"name": "Anne Martin", "email": "anne@academie.test", "replyTo": null,
        "bcc": null, "textSignature": "", "htmlSignature": "", "mayDelete": false})");
    expected["id"] = all["list"][0]["id"];
    CHECK(all["list"][0] == expected);
    const json state = all["state"];
    const auto made =
        put(server, store::ObjectType::identity, identity_letter,
            R"({"name": "École", "email": "e@academie.test", "bcc": [{"name": "A", "email": "a@x"}]})");
    const auto got =
        server.call("Identity/get", {{"ids", {made, "i99", "zzz"}}, {"properties", {"bcc", "mayDelete"}}});
    CHECK(got["list"][0] ==
          json{{"id", made}, {"bcc", {{{"name", "A"}, {"email", "a@x"}}}}, {"mayDelete", true}});
    CHECK(got["notFound"] == json{"i99", "zzz"});
    CHECK(server.call("Identity/changes", {{"sinceState", state}})["created"] == json{made});
    CHECK(server.call("Identity/get", {{"properties", {"colour"}}})["type"] == "invalidArguments");
}

TEST_CASE("EmailSubmission is read, queried and followed", "[jmap][submission]") {
    JmapServer server;
    const auto state = [&] { return server.call("EmailSubmission/get", {{"ids", json::array()}})["state"]; };
    const auto before = state();
    const auto late = submit(server, 5, 300, "pending");
    const auto early = submit(server, 7, 100, "final");
    const auto got = server.call("EmailSubmission/get", {{"ids", {late, "s99"}}});
    CHECK(got["notFound"] == json{"s99"});
    json expected = json::parse(R"({"identityId": "i1", "emailId": "e5", "threadId": "t5",
        "envelope": {"mailFrom": {"email": "anne@academie.test", "parameters": null},
                     "rcptTo": [{"email": "b@academie.test", "parameters": null}]},
        "sendAt": "1970-01-01T00:05:00Z", "undoStatus": "pending",
        "deliveryStatus": {"b@academie.test": {"smtpReply": "250 2.0.0 OK", "delivered": "queued", "displayed": "unknown"}},
        "dsnBlobIds": [], "mdnBlobIds": []})");
    expected["id"] = late;
    CHECK(got["list"][0] == expected);
    CHECK(server.call("EmailSubmission/get", {{"properties", {"undoStatus"}}})["list"].size() == 2);

    const auto found = [&](const json& filter, const char* property, bool ascending = true) {
        return server.call(
            "EmailSubmission/query",
            {{"filter", filter}, {"sort", {{{"property", property}, {"isAscending", ascending}}}}})["ids"];
    };
    CHECK(found(nullptr, "sentAt") == json{early, late});
    CHECK(found(nullptr, "emailId") == json{late, early});
    CHECK(found(nullptr, "threadId", false) == json{early, late});
    CHECK(found({{"undoStatus", "pending"}}, "sentAt") == json{late});
    CHECK(found({{"emailIds", {"e7", "x"}}}, "sentAt") == json{early});
    CHECK(found({{"threadIds", {"t5"}}}, "sentAt") == json{late});
    CHECK(found({{"identityIds", {"i2"}}}, "sentAt").empty());
    CHECK(found({{"before", "1970-01-01T00:05:00Z"}}, "sentAt") == json{early});
    CHECK(found({{"after", "1970-01-01T00:05:00Z"}}, "sentAt") == json{late});
    CHECK(server.call("EmailSubmission/query", {{"sort", {{{"property", "x"}}}}})["type"] ==
          "unsupportedSort");
    CHECK(server.call("EmailSubmission/query", {{"filter", {{"x", 1}}}})["type"] == "unsupportedFilter");

    CHECK(server.call("EmailSubmission/changes", {{"sinceState", before}})["created"].size() == 2);
    const auto now = state();
    server.commit([&](store::Draft& draft) -> store::Result<void> {
        draft.add(store::ObjectRemoved{store::ObjectType::email_submission, late});
        return {};
    });
    const auto made = submit(server, 9, 200, "pending");
    const auto changes = server.call(
        "EmailSubmission/queryChanges",
        {{"sinceQueryState", now}, {"sort", {{{"property", "sentAt"}}}}, {"calculateTotal", true}});
    CHECK(changes["removed"] == json{late});
    CHECK(changes["added"] == json::array({json{{"id", made}, {"index", 1}}}));
    CHECK(changes["total"] == 2);
}

TEST_CASE("Quota tells what is used of what", "[jmap][quota]") {
    JmapServer server;
    server.user().quota = 1000;
    const auto text = mail("Subject: a\n\nx");
    const auto before = server.call("Quota/get", {{"ids", nullptr}});
    server.deliver(text);
    const auto got = server.call("Quota/get", {{"ids", nullptr}});
    REQUIRE(got["list"].size() == 1);
    const auto& quota = got["list"][0];
    CHECK(quota["resourceType"] == "octets");
    CHECK(quota["used"] == text.size());
    CHECK(quota["hardLimit"] == 1000);
    CHECK(quota["warnLimit"] == 900);
    CHECK(quota["softLimit"] == nullptr);
    CHECK(quota["scope"] == "account");
    CHECK(quota["types"] == json{"Email"});
    CHECK(got["state"] != before["state"]);
    CHECK(server.call("Quota/get", {{"ids", {quota["id"], "q9"}}})["notFound"] == json{"q9"});
    const auto changes = server.call("Quota/changes", {{"sinceState", before["state"]}});
    CHECK(changes["updated"] == json{quota["id"]});
    CHECK(changes["updatedProperties"] == nullptr);
    CHECK(
        server.call("Quota/query", {{"filter", {{"resourceType", "octets"}, {"scope", "account"}}}})["ids"] ==
        json{quota["id"]});
    CHECK(server.call("Quota/query", {{"filter", {{"type", "CalendarEvent"}}}})["ids"].empty());
    CHECK(server.call("Quota/query", {{"sort", {{{"property", "x"}}}}})["type"] == "unsupportedSort");
    CHECK(server.call("Quota/query", json::object())["canCalculateChanges"] == false);
    CHECK(server.call("Quota/queryChanges", {{"sinceQueryState", got["state"]}})["type"] ==
          "cannotCalculateChanges");
    // Without the type's capability there is nothing to tell (RFC 9425 §4.1).
    const auto blind =
        server.request(json::array({json::array({"Quota/get", {{"accountId", server.account_id()}}, "0"})}),
                       {{"using", {"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:quota"}}});
    CHECK(blind["methodResponses"][0][1]["list"].empty());
}

TEST_CASE("Blob/get gives ranges, texts, digests", "[jmap][blob]") {
    JmapServer server;
    const auto text = server.upload("The quick brown fox jumped over the lazy dog.");
    const auto binary = server.upload(std::string("\xff\xfe\0abc", 6));
    const auto get = [&](const std::string& id, json more = json::object()) {
        more["ids"] = {id};
        return server.call("Blob/get", more)["list"][0];
    };
    CHECK(get(text) ==
          json{{"id", text}, {"data:asText", "The quick brown fox jumped over the lazy dog."}, {"size", 45}});
    CHECK(get(text, {{"offset", 4},
                     {"length", 9},
                     {"properties", {"data:asText", "data:asBase64", "digest:sha", "digest:sha-256"}}}) ==
          json{{"id", text},
               {"data:asText", "quick bro"},
               {"data:asBase64", "cXVpY2sgYnJv"},
               {"digest:sha", "QiRAPtfyX8K6tm1iOAtZ87Xj3Ww="},
               {"digest:sha-256", "gdg9INW7lwHK6OQ9u0dwDz2ZY/gubi0En0xlFpKt0OA="}});
    CHECK(get(text, {{"offset", 40}, {"length", 50}, {"properties", {"data"}}}) ==
          json{{"id", text}, {"data:asText", " dog."}, {"isTruncated", true}});
    CHECK(get(text, {{"offset", 99}, {"properties", {"data", "size"}}}) ==
          json{{"id", text}, {"data:asText", ""}, {"isTruncated", true}, {"size", 45}});
    CHECK(get(binary) ==
          json{{"id", binary}, {"isEncodingProblem", true}, {"data:asBase64", "//4AYWJj"}, {"size", 6}});
    CHECK(get(binary, {{"properties", {"data:asText"}}}) ==
          json{{"id", binary}, {"isEncodingProblem", true}, {"data:asText", nullptr}});
    CHECK(server.call("Blob/get", {{"ids", {"b" + std::string(64, '0'), "x"}}})["notFound"].size() == 2);
    CHECK(server.call("Blob/get", {{"ids", {text}}, {"properties", {"digest:md5"}}})["type"] ==
          "invalidArguments");
    CHECK(server.call("Blob/get", {{"ids", nullptr}})["type"] == "invalidArguments");
}

TEST_CASE("Blob/lookup names what has a blob", "[jmap][blob]") {
    JmapServer server;
    const auto text =
        mail("Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n--x--\n");
    const auto email = server.add({text, {server.mailbox("inbox"), server.mailbox("archive")}, 100, {}});
    const auto got = server.call(
        "Email/get", {{"ids", {email_id(email)}}, {"properties", {"blobId", "bodyStructure"}}})["list"][0];
    const std::string whole = got["blobId"], part = got["bodyStructure"]["subParts"][1]["blobId"];
    const auto upload = server.upload("nobody's");
    const auto answer =
        server.call("Blob/lookup", {{"typeNames", {"Email", "Thread", "Mailbox"}},
                                    {"ids", {whole, part, upload, "b" + std::string(64, '0')}}});
    REQUIRE(answer["list"].size() == 4);
    const json matched{
        {"Email", {email_id(email)}},
        {"Thread", {thread_id(email)}},
        {"Mailbox", {mailbox_id(server.mailbox("inbox")), mailbox_id(server.mailbox("archive"))}}};
    CHECK(answer["list"][0] == json{{"id", whole}, {"matchedIds", matched}});
    CHECK(answer["list"][1]["matchedIds"] == matched);
    const json none{{"Email", json::array()}, {"Thread", json::array()}, {"Mailbox", json::array()}};
    CHECK(answer["list"][2]["matchedIds"] == none);
    CHECK(answer["list"][3]["matchedIds"] == none);
    CHECK(server.call("Blob/lookup", {{"typeNames", {"Email"}}, {"ids", {whole}}})["list"][0]["matchedIds"]
              .size() == 1);
    CHECK(server.call("Blob/lookup", {{"typeNames", {"Event"}}, {"ids", {whole}}})["type"] ==
          "unknownDataType");
    CHECK(server.call("Blob/lookup", {{"ids", {whole}}})["type"] == "invalidArguments");
}

} // namespace facteur::test
