// EmailSubmission/set and the queue: what may be sent, when it goes, that it goes once, and that nothing is
// lost silently.
#include "actors/delivery/queue_plans.h"
#include "actors/delivery/submission_delivery.h"
#include "actors/delivery/submitted_message.h"
#include "tests/actors/academy.h"
#include "transport/jmap/dates.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"

#include <fmt/format.h>

#include <algorithm>

using namespace facteur;
using facteur::test::Academy;
using facteur::test::comes_true;
using facteur::test::Json;

namespace {

// An academy on a folder that outlives it.
std::unique_ptr<Academy> open(const store::test::TemporaryFolder& folder) {
    return std::make_unique<Academy>(std::function<void(Config&, jmap::Limits&)>{}, folder.path());
}

Json to(std::initializer_list<std::string> names) {
    Json list = Json::array();
    for (const auto& name : names)
        list.push_back({{"name", nullptr},
                        {"email", name.find('@') == std::string::npos ? name + "@academie.test" : name}});
    return list;
}

// Makes an email in the drafts and gives its id.
std::string make_email(Academy& academy, const store::AccountRow& from, const Json& change) {
    Json email{{"mailboxIds", {{academy.mailbox(from, "drafts"), true}}},
               {"keywords", {{"$draft", true}}},
               {"from", to({from.name})},
               {"subject", "Conseil de classe"},
               {"textBody", {{{"partId", "t"}, {"type", "text/plain"}}}},
               {"bodyValues", {{"t", {{"value", "Bonjour"}}}}}};
    for (const auto& [name, value] : change.items())
        email[name] = value;
    const auto answer = academy.call(from, "Email/set", {{"create", {{"k", email}}}});
    INFO(answer.dump());
    REQUIRE(answer["created"].contains("k"));
    return answer["created"]["k"]["id"];
}

Json submit(Academy& academy, const store::AccountRow& from, const std::string& email,
            const Json& envelope = nullptr) {
    Json submission{{"identityId", "i1"}, {"emailId", email}};
    if (!envelope.is_null()) submission["envelope"] = envelope;
    return academy.call(from, "EmailSubmission/set", {{"create", {{"s", submission}}}});
}
Json envelope(const std::string& from, const Json& recipients, const Json& parameters = nullptr) {
    Json list = Json::array();
    for (const auto& name : recipients)
        list.push_back({{"email", name}, {"parameters", nullptr}});
    return {{"mailFrom", {{"email", from}, {"parameters", parameters}}}, {"rcptTo", list}};
}

std::optional<Submission> submission(Academy& academy, const store::AccountRow& user, const std::string& id) {
    const auto row = academy.store().read(user.id).object(user.id, store::ObjectType::email_submission, id);
    return row ? read_submission(*row) : std::nullopt;
}
} // namespace

TEST_CASE("a submission reaches its recipients, without Bcc, and tells how") {
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre"), marie = academy.add("marie");
    academy.queue().start(academy.services());
    const auto email = make_email(academy, anne, {{"to", to({"pierre"})}, {"bcc", to({"marie", "pierre"})}});
    const auto answers = academy.request(
        anne,
        {{"EmailSubmission/set",
          {{"accountId", account_id(anne.id)},
           {"create", {{"s", {{"identityId", "i1"}, {"emailId", email}}}}},
           {"onSuccessUpdateEmail",
            {{"#s",
              {{"keywords/$draft", nullptr}, {"mailboxIds", {{academy.mailbox(anne, "sent"), true}}}}}}}},
          "0"}})["methodResponses"];
    INFO(answers.dump());
    REQUIRE(answers.size() == 2);
    CHECK(answers[1][0] == "Email/set");
    CHECK(answers[1][1]["updated"] == Json{{email, nullptr}});
    CHECK(answers[1][2] == "0");
    const auto& made = answers[0][1]["created"]["s"];
    CHECK(made["undoStatus"] == "final");
    CHECK(made["threadId"] == "t1");
    CHECK(made["envelope"]["rcptTo"].size() == 2);

    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    for (const auto& user : {pierre, marie}) {
        const auto mail = academy.mail(user, "inbox");
        REQUIRE(mail.size() == 1);
        const auto header = mime::header_of(mail[0]);
        CHECK_FALSE(mime::first_field(header, "Bcc").has_value());
        CHECK(mime::first_field(header, "Return-Path")->value == " <anne@academie.test>");
        CHECK(mime::first_field(header, "Received").has_value());
    }
    const auto sent = academy.mail(anne, "sent");
    REQUIRE(sent.size() == 1);
    CHECK(mime::all_addresses(mime::header_of(sent[0]), "Bcc").size() == 2);
    CHECK(academy.mail(anne, "drafts").empty());
    const auto told = submission(academy, anne, made["id"]);
    CHECK(told->undo_status == "final");
    REQUIRE(told->delivery_status.size() == 2);
    for (const auto& status : told->delivery_status) {
        CHECK(status.delivered == "yes");
        CHECK(status.smtp_reply.starts_with("250 2.0.0 "));
    }
}

