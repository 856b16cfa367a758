#include "tests/actors/academy.h"
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"

using namespace facteur;
using facteur::test::Academy;
using facteur::test::Json;

namespace {

// A draft as the second example of RFC 8621 §4.10 has it.
Json draft(Academy& academy, const store::AccountRow& user) {
    return Json{
        {"mailboxIds", {{academy.mailbox(user, "drafts"), true}}},
        {"keywords", {{"$seen", true}, {"$draft", true}}},
        {"from", {{{"name", "Anne Dupont"}, {"email", "anne@academie.test"}}}},
        {"subject", "World domination"},
        {"receivedAt", "2018-07-10T01:03:11Z"},
        {"sentAt", "2018-07-10T11:03:11+10:00"},
        {"bodyStructure", {{"type", "text/plain"}, {"partId", "bd48"}, {"header:Content-Language", "en"}}},
        {"bodyValues", {{"bd48", {{"value", "I have the most brilliant plan."}, {"isTruncated", false}}}}}};
}

Json create(Academy& academy, const store::AccountRow& user, const Json& email) {
    return academy.call(user, "Email/set", {{"create", {{"k1", email}}}});
}

// The message that a draft with these changes becomes.
std::string made(Academy& academy, const store::AccountRow& user, const Json& email) {
    const auto answer = create(academy, user, email);
    INFO(answer.dump());
    REQUIRE(answer["created"].contains("k1"));
    return academy.download(user, answer["created"]["k1"]["blobId"]);
}

Json refused(Academy& academy, const store::AccountRow& user, const Json& email) {
    const auto answer = create(academy, user, email);
    INFO(answer.dump());
    REQUIRE(answer["notCreated"].contains("k1"));
    CHECK(answer["oldState"] == answer["newState"]);
    return answer["notCreated"]["k1"];
}

} // namespace

TEST_CASE("the example draft of RFC 8621 becomes a message") {
    Academy academy;
    const auto anne = academy.add("anne");
    const auto answer = create(academy, anne, draft(academy, anne));
    const auto& made = answer["created"]["k1"];
    CHECK(made["id"] == "e1");
    CHECK(made["threadId"] == "t1");
    CHECK(answer["oldState"] != answer["newState"]);

    const auto message = academy.download(anne, made["blobId"]);
    CHECK(made["size"] == message.size());
    const auto header = mime::header_of(message);
    CHECK(mime::first_field(header, "Date")->value == " Tue, 10 Jul 2018 11:03:11 +1000");
    CHECK(mime::first_field(header, "MIME-Version").has_value());
    CHECK(mime::first_field(header, "Content-Language")->value == " en");
    CHECK(mime::message_ids(mime::first_field(header, "Message-ID")->value).size() == 1);
    CHECK(message.find("\r\n\r\nI have the most brilliant plan.") != std::string::npos);

    const auto row = academy.store().read(anne.id).email(anne.id, 1)->row();
    CHECK(row.received == 1531184591);
    CHECK(row.keywords.flags == (store::flag_seen | store::flag_draft));
    CHECK(row.mailboxes.size() == 1);
    CHECK(row.subject == "World domination");
}

TEST_CASE("what is missing of a message is added, what is empty is left out") {
    Academy academy;
    const auto anne = academy.add("anne");
    auto email = draft(academy, anne);
    email.erase("sentAt");
    email["to"] = Json::array();
    email["cc"] = nullptr;
    const auto message = made(academy, anne, email);
    CHECK(mime::first_field(mime::header_of(message), "Date").has_value());
    CHECK_FALSE(mime::first_field(mime::header_of(message), "To").has_value());
    CHECK_FALSE(mime::first_field(mime::header_of(message), "Cc").has_value());
}

