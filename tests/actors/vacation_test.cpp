// Someone who is away: VacationResponse/get and /set, and the answers that go out.
#include "tests/actors/academy.h"
#include "tests/actors/mail_exchanger.h"
#include "transport/jmap/dates.h"
#include "transport/mime/headers.h"

using namespace facteur;
using facteur::test::Academy;
using facteur::test::comes_true;
using facteur::test::Json;
using facteur::test::MailExchanger;

namespace {

constexpr auto get_method = "VacationResponse/get", set_method = "VacationResponse/set";

Json change(Academy& academy, const store::AccountRow& user, const Json& patch) {
    return academy.call(user, set_method, {{"update", {{"singleton", patch}}}});
}
void leave(Academy& academy, const store::AccountRow& user, Json patch = Json::object()) {
    patch["isEnabled"] = true;
    const auto answer = change(academy, user, patch);
    INFO(answer.dump());
    REQUIRE(answer["updated"].contains("singleton"));
}

std::string letter_to(const std::string& from, const std::string& to, const std::string& fields = {}) {
    static int number = 0;
    return "Return-Path: <" + from + ">\r\nFrom: <" + from + ">\r\nTo: <" + to +
           ">\r\nSubject: Sortie scolaire\r\nMessage-ID: <" + std::to_string(++number) + "@far.test>\r\n" +
           fields + "\r\nBonjour\r\n";
}

} // namespace

TEST_CASE("there is one vacation response, and it keeps what it is told") {
    Academy academy;
    const auto anne = academy.add("anne");
    auto got = academy.call(anne, get_method, {{"ids", nullptr}});
    REQUIRE(got["list"].size() == 1);
    CHECK(got["list"][0] == Json{{"id", "singleton"},
                                 {"isEnabled", false},
                                 {"fromDate", nullptr},
                                 {"toDate", nullptr},
                                 {"subject", nullptr},
                                 {"textBody", nullptr},
                                 {"htmlBody", nullptr}});
    const Json said{{"isEnabled", true},
                    {"fromDate", "2026-12-19T00:00:00Z"},
                    {"toDate", "2027-01-04T00:00:00Z"},
                    {"subject", "Absente jusqu’en janvier"},
                    {"textBody", "À bientôt"},
                    {"htmlBody", "<p>À bientôt</p>"}};
    const auto set = change(academy, anne, said);
    CHECK(set["updated"] == Json{{"singleton", nullptr}});
    CHECK(set["oldState"] == got["state"]);
    CHECK(set["newState"] != set["oldState"]);
    got = academy.call(anne, get_method, {{"ids", {"singleton", "other"}}});
    auto expected = said;
    expected["id"] = "singleton";
    CHECK(got["list"][0] == expected);
    CHECK(got["notFound"] == Json{"other"});
    CHECK(got["state"] == set["newState"]);
    CHECK(academy.call(anne, get_method, {{"ids", nullptr}, {"properties", {"subject"}}})["list"][0] ==
          Json{{"id", "singleton"}, {"subject", said["subject"]}});
    // The same again changes nothing.
    CHECK(change(academy, anne, {{"subject", said["subject"]}})["newState"] == set["newState"]);
    CHECK(change(academy, anne, {{"toDate", nullptr}, {"htmlBody", nullptr}})["updated"].size() == 1);
    CHECK(academy.call(anne, get_method, {{"ids", nullptr}})["list"][0]["toDate"] == nullptr);
}

TEST_CASE("a vacation response is not created, destroyed or made nonsense of") {
    Academy academy;
    const auto anne = academy.add("anne");
    const auto both = academy.call(anne, set_method,
                                   {{"create", {{"k", {{"isEnabled", true}}}}}, {"destroy", {"singleton"}}});
    CHECK(both["notCreated"]["k"]["type"] == "singleton");
    CHECK(both["notDestroyed"]["singleton"]["type"] == "singleton");
    for (const auto& [name, value] : std::vector<std::pair<std::string, Json>>{{"isEnabled", "yes"},
                                                                               {"fromDate", "tomorrow"},
                                                                               {"toDate", 5},
                                                                               {"subject", "a\r\nBcc: x"},
                                                                               {"textBody", 1},
                                                                               {"unknown", true},
                                                                               {"id", "other"}}) {
        const auto answer = change(academy, anne, {{name, value}});
        CHECK(answer["notUpdated"]["singleton"]["type"] == "invalidProperties");
        CHECK(answer["notUpdated"]["singleton"]["properties"] == Json{name});
    }
    CHECK(academy.call(anne, set_method, {{"update", {{"x", Json::object()}}}})["notUpdated"]["x"]["type"] ==
          "notFound");
    CHECK(academy.call(anne, set_method, {{"ifInState", "none"}})["error"]["type"] == "stateMismatch");
}