TEST_CASE("mass mail is for those who may write to all, and is filed in parts, once for each account") {
    Academy academy([](Config& config, jmap::Limits&) { config.mass_mail.senders = {"anne@academie.test"}; });
    const auto anne = academy.add("anne"), pierre = academy.add("pierre"), marie = academy.add("marie");
    academy.queue().start(academy.services());
    std::vector<std::string> addresses;
    for (std::size_t i = 0; i < most_filed_of_entry + 10; ++i)
        addresses.push_back(fmt::format("{}+{}@academie.test", i % 2 == 0 ? "pierre" : "marie", i));

    const auto of_pierre = make_email(academy, pierre, {});
    const auto refused = submit(academy, pierre, of_pierre, envelope("pierre@academie.test", addresses));
    CHECK(refused["notCreated"]["s"]["type"] == "tooManyRecipients");
    CHECK(refused["notCreated"]["s"]["maxRecipients"] == academy.services().config.smtp.recipients);

    const auto email = make_email(academy, anne, {});
    const auto made = submit(academy, anne, email, envelope("anne@academie.test", addresses))["created"]["s"];
    REQUIRE(made.contains("id"));
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    const auto told = submission(academy, anne, made["id"]);
    REQUIRE(told->delivery_status.size() == addresses.size());
    CHECK(std::all_of(told->delivery_status.begin(), told->delivery_status.end(),
                      [](const auto& status) { return status.delivered == "yes"; }));
    for (const auto& user : {pierre, marie})
        CHECK(academy.mail(user, "inbox").size() == 1);
    CHECK(academy.mail(pierre, "inbox") == academy.mail(marie, "inbox"));
}

TEST_CASE("recipients of mass mail who are here are cut into parts") {
    QueueEntry entry;
    entry.settled = {{"u1@academie.test", "250 2.0.0 Delivered", "yes"}};
    for (std::size_t i = 0; i < most_filed_of_entry; ++i)
        entry.envelope.rcpt_to.push_back({fmt::format("u{}@academie.test", i), {}});
    CHECK(split_off("s4", entry, "academie.test").empty());
    CHECK(entry.envelope.rcpt_to.size() == most_filed_of_entry);

    entry.envelope.rcpt_to.push_back({"last@academie.test", {}});
    entry.envelope.rcpt_to.push_back({"else@example.org", {}});
    const auto parts = split_off("s4", entry, "academie.test");
    CHECK(entry.envelope.rcpt_to.empty());
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].first == "s4/example.org");
    CHECK_FALSE(is_local_part(parts[0].first));
    CHECK(parts[1].first == "s4//1");
    CHECK(parts[1].second.envelope.rcpt_to.size() == most_filed_of_entry);
    CHECK(parts[2].first == "s4//2");
    REQUIRE(parts[2].second.envelope.rcpt_to.size() == 1);
    CHECK(parts[2].second.envelope.rcpt_to[0].email == "last@academie.test");
    for (const auto& [id, part] : parts) {
        CHECK(part.bulk);
        CHECK(part.settled.empty());
        CHECK(submission_of(id) == "s4");
        auto again = part;
        CHECK(split_off(id, again, part.destination.empty() ? "academie.test" : part.destination).empty());
        CHECK(again == part);
    }
}