TEST_CASE("text, HTML, pictures and attachments find their places") {
    Academy academy;
    const auto anne = academy.add("anne");
    const std::string csv = "nom;note\nÉlodie;17\n", picture("\x89PNG\0\r\n\n", 8);
    auto email = draft(academy, anne);
    email.erase("bodyStructure");
    email["bodyValues"] = {{"t", {{"value", "Bonjour,\nà demain."}}},
                           {"h", {{"value", "<p>Bonjour &amp; à demain</p>"}}}};
    email["textBody"] = {{{"partId", "t"}, {"type", "text/plain"}}};
    email["htmlBody"] = {{{"partId", "h"}, {"type", "text/html"}, {"language", {"fr", "en"}}}};
    email["attachments"] = {{{"blobId", academy.upload(anne, csv, "text/csv")}, {"name", "notes élèves.csv"}},
                            {{"blobId", academy.upload(anne, picture, "image/png")},
                             {"type", "image/png"},
                             {"cid", "logo@here"},
                             {"disposition", "inline"}}};
    const auto message = made(academy, anne, email);
    const auto parsed = mime::parse(message);
    std::string shape;
    for (const auto& part : parsed.parts)
        shape += part.media_type() + " ";
    CHECK(shape ==
          "multipart/mixed multipart/alternative text/plain multipart/related text/html image/png text/csv ");
    const auto& parts = parsed.parts;
    CHECK(mime::body_value(mime::text_part(message, parts[2])).value == "Bonjour,\nà demain.");
    CHECK(parts[4].language == "fr,en");
    CHECK(parts[5].content_id == "logo@here");
    CHECK(mime::decode_transfer(parts[5].body.of(message), parts[5].encoding).bytes == picture);
    CHECK(parts[6].name == "notes élèves.csv");
    CHECK(parts[6].disposition == "attachment");
    CHECK(mime::decode_transfer(parts[6].body.of(message), parts[6].encoding).bytes == csv);
}

TEST_CASE("header fields come in every form, and each once") {
    Academy academy;
    const auto anne = academy.add("anne");
    auto email = draft(academy, anne);
    email["header:X-Texte:asText"] = "Réunion à 8 h";
    email["header:X-Raw"] = " as it is";
    email["header:Reply-To:asGroupedAddresses"] = {
        {{"name", "Équipe"}, {"addresses", {{{"email", "a@b.test"}, {"name", nullptr}}}}}};
    email["header:List-Help:asURLs"] = {"https://academie.test/aide"};
    email["inReplyTo"] = {"1@b.test"};
    email["header:References:asMessageIds"] = {"0@b.test", "1@b.test"};
    email["header:Resent-Date:asDate"] = "2020-02-29T12:00:00Z";
    email["header:Comments:asText:all"] = {"un", "deux"};
    email["bcc"] = {{{"email", "secret@academie.test"}}};
    const auto message = made(academy, anne, email);
    const auto header = mime::header_of(message);
    const auto value = [&](std::string_view name) { return mime::first_field(header, name)->value; };
    CHECK(mime::text(value("X-Texte")) == "Réunion à 8 h");
    CHECK(value("X-Raw") == " as it is");
    CHECK(mime::grouped_addresses(value("Reply-To"))[0].name == "Équipe");
    CHECK(mime::urls(value("List-Help")) == std::vector<std::string>{"https://academie.test/aide"});
    CHECK(mime::message_ids(value("References")) == std::vector<std::string>{"0@b.test", "1@b.test"});
    CHECK(mime::message_ids(value("In-Reply-To")) == std::vector<std::string>{"1@b.test"});
    CHECK(mime::date(value("Resent-Date"))->seconds == 1582977600);
    CHECK(mime::all_fields(header, "Comments").size() == 2);
    CHECK(mime::addresses(value("Bcc"))[0].email == "secret@academie.test");
}

TEST_CASE("a draft keeps what is no address yet") {
    Academy academy;
    const auto anne = academy.add("anne");
    auto email = draft(academy, anne);
    email["to"] = {{{"email", "pierre du"}}, {{"name", "Élodie"}, {"email", "elodie@academie.test"}}};
    const auto message = made(academy, anne, email);
    CHECK(mime::text(mime::first_field(mime::header_of(message), "To")->value) ==
          "pierre du, Élodie <elodie@academie.test>");
}

