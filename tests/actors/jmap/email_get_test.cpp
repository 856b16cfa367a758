#include "tests/actors/jmap/fixture.h"

namespace facteur::test {
namespace {

const auto multipart = mail(R"(Return-Path: <marc@exemple.fr>
Received: from a by b; Tue, 24 Nov 2026 16:13:12 +0000
Received: from c by d; Tue, 24 Nov 2026 16:13:11 +0000
From: =?utf-8?q?Marc_Lef=C3=A8vre?= <marc@exemple.fr>, lea@exemple.fr
To: Classe: Anne <anne@academie.test>, b@exemple.fr;, c@exemple.fr
Cc: d@exemple.fr
Subject: =?utf-8?b?UsOpdW5pb24=?=
Date: Tue, 24 Nov 2026 18:13:11 +0200
Message-ID: <one@exemple.fr>
In-Reply-To: <zero@exemple.fr>
References: <minus@exemple.fr> <zero@exemple.fr>
List-Unsubscribe: <https://exemple.fr/u>, <mailto:u@exemple.fr>
X-Note: first
X-Note: second
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Caf=E9 et th=E9
--inner
Content-Type: text/html; charset=utf-8
Content-Language: fr, en

<p>Café</p>
--inner--
--outer
Content-Type: application/pdf; name=plan.pdf
Content-Disposition: attachment; filename=plan.pdf
Content-ID: <plan@exemple.fr>
Content-Location: plan.pdf
Content-Transfer-Encoding: base64

JVBERi0x
--outer--
)");

json get(JmapServer& server, store::EmailId email, const json& properties,
         const json& more = json::object()) {
    json arguments{{"ids", {email_id(email)}}, {"properties", properties}};
    arguments.update(more);
    const auto answer = server.call("Email/get", arguments);
    REQUIRE(answer.contains("list"));
    REQUIRE(answer["list"].size() == 1);
    return answer["list"][0];
}

} // namespace

TEST_CASE("Email/get tells the properties of lists", "[jmap][email]") {
    JmapServer server;
    const auto sent = server.mailbox("sent");
    const auto email = server.add({multipart,
                                   {server.mailbox("inbox"), sent},
                                   1'700'000'000,
                                   {store::flag_seen | store::flag_flagged, {"projet"}}});
    const auto got = get(server, email,
                         {"id", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "from", "to",
                          "subject", "hasAttachment", "preview"});
    CHECK(got["id"] == email_id(email));
    CHECK(got["threadId"] == thread_id(email));
    CHECK(got["mailboxIds"] == json{{mailbox_id(server.mailbox("inbox")), true}, {mailbox_id(sent), true}});
    CHECK(got["keywords"] == json{{"$seen", true}, {"$flagged", true}, {"projet", true}});
    CHECK(got["size"] == multipart.size());
    CHECK(got["receivedAt"] == "2023-11-14T22:13:20Z");
    CHECK(got["from"] == json::parse(R"([{"name": "Marc Lefèvre", "email": "marc@exemple.fr"},
                                         {"name": null, "email": "lea@exemple.fr"}])"));
    CHECK(got["to"].size() == 3);
    CHECK(got["subject"] == "Réunion");
    CHECK(got["hasAttachment"] == true);
    CHECK(got["preview"] == "Café et thé");
}

TEST_CASE("Email/get has the defaults of RFC 8621", "[jmap][email]") {
    JmapServer server;
    const auto email = server.deliver(multipart);
    const auto got = server.call("Email/get", {{"ids", {email_id(email), "e99", "nonsense"}}});
    CHECK(got["notFound"] == json{"e99", "nonsense"});
    const auto& one = got["list"][0];
    for (const auto name :
         {"id",        "blobId",    "threadId",   "mailboxIds", "keywords",      "size",    "receivedAt",
          "messageId", "inReplyTo", "references", "sender",     "from",          "to",      "cc",
          "bcc",       "replyTo",   "subject",    "sentAt",     "hasAttachment", "preview", "bodyValues",
          "textBody",  "htmlBody",  "attachments"})
        CHECK(one.contains(name));
    CHECK(one.size() == 24);
    CHECK(one["messageId"] == json{"one@exemple.fr"});
    CHECK(one["inReplyTo"] == json{"zero@exemple.fr"});
    CHECK(one["references"] == json{"minus@exemple.fr", "zero@exemple.fr"});
    CHECK(one["sender"] == nullptr);
    CHECK(one["bcc"] == nullptr);
    CHECK(one["cc"] == json::parse(R"([{"name": null, "email": "d@exemple.fr"}])"));
    CHECK(one["sentAt"] == "2026-11-24T18:13:11+02:00");
    CHECK(one["bodyValues"] == json::object());
    CHECK(one["textBody"].size() == 1);
    CHECK(one["textBody"][0].size() == 10);

    const auto empty =
        get(server, server.deliver(mail("X: y\n\nz")), {"subject", "from", "sentAt", "messageId"});
    for (const auto name : {"subject", "from", "sentAt", "messageId"})
        CHECK(empty[name] == nullptr);
}

TEST_CASE("Email/get gives header fields in each form", "[jmap][email]") {
    JmapServer server;
    const auto email = server.deliver(multipart);
    const auto got =
        get(server, email,
            {"header:Subject", "header:subject:asText", "header:From:asAddresses",
             "header:To:asGroupedAddresses", "header:Message-ID:asMessageIds", "header:Date:asDate",
             "header:List-Unsubscribe:asURLs", "header:X-Note", "header:X-Note:asText:all",
             "header:Received:all", "header:X-None", "header:X-None:all", "header:X-None:asDate"});
    CHECK(got["header:Subject"] == " =?utf-8?b?UsOpdW5pb24=?=");
    CHECK(got["header:subject:asText"] == "Réunion");
    CHECK(got["header:From:asAddresses"][0]["name"] == "Marc Lefèvre");
    CHECK(got["header:To:asGroupedAddresses"] == json::parse(R"([
        {"name": "Classe", "addresses": [{"name": "Anne", "email": "anne@academie.test"},
                                         {"name": null, "email": "b@exemple.fr"}]},
        {"name": null, "addresses": [{"name": null, "email": "c@exemple.fr"}]}])"));
    CHECK(got["header:Message-ID:asMessageIds"] == json{"one@exemple.fr"});
    CHECK(got["header:Date:asDate"] == "2026-11-24T18:13:11+02:00");
    CHECK(got["header:List-Unsubscribe:asURLs"] == json{"https://exemple.fr/u", "mailto:u@exemple.fr"});
    CHECK(got["header:X-Note"] == " second");
    CHECK(got["header:X-Note:asText:all"] == json{"first", "second"});
    CHECK(got["header:Received:all"].size() == 2);
    CHECK(got["header:X-None"] == nullptr);
    CHECK(got["header:X-None:all"] == json::array());
    CHECK(got["header:X-None:asDate"] == nullptr);

    const auto headers = get(server, email, {"headers"})["headers"];
    CHECK(headers.size() == 16);
    CHECK(headers[0] == json{{"name", "Return-Path"}, {"value", " <marc@exemple.fr>"}});

    for (const auto wrong :
         {"header:Subject:asDate", "header:From:asText", "header:Date:asAddresses", "header:List-Id:asURLs",
          "header:", "header:X Y", "header:X:asNothing", "header:X:all:all", "nothing"})
        CHECK(server.call("Email/get", {{"ids", json::array()}, {"properties", {wrong}}})["type"] ==
              "invalidArguments");
}

TEST_CASE("Email/get tells the structure of the body", "[jmap][email]") {
    JmapServer server;
    const auto email = server.deliver(multipart);
    const auto got = get(server, email, {"bodyStructure", "textBody", "htmlBody", "attachments", "blobId"});
    const auto& root = got["bodyStructure"];
    CHECK(root["type"] == "multipart/mixed");
    CHECK(root["partId"] == nullptr);
    CHECK(root["blobId"] == nullptr);
    REQUIRE(root["subParts"].size() == 2);
    CHECK(root["subParts"][0]["type"] == "multipart/alternative");
    REQUIRE(root["subParts"][0]["subParts"].size() == 2);
    const auto& text = root["subParts"][0]["subParts"][0];
    CHECK(text["partId"] == "1.1");
    CHECK(text["charset"] == "iso-8859-1");
    CHECK(text["size"] == 11);
    CHECK(text["name"] == nullptr);
    CHECK(text["disposition"] == nullptr);
    CHECK_FALSE(text.contains("subParts"));
    const auto& html = root["subParts"][0]["subParts"][1];
    CHECK(html["language"] == json{"fr", "en"});
    CHECK(got["textBody"] == json::array({text}));
    CHECK(got["htmlBody"] == json::array({html}));
    REQUIRE(got["attachments"].size() == 1);
    const auto& pdf = got["attachments"][0];
    CHECK(pdf["name"] == "plan.pdf");
    CHECK(pdf["cid"] == "plan@exemple.fr");
    CHECK(pdf["location"] == "plan.pdf");
    CHECK(pdf["disposition"] == "attachment");
    CHECK(pdf["charset"] == nullptr);
    CHECK(pdf["size"] == 6);

    const auto few =
        get(server, email, {"textBody"},
            {{"bodyProperties", {"partId", "header:Content-Type:asText", "headers", "subParts"}}});
    CHECK(few["textBody"][0]["partId"] == "1.1");
    CHECK(few["textBody"][0]["header:Content-Type:asText"] == "text/plain; charset=iso-8859-1");
    CHECK(few["textBody"][0]["headers"].size() == 2);
    CHECK(few["textBody"][0]["subParts"] == nullptr);
    CHECK(server.call("Email/get", {{"ids", json::array()}, {"bodyProperties", {"colour"}}})["type"] ==
          "invalidArguments");
    // The part's blob is its decoded octets.
    const auto blob = server.call("Blob/get", {{"ids", {pdf["blobId"]}}});
    CHECK(blob["list"][0]["data:asText"] == "%PDF-1");
    CHECK(server.call("Blob/get", {{"ids", {got["blobId"]}}, {"properties", {"size"}}})["list"][0]["size"] ==
          multipart.size());
}

TEST_CASE("Email/get fetches body values", "[jmap][email]") {
    JmapServer server;
    const auto email = server.deliver(multipart);
    const auto values = [&](const json& more) {
        return get(server, email, {"bodyValues"}, more)["bodyValues"];
    };
    CHECK(values(json::object()).empty());
    const auto text = values({{"fetchTextBodyValues", true}});
    CHECK(text ==
          json::parse(
              R"({"1.1": {"value": "Café et thé", "isEncodingProblem": false, "isTruncated": false}})"));
    CHECK(values({{"fetchHTMLBodyValues", true}})["1.2"]["value"] == "<p>Café</p>");
    CHECK(values({{"fetchAllBodyValues", true}}).size() == 2);
    CHECK(values({{"fetchTextBodyValues", true}, {"fetchHTMLBodyValues", true}}).size() == 2);
    const auto cut = values({{"fetchTextBodyValues", true}, {"maxBodyValueBytes", 4}})["1.1"];
    CHECK(cut["value"] == "Caf");
    CHECK(cut["isTruncated"] == true);

    const auto bad = server.deliver(mail("Content-Type: text/plain; charset=no-such\n\nabc\xe9"));
    const auto problem = get(server, bad, {"bodyValues"}, {{"fetchAllBodyValues", true}})["bodyValues"]["1"];
    CHECK(problem["isEncodingProblem"] == true);
}

TEST_CASE("A long body is read no further than its value needs", "[jmap][email]") {
    JmapServer server;
    const auto email = server.deliver(mail("Subject: long\n\n" + std::string(3'000'000, 'x')));
    const auto value = get(server, email, {"bodyValues"},
                           {{"fetchTextBodyValues", true}, {"maxBodyValueBytes", 1000}})["bodyValues"]["1"];
    CHECK(value["value"].get<std::string>().size() == 1000);
    CHECK(value["isTruncated"] == true);
    const auto whole = get(server, email, {"bodyValues"}, {{"fetchTextBodyValues", true}})["bodyValues"]["1"];
    CHECK(whole["value"].get<std::string>().size() == 3'000'000);
    CHECK(whole["isTruncated"] == false);
}

TEST_CASE("Long subjects and many addresses are whole", "[jmap][email]") {
    JmapServer server;
    std::string subject, to;
    for (int i = 0; i < 300; ++i)
        subject += "mot" + std::to_string(i) + " ";
    subject += "fin";
    for (int i = 0; i < 20; ++i)
        to += (i > 0 ? ", p" : "p") + std::to_string(i) + "@exemple.fr";
    const auto email = server.deliver(mail("Subject: " + subject + "\nTo: " + to + "\n\nx"));
    const auto got = get(server, email, {"subject", "to"});
    CHECK(got["subject"] == subject);
    CHECK(got["to"].size() == 20);
}

TEST_CASE("Email/get of all emails is bounded", "[jmap][email]") {
    jmap::Limits limits;
    limits.max_objects_in_get = 3;
    JmapServer server(limits);
    for (int i = 0; i < 3; ++i)
        server.deliver(mail("Subject: " + std::to_string(i) + "\n\nx"));
    CHECK(server.call("Email/get", {{"ids", nullptr}, {"properties", {"size"}}})["list"].size() == 3);
    server.deliver(mail("Subject: 4\n\nx"));
    CHECK(server.call("Email/get", {{"ids", nullptr}})["type"] == "requestTooLarge");
    CHECK(server.call("Thread/get", {{"ids", nullptr}})["type"] == "requestTooLarge");
    CHECK(server.call("Email/get", {{"ids", {"e1", "e1", "e1"}}, {"properties", {"size"}}})["list"].size() ==
          1);
}

TEST_CASE("Email/parse reads blobs as emails", "[jmap][email]") {
    JmapServer server;
    const auto inner =
        mail("From: a@exemple.fr\nSubject: dedans\nContent-Type: multipart/mixed; boundary=x\n\n"
             "--x\n\ntexte\n--x\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n"
             "Content-Disposition: attachment\n\niVBORw==\n--x--\n");
    const auto blob = server.upload(inner);
    const auto junk = server.upload("no header here");
    const auto answer = server.call(
        "Email/parse", {{"blobIds", {blob, junk, "b" + std::string(64, '0')}}, {"fetchAllBodyValues", true}});
    CHECK(answer["notParsable"] == json{junk});
    CHECK(answer["notFound"].size() == 1);
    const auto& parsed = answer["parsed"][blob];
    CHECK(parsed["subject"] == "dedans");
    CHECK_FALSE(parsed.contains("mailboxIds"));
    CHECK(parsed["bodyValues"]["1"]["value"] == "texte");
    CHECK(server.call("Blob/get", {{"ids", {parsed["attachments"][0]["blobId"]}},
                                   {"properties", {"data:asBase64"}}})["list"][0]["data:asBase64"] ==
          "iVBORw==");

    const auto asked = server.call(
        "Email/parse",
        {{"blobIds", {blob}},
         {"properties", {"id", "mailboxIds", "keywords", "receivedAt", "threadId", "blobId", "size"}}});
    const auto& metadata = asked["parsed"][blob];
    for (const auto name : {"id", "mailboxIds", "keywords", "receivedAt", "threadId"})
        CHECK(metadata[name] == nullptr);
    CHECK(metadata["blobId"] == blob);
    CHECK(metadata["size"] == inner.size());

    // An attached message, whose parts are parts of the whole.
    const auto outer = server.deliver(mail("Subject: dehors\nContent-Type: message/rfc822\n\n") + inner);
    const auto attached = get(server, outer, {"bodyStructure"})["bodyStructure"]["blobId"].get<std::string>();
    const auto nested = server.call("Email/parse", {{"blobIds", {attached}}})["parsed"][attached];
    CHECK(nested["subject"] == "dedans");
    CHECK(server.call("Blob/get", {{"ids", {nested["attachments"][0]["blobId"]}},
                                   {"properties", {"data:asBase64"}}})["list"][0]["data:asBase64"] ==
          "iVBORw==");
    CHECK(server.call("Email/parse", {{"blobIds", json::array()}})["parsed"] == nullptr);
    CHECK(server.call("Email/parse", json::object())["type"] == "invalidArguments");
}

} // namespace facteur::test