TEST_CASE("what may not be sent is refused for its reason") {
    Academy academy([](Config& config, jmap::Limits& limits) {
        config.smtp.recipients = 3;
        limits.max_delayed_send = 1000;
    });
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    academy.add("partie");
    REQUIRE(academy.directory().set_status("partie", store::AccountStatus::suspended, 1).has_value());
    const auto email = make_email(academy, anne, {{"to", to({"pierre"})}});
    const auto error_of = [&](const Json& answer) {
        INFO(answer.dump());
        REQUIRE(answer["notCreated"].is_object());
        CHECK(answer["oldState"] == answer["newState"]);
        return answer["notCreated"]["s"];
    };
    const auto refused = [&](const std::string& id, const Json& with = nullptr) {
        return error_of(submit(academy, anne, id, with));
    };
    const std::string me = "anne@academie.test";
    CHECK(refused("e99")["properties"] == Json{"emailId"});
    CHECK(error_of(academy.call(
              anne, "EmailSubmission/set",
              {{"create", {{"s", {{"identityId", "i9"}, {"emailId", email}}}}}}))["properties"] ==
          Json{"identityId"});
    CHECK(error_of(academy.call(anne, "EmailSubmission/set",
                                {{"create",
                                  {{"s",
                                    {{"identityId", "i1"},
                                     {"emailId", email},
                                     {"sendAt", "2030-01-01T00:00:00Z"}}}}}}))["properties"] ==
          Json{"sendAt"});
    CHECK(error_of(academy.call(anne, "EmailSubmission/set", {{"create", {{"s", 7}}}}))["type"] ==
          "invalidProperties");

    auto error =
        refused(make_email(academy, anne, {{"to", to({"nobody", "x@elsewhere", "partie", "pierre"})}}),
                envelope(me, {"nobody@academie.test", "x@elsewhere", "partie@academie.test"}));
    CHECK(error["type"] == "invalidRecipients");
    CHECK(error["invalidRecipients"] == Json{"nobody@academie.test", "x@elsewhere", "partie@academie.test"});
    CHECK(refused(email, envelope(me, {"no address"}))["type"] == "invalidRecipients");
    CHECK(refused(email, envelope(me, Json::array()))["type"] == "noRecipients");
    CHECK(refused(make_email(academy, anne, Json::object()))["type"] == "noRecipients");
    error = refused(email, envelope(me, {"a@b.test", "b@b.test", "c@b.test", "d@b.test"}));
    CHECK(error["type"] == "tooManyRecipients");
    CHECK(error["maxRecipients"] == 3);
    CHECK(refused(email, envelope("pierre@academie.test", {"pierre@academie.test"}))["type"] ==
          "forbiddenMailFrom");
    CHECK(refused(make_email(academy, anne, {{"from", to({"pierre"})}, {"to", to({"pierre"})}}))["type"] ==
          "forbiddenFrom");
    CHECK(refused(make_email(academy, anne, {{"sender", to({"pierre"})}, {"to", to({"pierre"})}}))["type"] ==
          "forbiddenFrom");
    error = refused(make_email(academy, anne, {{"from", nullptr}, {"to", to({"pierre"})}}));
    CHECK(error["type"] == "invalidEmail");
    CHECK(error["properties"] == Json{"from"});
    error = refused(make_email(academy, anne, {{"from", to({"anne", "anne+2"})}, {"to", to({"pierre"})}}));
    CHECK(error["properties"] == Json{"sender"});

    for (const auto& parameters :
         {Json{{"HOLDFOR", "1001"}}, Json{{"HOLDFOR", "x"}}, Json{{"HOLDFOR", nullptr}}, Json{{"HOLDFOR", 5}},
          Json{{"HOLDUNTIL", "2099-01-01T00:00:00Z"}}, Json{{"HOLDUNTIL", "demain"}},
          Json{{"HOLDFOR", "1"}, {"HOLDUNTIL", "2020-01-01T00:00:00Z"}},
          Json{{"HOLDFOR", "1"}, {"holdfor", "2"}}, Json{{"BY", "10;R"}}, Json{{"BODY", "9BIT"}},
          Json{{"RET", "SOME"}}, Json{{"SMTPUTF8", "x"}}, Json(7)}) {
        INFO(parameters.dump());
        CHECK(refused(email, envelope(me, {"pierre@academie.test"}, parameters))["properties"] ==
              Json{"envelope"});
    }
    for (const auto& wrong : {Json(7), Json::object(), Json{{"mailFrom", {{"email", me}}}},
                              Json{{"mailFrom", {{"email", me}}}, {"rcptTo", {7}}},
                              Json{{"mailFrom", {{"email", 7}}}, {"rcptTo", Json::array()}},
                              Json{{"mailFrom", {{"email", me}}}, {"rcptTo", Json::array()}, {"x", 1}}}) {
        INFO(wrong.dump());
        CHECK(refused(email, wrong)["properties"] == Json{"envelope"});
    }
    CHECK(academy.call(anne, "EmailSubmission/set", {{"ifInState", "0"}})["error"].is_null());
    submit(academy, anne, email);
    CHECK(academy.call(anne, "EmailSubmission/set", {{"ifInState", "0"}})["error"]["type"] ==
          "stateMismatch");
}