TEST_CASE("emails that cannot be made are refused by the property that is wrong") {
    Academy academy;
    const auto anne = academy.add("anne");
    const auto original = draft(academy, anne);
    const auto wrong = [&](const std::function<void(Json&)>& change) {
        auto email = original;
        change(email);
        const auto error = refused(academy, anne, email);
        CHECK(error["type"] == "invalidProperties");
        return error.value("properties", Json::array()).dump();
    };
    CHECK(wrong([](Json& e) { e.erase("mailboxIds"); }) == R"(["mailboxIds"])");
    CHECK(wrong([](Json& e) { e["mailboxIds"] = Json::object(); }) == R"(["mailboxIds"])");
    CHECK(wrong([](Json& e) { e["mailboxIds"] = {{"m99", true}}; }) == R"(["mailboxIds"])");
    CHECK(wrong([](Json& e) { e["mailboxIds"] = {{"m1", false}}; }) == R"(["mailboxIds"])");
    CHECK(wrong([](Json& e) { e["keywords"] = {{"a b", true}}; }) == R"(["keywords"])");
    CHECK(wrong([](Json& e) { e["keywords"] = {{"$seen", false}}; }) == R"(["keywords"])");
    CHECK(wrong([](Json& e) { e["receivedAt"] = "hier"; }) == R"(["receivedAt"])");
    CHECK(wrong([](Json& e) { e["headers"] = Json::array(); }) == R"(["headers"])");
    CHECK(wrong([](Json& e) { e["threadId"] = "t1"; }) == R"(["threadId"])");
    CHECK(wrong([](Json& e) { e["size"] = 1; }) == R"(["size"])");
    CHECK(wrong([](Json& e) { e["header:From:asAddresses"] = e["from"]; }) ==
          R"(["header:From:asAddresses"])");
    CHECK(wrong([](Json& e) { e["header:from"] = " x"; }) == R"(["header:from"])");
    CHECK(wrong([](Json& e) { e["header:To:asDate"] = "2018-07-10T01:03:11Z"; }) ==
          R"(["header:To:asDate"])");
    CHECK(wrong([](Json& e) { e["header:Content-Type"] = "text/plain"; }) == R"(["header:Content-Type"])");
    CHECK(wrong([](Json& e) { e["header:X-A:asNothing"] = "x"; }) == R"(["header:X-A:asNothing"])");
    CHECK(wrong([](Json& e) { e["header:X-A"] = "a\r\nBcc: x@y.test"; }) == R"(["header:X-A"])");
    CHECK(wrong([](Json& e) { e["subject"] = "a\r\nBcc: x@y.test"; }) == R"(["subject"])");
    CHECK(wrong([](Json& e) { e["subject"] = 7; }) == R"(["subject"])");
    CHECK(wrong([](Json& e) { e["sentAt"] = "2018-07-10"; }) == R"(["sentAt"])");
    CHECK(wrong([](Json& e) { e["to"] = {{{"name", "x"}}}; }) == R"(["to"])");
    CHECK(wrong([](Json& e) { e["textBody"] = Json::array(); }) == R"(["textBody"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["header:Subject"] = " x"; }) ==
          R"(["bodyStructure/header:Subject"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["header:Content-Transfer-Encoding"] = " 7bit"; }) ==
          R"(["bodyStructure/header:Content-Transfer-Encoding"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["language"] = {"fr"}; }).find("bodyStructure/") !=
          std::string::npos);
    CHECK(wrong([](Json& e) { e["bodyStructure"]["partId"] = "none"; }) == R"(["bodyStructure/partId"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"].erase("partId"); }) == R"(["bodyStructure/partId"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["blobId"] = "b1"; }) == R"(["bodyStructure/blobId"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["charset"] = "utf-8"; }) == R"(["bodyStructure/charset"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["size"] = 7; }) == R"(["bodyStructure/size"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["type"] = "text"; }) == R"(["bodyStructure/type"])");
    CHECK(wrong([](Json& e) { e["bodyStructure"]["type"] = "multipart/mixed"; }).find("subParts") !=
          std::string::npos);
    CHECK(wrong([](Json& e) { e["bodyStructure"]["headers"] = Json::array(); }) ==
          R"(["bodyStructure/headers"])");
    CHECK(wrong([](Json& e) { e["bodyValues"]["bd48"]["isTruncated"] = true; }) ==
          R"(["bodyValues/bd48/isTruncated"])");
    CHECK(wrong([](Json& e) { e["bodyValues"]["bd48"]["isEncodingProblem"] = true; }) ==
          R"(["bodyValues/bd48/isEncodingProblem"])");
    CHECK(wrong([](Json& e) {
              e["textBody"] = {{{"partId", "bd48"}, {"type", "text/html"}}};
              e.erase("bodyStructure");
          }) == R"(["textBody/0/type"])");
    CHECK(wrong([](Json& e) {
              e["htmlBody"] = {{{"partId", "bd48"}}, {{"partId", "bd48"}}};
              e.erase("bodyStructure");
          }) == R"(["htmlBody"])");
}