TEST_CASE("who writes to someone who is away gets one answer, and again when it is turned on anew") {
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    academy.queue().start(academy.services());
    const auto write = [&] { academy.deliver({anne.address}, letter_to(pierre.address, anne.address)); };
    write();
    leave(academy, anne,
          {{"subject", "Absente"}, {"textBody", "Je reviens."}, {"htmlBody", "<p>Je reviens.</p>"}});
    write();
    write();
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    REQUIRE(academy.mail(pierre, "inbox").size() == 1);
    const auto answer = academy.mail(pierre, "inbox")[0];
    CHECK(answer.starts_with("Return-Path: <>\r\n"));
    const auto header = mime::header_of(answer);
    CHECK(mime::first_field(header, "Auto-Submitted")->value == " auto-replied (vacation)");
    CHECK(mime::message_ids(mime::first_field(header, "In-Reply-To")->value).size() == 1);
    CHECK(mime::text(mime::first_field(header, "Subject")->value) == "Absente");
    CHECK(mime::all_addresses(header, "From")[0].email == anne.address);
    CHECK(answer.find("text/html") != std::string::npos);
    CHECK(academy.mail(anne, "inbox").size() == 3);

    change(academy, anne, {{"isEnabled", false}});
    write();
    leave(academy, anne);
    write();
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(pierre, "inbox").size() == 2);
    // Two people who are away do not answer each other's answers.
    leave(academy, pierre);
    change(academy, anne, {{"isEnabled", false}});
    leave(academy, anne);
    write();
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(pierre, "inbox").size() == 3);
    CHECK(academy.mail(anne, "inbox").size() == 6);
}

TEST_CASE("an answer is in the commit that files the message: neither lost nor sent twice by a crash") {
    const store::test::TemporaryFolder folder;
    store::AccountRow anne, pierre;
    const auto letter = letter_to("pierre@academie.test", "anne@academie.test");
    {
        Academy academy({}, folder.path());
        anne = academy.add("anne");
        pierre = academy.add("pierre");
        leave(academy, anne);
        academy.deliver({anne.address}, letter, "one");
        CHECK_FALSE(academy.queue_is_empty());
    }
    Academy academy({}, folder.path());
    // The sender did not hear of it and comes again, and writes another one.
    academy.deliver({anne.address}, letter, "one");
    academy.deliver({anne.address}, letter_to(pierre.address, anne.address), "two");
    academy.queue().start(academy.services());
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(pierre, "inbox").size() == 1);
    CHECK(academy.mail(anne, "inbox").size() == 2);
}

TEST_CASE("answers go to other servers from the null path, and to no robot, list or hidden copy") {
    MailExchanger server;
    Academy academy([&](Config& config, jmap::Limits&) {
        Config::Route route;
        route.host = "127.0.0.1";
        route.port = server.port();
        route.tls = Config::Route::Tls::none;
        config.routes["*"] = route;
    });
    const auto anne = academy.add("anne");
    leave(academy, anne);
    academy.queue().start(academy.services());
    const auto write = [&](const std::string& from, const std::string& fields = {},
                           const std::string& to = "anne@academie.test") {
        academy.deliver({anne.address}, letter_to(from, to, fields));
    };
    write("", {});
    write("owner-list@far.test");
    write("marie@far.test", "List-Id: <l.far.test>\r\n");
    write("marie@far.test", "Precedence: bulk\r\n");
    write("marie@far.test", "Auto-Submitted: auto-generated\r\n");
    write("marie@far.test", {}, "others@far.test");
    write(anne.address);
    write("anne+x@academie.test");
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(server.taken().empty());
    CHECK(academy.mail(anne, "inbox").size() == 8);
    write("marie@far.test");
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    const auto taken = server.taken();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].from.starts_with("MAIL FROM:<>"));
    CHECK(taken[0].to == std::vector<std::string>{"<marie@far.test>"});
    CHECK(taken[0].text.starts_with("From: "));
    CHECK(taken[0].text.find("\r\nSubject: Auto: Sortie scolaire\r\n") != std::string::npos);
}

TEST_CASE("nobody is answered before the vacation begins and after it is over") {
    Academy academy;
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    academy.queue().start(academy.services());
    const auto write = [&] { academy.deliver({anne.address}, letter_to(pierre.address, anne.address)); };
    const auto day = [](int days) { return std::string(jmap::utc_date(seconds_now() + days * 86'400)); };
    leave(academy, anne, {{"fromDate", day(1)}});
    write();
    leave(academy, anne, {{"fromDate", day(-3)}, {"toDate", day(-1)}});
    write();
    leave(academy, anne, {{"fromDate", day(-1)}, {"toDate", day(1)}});
    write();
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(pierre, "inbox").size() == 1);
}