TEST_CASE("a held submission can be undone until it is claimed, and goes when it is due") {
    store::Time now = seconds_now();
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    const auto email = make_email(academy, anne, {{"to", to({"pierre"})}});
    const auto held = envelope("anne@academie.test", {"pierre@academie.test"}, {{"HoldFor", "600"}});
    const auto made = submit(academy, anne, email, held)["created"]["s"];
    const std::string id = made["id"];
    CHECK(made["undoStatus"] == "pending");
    CHECK(*jmap::parse_utc_date(made["sendAt"].get<std::string>()) >= now + 600);
    const auto update = [&](const std::string& which, const Json& patch) {
        const auto answer = academy.call(anne, "EmailSubmission/set", {{"update", {{which, patch}}}});
        if (answer["updated"].is_object()) return std::string("updated");
        return answer["notUpdated"][which]["type"].get<std::string>();
    };
    CHECK(update(id, {{"undoStatus", "final"}}) == "invalidProperties");
    CHECK(update(id, {{"sendAt", "2030-01-01T00:00:00Z"}}) == "invalidProperties");
    CHECK(update(id, 7) == "invalidPatch");
    CHECK(update("s99", {{"undoStatus", "canceled"}}) == "notFound");
    CHECK(update(id, {{"undoStatus", "pending"}}) == "updated");

    SECTION("undone") {
        CHECK(update(id, {{"undoStatus", "canceled"}}) == "updated");
        CHECK(academy.queue_is_empty());
        CHECK(submission(academy, anne, id)->undo_status == "canceled");
        CHECK(update(id, {{"undoStatus", "canceled"}}) == "updated");
    }
    SECTION("its email and itself destroyed, it goes all the same") {
        academy.call(anne, "Email/set", {{"destroy", {email}}});
        CHECK(academy.call(anne, "EmailSubmission/set", {{"destroy", {id}}})["destroyed"] == Json{id});
        CHECK(academy.call(anne, "EmailSubmission/set", {{"destroy", {id}}})["notDestroyed"][id]["type"] ==
              "notFound");
        // Uploads that have expired go, not what the queue holds.
        REQUIRE(academy.store().trim(now + 600, 0, [](auto) { return 0; }).has_value());
        Queue later(academy.system(), [now] { return now + 700; });
        later.start(academy.services());
        REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
        CHECK(academy.mail(pierre, "inbox").size() == 1);
        later.stop();
    }
    SECTION("claimed, it cannot be undone") {
        const auto due = academy.store().read(anne.id).next_due().value();
        auto call = std::make_shared<const CallMethod>(claim_call(anne.id, due, id, "academie.test", now));
        const auto claimed = std::make_shared<MethodAnswered>();
        REQUIRE(academy.store().commit({anne.id, now, {}, plan_claim(call, claimed), {}}).has_value());
        CHECK(claimed->answers == "claimed");
        CHECK(submission(academy, anne, id)->undo_status == "final");
        CHECK(update(id, {{"undoStatus", "canceled"}}) == "cannotUnsend");
        CHECK_FALSE(academy.queue_is_empty());
    }
    SECTION("undone and claimed at once, exactly one of both happens") {
        Queue later(academy.system(), [now] { return now + 700; });
        later.start(academy.services());
        const auto outcome = update(id, {{"undoStatus", "canceled"}});
        REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
        later.stop();
        const auto arrived = academy.mail(pierre, "inbox").size();
        CHECK(outcome == (arrived == 0 ? "updated" : "cannotUnsend"));
        CHECK(submission(academy, anne, id)->undo_status == (arrived == 0 ? "canceled" : "final"));
    }
}