TEST_CASE("missing blobs are all named, and limits have their own errors") {
    Academy academy([](Config&, jmap::Limits& limits) { limits.max_size_attachments_per_email = 1000; });
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    auto email = draft(academy, anne);
    email.erase("bodyStructure");
    const auto foreign = academy.upload(pierre, "secret");
    const auto absent = "b" + std::string(64, '0');
    email["attachments"] = {{{"blobId", absent}}, {{"blobId", foreign}}, {{"blobId", "nonsense"}}};
    auto error = refused(academy, anne, email);
    CHECK(error["type"] == "blobNotFound");
    CHECK(error["notFound"] == Json{absent, foreign, "nonsense"});

    email["attachments"] = {{{"blobId", academy.upload(anne, std::string(1001, 'x'))}}};
    CHECK(refused(academy, anne, email)["type"] == "tooLarge");

    email = draft(academy, anne);
    for (int i = 0; i < 200; ++i)
        email["keywords"]["k" + std::to_string(i)] = true;
    CHECK(refused(academy, anne, email)["type"] == "tooManyKeywords");

    const auto small = academy.add("petit", 100);
    CHECK(refused(academy, small, draft(academy, small))["type"] == "overQuota");
}

TEST_CASE("updates patch keywords and mailboxes and nothing else") {
    Academy academy;
    const auto anne = academy.add("anne");
    create(academy, anne, draft(academy, anne));
    const auto drafts = academy.mailbox(anne, "drafts"), sent = academy.mailbox(anne, "sent");
    const auto update = [&](const Json& patch, const std::string& id = "e1") {
        const auto answer = academy.call(anne, "Email/set", {{"update", {{id, patch}}}});
        INFO(answer.dump());
        if (answer["updated"].is_object() && answer["updated"].contains(id)) return std::string("updated");
        return answer["notUpdated"][id]["type"].get<std::string>();
    };
    const auto row = [&] { return academy.store().read(anne.id).email(anne.id, 1)->row(); };

    CHECK(
        update({{"keywords/$Flagged", true}, {"keywords/$draft", nullptr}, {"keywords/lu-par-anne", true}}) ==
        "updated");
    CHECK(row().keywords.flags == (store::flag_seen | store::flag_flagged));
    CHECK(row().keywords.others == std::vector<std::string>{"lu-par-anne"});
    CHECK(update({{"mailboxIds/" + drafts, nullptr}, {"mailboxIds/" + sent, true}}) == "updated");
    CHECK(mailbox_id(row().mailboxes[0].mailbox) == sent);
    CHECK(update({{"mailboxIds", {{drafts, true}, {sent, true}}}, {"keywords", nullptr}}) == "updated");
    CHECK(row().mailboxes.size() == 2);
    CHECK(row().keywords == store::Keywords{});
    CHECK(update({{"id", "e1"}, {"threadId", "t1"}, {"size", row().size}}) == "updated");

    CHECK(update({{"mailboxIds/" + drafts, nullptr}, {"mailboxIds/" + sent, nullptr}}) ==
          "invalidProperties");
    CHECK(update({{"mailboxIds/m99", true}}) == "invalidProperties");
    CHECK(update({{"mailboxIds", nullptr}}) == "invalidProperties");
    CHECK(update({{"keywords/a b", true}}) == "invalidProperties");
    CHECK(update({{"keywords/$seen", false}}) == "invalidProperties");
    CHECK(update({{"keywords", {{"x", 1}}}}) == "invalidProperties");
    CHECK(update({{"subject", "other"}}) == "invalidProperties");
    CHECK(update({{"threadId", "t2"}}) == "invalidProperties");
    CHECK(update({{"keywords", Json::object()}, {"keywords/$seen", true}}) == "invalidPatch");
    CHECK(update({{"keywords/a/b", true}}) == "invalidPatch");
    CHECK(update({{"keywords/~2", true}}) == "invalidPatch");
    CHECK(update(7) == "invalidPatch");
    CHECK(update({{"keywords/$seen", true}}, "e77") == "notFound");
    CHECK(update({{"keywords/$seen", true}}, "nothing") == "notFound");
    Json many;
    for (int i = 0; i < 200; ++i)
        many["keywords/k" + std::to_string(i)] = true;
    CHECK(update(many) == "tooManyKeywords");
    CHECK(row().keywords == store::Keywords{});
}

TEST_CASE("emails are destroyed once; ifInState and creation references hold across calls") {
    Academy academy;
    const auto anne = academy.add("anne");
    const auto first = create(academy, anne, draft(academy, anne));
    const Json account = account_id(anne.id);
    const auto answers = academy.request(
        anne, {{"Email/set",
                {{"accountId", account},
                 {"create", {{"k2", draft(academy, anne)}}},
                 {"destroy", {"e1", "e1", "e9"}},
                 {"update", {{"e1", {{"keywords/x", true}}}}}},
                "0"},
               {"Email/set",
                {{"accountId", account},
                 {"update", {{"#k2", {{"keywords/$flagged", true}}}}},
                 {"destroy", {"#unknown"}}},
                "1"},
               {"Email/set",
                {{"accountId", account}, {"ifInState", first["newState"]}, {"destroy", {"#k2"}}},
                "2"}});
    const auto& responses = answers["methodResponses"];
    CHECK(responses[0][1]["destroyed"] == Json{"e1"});
    CHECK(responses[0][1]["notDestroyed"]["e9"]["type"] == "notFound");
    CHECK(responses[0][1]["notUpdated"]["e1"]["type"] == "willDestroy");
    CHECK(responses[1][1]["updated"].contains("e2"));
    CHECK(responses[1][1]["notDestroyed"]["#unknown"]["type"] == "notFound");
    CHECK(responses[2][0] == "error");
    CHECK(responses[2][1]["type"] == "stateMismatch");
    CHECK(answers["createdIds"]["k2"] == "e2");
    const auto now = academy.store().read(anne.id);
    CHECK_FALSE(now.email(anne.id, 1).has_value());
    CHECK(now.email(anne.id, 2)->flags() == (store::flag_seen | store::flag_draft | store::flag_flagged));
}

TEST_CASE("emails of one call find their thread") {
    Academy academy;
    const auto anne = academy.add("anne");
    auto first = draft(academy, anne), second = first;
    first["messageId"] = {"1@academie.test"};
    second["messageId"] = {"2@academie.test"};
    second["inReplyTo"] = {"1@academie.test"};
    second["subject"] = "Re: World domination";
    const auto answer = academy.call(anne, "Email/set", {{"create", {{"a", first}, {"b", second}}}});
    CHECK(answer["created"]["a"]["threadId"] == answer["created"]["b"]["threadId"]);
}

TEST_CASE("imports take uploads as they are") {
    Academy academy;
    const auto anne = academy.add("anne");
    const std::string message = "Received: by x; Sat, 29 Feb 2020 12:00:00 +0000\nFrom: a@b.test\nSubject: "
                                "=?utf-8?q?=C3=A9?=\n\nbare line ends\n";
    const auto blob = academy.upload(anne, message, "message/rfc822");
    const Json inbox{{academy.mailbox(anne, "inbox"), true}};
    const auto import = [&](const Json& email) {
        const auto answer = academy.call(anne, "Email/import", {{"emails", {{"k", email}}}});
        INFO(answer.dump());
        return answer["created"].is_object() ? answer["created"]["k"] : answer["notCreated"]["k"];
    };
    const auto made = import({{"blobId", blob}, {"mailboxIds", inbox}, {"keywords", {{"$seen", true}}}});
    CHECK(made["blobId"] == blob);
    CHECK(academy.download(anne, blob) == message);
    const auto row = academy.store().read(anne.id).email(anne.id, 1)->row();
    CHECK(row.received == 1582977600);
    CHECK(row.subject == "é");
    // The email holds the body now; a second one is an email of its own.
    CHECK(import({{"blobId", blob}, {"mailboxIds", inbox}, {"receivedAt", "2021-01-01T00:00:00Z"}})["id"] ==
          "e2");

    CHECK(import({{"blobId", "b12"}, {"mailboxIds", inbox}})["properties"] == Json{"blobId"});
    CHECK(import({{"mailboxIds", inbox}})["properties"] == Json{"blobId"});
    CHECK(import({{"blobId", blob}})["properties"] == Json{"mailboxIds"});
    CHECK(import({{"blobId", blob}, {"mailboxIds", {{"m77", true}}}})["properties"] == Json{"mailboxIds"});
    CHECK(import({{"blobId", blob}, {"mailboxIds", inbox}, {"keywords", 7}})["properties"] ==
          Json{"keywords"});
    CHECK(import({{"blobId", blob}, {"mailboxIds", inbox}, {"subject", "x"}})["properties"] ==
          Json{"subject"});
    CHECK(import({{"blobId", academy.upload(anne, "")}, {"mailboxIds", inbox}})["type"] == "invalidEmail");
    CHECK(import(7)["type"] == "invalidProperties");
    const auto stale = academy.call(anne, "Email/import", {{"ifInState", "0"}, {"emails", Json::object()}});
    CHECK(stale["error"]["type"] == "stateMismatch");
}

TEST_CASE("there is no second account to copy from") {
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    const auto copy = [&](const std::string& from) {
        return academy.call(anne, "Email/copy",
                            {{"fromAccountId", from}, {"create", Json::object()}})["error"]["type"];
    };
    CHECK(copy(account_id(pierre.id)) == "fromAccountNotFound");
    CHECK(copy(account_id(anne.id)) == "invalidArguments");
}