TEST_CASE("what waits among the scheduled is among the sent once it goes") {
    const auto now = seconds_now();
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    const auto made = academy.call(anne, "Mailbox/set",
                                   {{"create", {{"k", {{"name", "Programmés"}, {"role", "scheduled"}}}}}});
    const std::string scheduled = made["created"]["k"]["id"];
    const auto email =
        make_email(academy, anne, {{"to", to({"pierre"})}, {"mailboxIds", {{scheduled, true}}}});
    submit(academy, anne, email,
           envelope("anne@academie.test", {"pierre@academie.test"}, {{"HOLDFOR", "600"}}));
    const auto seen = [&] {
        return academy.call(anne, "Email/get",
                            {{"ids", {email}}, {"properties", {"mailboxIds", "keywords"}}})["list"][0];
    };
    CHECK(seen()["mailboxIds"] == Json{{scheduled, true}});
    Queue later(academy.system(), [now] { return now + 700; });
    later.start(academy.services());
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    later.stop();
    CHECK(seen()["mailboxIds"] == Json{{academy.mailbox(anne, "sent"), true}});
    CHECK(seen()["keywords"] == Json::object());
    CHECK(academy.mail(pierre, "inbox").size() == 1);
}

TEST_CASE("of recipients that fail later the sender is told, by status and by report") {
    const auto now = seconds_now();
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    academy.add("plein", 10);
    academy.add("partie");
    const auto email =
        make_email(academy, anne, {{"to", to({"pierre", "plein", "partie"})}, {"subject", "Réunion"}});
    Json three = envelope("anne@academie.test",
                          {"pierre@academie.test", "plein@academie.test", "partie@academie.test"},
                          {{"HOLDFOR", "60"}});
    const std::string id = submit(academy, anne, email, three)["created"]["s"]["id"];
    three["rcptTo"][1]["parameters"] = three["rcptTo"][2]["parameters"] = {{"NOTIFY", "NEVER"}};
    const std::string quiet = submit(academy, anne, email, three)["created"]["s"]["id"];
    REQUIRE(academy.directory().set_status("partie", store::AccountStatus::suspended, 1).has_value());
    Queue later(academy.system(), [now] { return now + 100; });
    later.start(academy.services());
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    later.stop();

    CHECK(academy.mail(pierre, "inbox").size() == 2);
    const auto told = submission(academy, anne, id);
    REQUIRE(told->delivery_status.size() == 3);
    CHECK(told->delivery_status[0].delivered == "yes");
    CHECK(told->delivery_status[1].delivered == "no");
    CHECK(told->delivery_status[1].smtp_reply == "552 5.2.2 The mailbox is full");
    CHECK(told->delivery_status[2].delivered == "no");
    CHECK(told->delivery_status[2].smtp_reply == "550 5.2.1 The account is suspended");
    CHECK(submission(academy, anne, quiet)->dsn_blob_ids.empty());

    const auto inbox = academy.mail(anne, "inbox");
    REQUIRE(inbox.size() == 1);
    CHECK(told->dsn_blob_ids == std::vector<std::string>{blob_id(store::hash_of(inbox[0]))});
    const auto parsed = mime::parse(inbox[0]);
    REQUIRE(parsed.parts.size() == 4);
    CHECK(parsed.parts[0].media_type() == "multipart/report");
    CHECK(parsed.parts[2].media_type() == "message/delivery-status");
    CHECK(parsed.parts[3].media_type() == "text/rfc822-headers");
    CHECK(mime::text(mime::first_field(mime::header_of(inbox[0]), "Subject")->value) ==
          "Non remis : Réunion");
    const auto status = parsed.parts[2].body.of(inbox[0]);
    CHECK(
        status.find("Final-Recipient: rfc822; plein@academie.test\r\nAction: failed\r\nStatus: 5.2.2\r\n") !=
        std::string_view::npos);
    CHECK(status.find("partie@academie.test") != std::string_view::npos);
    CHECK(status.find("pierre@academie.test") == std::string_view::npos);
}

TEST_CASE("whatever step a crash comes after, each recipient gets a submission once") {
    // Steps that the queue does before the crash: none, the claim, one recipient, both, both and the report.
    const int step = GENERATE(0, 1, 2, 3);
    const store::test::TemporaryFolder folder;
    const auto now = seconds_now();
    store::AccountRow anne, pierre, marie;
    std::string id;
    {
        const auto academy = open(folder);
        anne = academy->add("anne"), pierre = academy->add("pierre"), marie = academy->add("marie");
        const auto email = make_email(*academy, anne, {{"to", to({"pierre", "marie"})}});
        const auto held = envelope("anne@academie.test", {"pierre@academie.test", "marie@academie.test"},
                                   {{"HOLDFOR", "60"}});
        id = submit(*academy, anne, email, held)["created"]["s"]["id"];
        const auto due = academy->store().read(anne.id).next_due().value();
        if (step >= 1) {
            const auto call =
                std::make_shared<const CallMethod>(claim_call(anne.id, due, id, "academie.test", now));
            REQUIRE(academy->store()
                        .commit({anne.id, now, {}, plan_claim(call, std::make_shared<MethodAnswered>()), {}})
                        .has_value());
        }
        if (step >= 2) {
            const auto copy = delivered_copy(academy->mail(anne, "drafts")[0],
                                             {"anne@academie.test", "academie.test", "before", now});
            std::vector<std::string> recipients{"pierre@academie.test"};
            if (step >= 3) recipients.emplace_back("marie@academie.test");
            academy->deliver(recipients, copy, delivery_key(anne.id, id));
        }
    }
    const auto academy = open(folder);
    Queue later(academy->system(), [now] { return now + 100; });
    later.start(academy->services());
    REQUIRE(comes_true([&] { return academy->queue_is_empty(); }));
    later.stop();
    CHECK(academy->mail(pierre, "inbox").size() == 1);
    CHECK(academy->mail(marie, "inbox").size() == 1);
    const auto told = submission(*academy, anne, id);
    CHECK(told->undo_status == "final");
    for (const auto& status : told->delivery_status)
        CHECK(status.delivered == "yes");
}

TEST_CASE("many submissions of many accounts all go, each once") {
    Academy academy;
    std::vector<store::AccountRow> users;
    for (int i = 0; i < 8; ++i)
        users.push_back(academy.add("user" + std::to_string(i)));
    academy.queue().start(academy.services());
    for (int round = 0; round < 5; ++round)
        for (const auto& user : users) {
            const auto email = make_email(academy, user, {{"to", to({"user0", "user1", "user2"})}});
            CHECK(submit(academy, user, email)["created"].contains("s"));
        }
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    for (std::size_t i = 0; i < users.size(); ++i)
        CHECK(academy.mail(users[i], "inbox").size() == (i < 3 ? 40 : 0));
}

TEST_CASE("the implicit Email/set destroys, and is of one email once") {
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    academy.queue().start(academy.services());
    const auto one = make_email(academy, anne, {{"to", to({"pierre"})}}),
               two = make_email(academy, anne, {{"to", to({"pierre"})}});
    const Json of_one{{"identityId", "i1"}, {"emailId", one}}, of_two{{"identityId", "i1"}, {"emailId", two}};
    const auto answers = academy.request(
        anne,
        {{"EmailSubmission/set",
          {{"accountId", account_id(anne.id)},
           {"create",
            {{"a", of_one}, {"b", of_one}, {"c", of_two}, {"d", {{"identityId", "i9"}, {"emailId", two}}}}},
           {"onSuccessUpdateEmail",
            {{"#a", {{"keywords/x", true}}}, {"#b", {{"keywords/y", true}}}, {"#d", {{"keywords/z", true}}}}},
           {"onSuccessDestroyEmail", {"#c", "#none"}}},
          "0"}})["methodResponses"];
    INFO(answers.dump());
    CHECK(answers[0][1]["created"].size() == 3);
    CHECK(answers[1][1]["updated"] == Json{{one, nullptr}});
    CHECK(answers[1][1]["destroyed"] == Json{two});
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(pierre, "inbox").size() == 3);
    const auto row = academy.store().read(anne.id).email(anne.id, read_email_id(one).value())->row();
    CHECK(row.keywords.others == std::vector<std::string>{"x", "y"});
    // Nothing succeeds, nothing is done.
    const auto none = academy.call(
        anne, "EmailSubmission/set",
        {{"create", {{"d", {{"identityId", "i9"}, {"emailId", one}}}}}, {"onSuccessDestroyEmail", {"#d"}}});
    CHECK(none["notCreated"].contains("d"));
}

TEST_CASE("retries wait longer each time") {
    store::Time before = 0;
    for (std::uint32_t attempts = 1; attempts <= most_attempts; ++attempts) {
        CHECK(retry_delay(attempts) > before);
        before = retry_delay(attempts);
    }
}
