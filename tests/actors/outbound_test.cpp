// Letters that leave: from EmailSubmission/set to a mail server of a script, and the pure parts by
// themselves.
#include "actors/delivery/outbound/fates.h"
#include "actors/delivery/outbound/route.h"
#include "actors/delivery/outbound/schedule.h"
#include "actors/delivery/queue_plans.h"
#include "tests/actors/academy.h"
#include "tests/actors/mail_exchanger.h"
#include "transport/mime/headers.h"

#include <fmt/format.h>

#include <atomic>

using namespace facteur;
using facteur::test::Academy;
using facteur::test::comes_true;
using facteur::test::Json;
using facteur::test::MailExchanger;

namespace {

using Configure = std::function<void(Config&, jmap::Limits&)>;

Config::Route to_port(std::uint16_t port) {
    Config::Route route;
    route.host = "127.0.0.1";
    route.port = port;
    route.tls = Config::Route::Tls::none;
    return route;
}

// All domains go to one server.
Configure all_to(const MailExchanger& server, std::uint32_t connections = 5) {
    return [&server, connections](Config& config, jmap::Limits&) {
        config.routes["*"] = to_port(server.port());
        config.queue.connections_per_domain = connections;
    };
}

std::string send_to(Academy& academy, const store::AccountRow& from, const std::vector<std::string>& to,
                    const std::string& subject = "Conseil de classe") {
    Json list = Json::array(), recipients = Json::array();
    for (const auto& address : to) {
        list.push_back({{"name", nullptr}, {"email", address}});
        recipients.push_back({{"email", address}, {"parameters", nullptr}});
    }
    const Json email{{"mailboxIds", {{academy.mailbox(from, "drafts"), true}}},
                     {"from", {{{"name", nullptr}, {"email", from.address}}}},
                     {"to", list},
                     {"subject", subject},
                     {"textBody", {{{"partId", "t"}, {"type", "text/plain"}}}},
                     {"bodyValues", {{"t", {{"value", "Bonjour"}}}}}};
    const auto answers = academy.request(
        from, {{"Email/set", {{"accountId", account_id(from.id)}, {"create", {{"k", email}}}}, "0"},
               {"EmailSubmission/set",
                {{"accountId", account_id(from.id)},
                 {"create",
                  {{"s",
                    {{"identityId", "i1"},
                     {"emailId", "#k"},
                     {"envelope",
                      {{"mailFrom", {{"email", from.address}, {"parameters", nullptr}}},
                       {"rcptTo", recipients}}}}}}}},
                "1"}})["methodResponses"];
    INFO(answers.dump());
    REQUIRE(answers[1][1]["created"].is_object());
    return answers[1][1]["created"]["s"]["id"];
}

DeliveryStatus status_of(Academy& academy, const store::AccountRow& user, const std::string& id,
                         const std::string& address) {
    const auto row = academy.store().read(user.id).object(user.id, store::ObjectType::email_submission, id);
    const auto submission = row ? read_submission(*row) : std::nullopt;
    if (submission)
        for (const auto& one : submission->delivery_status)
            if (one.address == address) return one;
    return {};
}
// A queue with a clock that the test puts forward.
struct Later {
    explicit Later(Academy& academy) : queue(academy.system(), [this] { return seconds_now() + ahead; }) {
        queue.start(academy.services());
    }
    std::atomic<store::Time> ahead{0};
    Queue queue;
};

DueEntry due_entry(const std::string& id, store::Time due, bool bulk = false, std::uint64_t size = 1000) {
    DueEntry made{1, due, id, {}};
    made.entry.bulk = bulk;
    made.entry.size = size;
    made.entry.envelope.mail_from.email = "anne@academie.test";
    made.entry.envelope.rcpt_to = {{"x@a.test", {}}, {"y@a.test", {}}};
    return made;
}

} // namespace

TEST_CASE("a letter goes to each destination by itself, and here at once") {
    MailExchanger server;
    Academy academy(all_to(server));
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    academy.queue().start(academy.services());
    const auto id = send_to(academy, anne, {"x@a.test", "pierre@academie.test", "y@b.test", "z@a.test"});
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(pierre, "inbox").size() == 1);
    auto taken = server.taken();
    REQUIRE(taken.size() == 2);
    if (taken[0].to.size() == 1) std::swap(taken[0], taken[1]);
    CHECK(taken[0].to == std::vector<std::string>{"<x@a.test>", "<z@a.test>"});
    CHECK(taken[1].to == std::vector<std::string>{"<y@b.test>"});
    CHECK(taken[0].from.starts_with("MAIL FROM:<anne@academie.test>"));
    const auto header = mime::header_of(taken[0].text);
    CHECK_FALSE(mime::first_field(header, "Return-Path"));
    CHECK(mime::first_field(header, "Received"));
    CHECK(mime::first_field(header, "Message-ID"));
    CHECK(status_of(academy, anne, id, "pierre@academie.test").delivered == "yes");
    for (const auto* address : {"x@a.test", "y@b.test", "z@a.test"}) {
        CHECK(status_of(academy, anne, id, address).delivered == "unknown");
        CHECK(status_of(academy, anne, id, address).smtp_reply == "250 2.0.0 fine (127.0.0.1)");
    }
    CHECK(academy.mail(anne, "inbox").empty());
}

TEST_CASE("who is refused is reported on, who is put off is tried again, and nobody gets it twice") {
    MailExchanger server;
    server.say("RCPT TO:<busy@", "451 4.7.1 come again");
    server.say("RCPT TO:<nobody@", "550 5.1.1 no such user");
    Academy academy(all_to(server));
    const auto anne = academy.add("anne");
    Later later(academy);
    const auto id = send_to(academy, anne, {"busy@a.test", "nobody@a.test", "x@a.test"});
    REQUIRE(comes_true([&] { return academy.mail(anne, "inbox").size() == 1; }));
    REQUIRE(comes_true([&] { return status_of(academy, anne, id, "x@a.test").delivered == "unknown"; }));
    CHECK(status_of(academy, anne, id, "nobody@a.test").delivered == "no");
    CHECK(status_of(academy, anne, id, "nobody@a.test").smtp_reply == "550 5.1.1 no such user (127.0.0.1)");
    CHECK(status_of(academy, anne, id, "busy@a.test").delivered == "queued");
    CHECK(status_of(academy, anne, id, "busy@a.test").smtp_reply == "451 4.7.1 come again (127.0.0.1)");
    const auto report = academy.mail(anne, "inbox")[0];
    CHECK(report.find("Final-Recipient: rfc822; nobody@a.test") != std::string::npos);
    CHECK(report.find("busy@a.test\r\nAction") == std::string::npos);
    CHECK_FALSE(academy.queue_is_empty());

    server.say("RCPT TO:<busy@", "250 2.1.5 now");
    later.ahead += 10;
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(status_of(academy, anne, id, "busy@a.test").delivered == "unknown");
    const auto taken = server.taken();
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].to == std::vector<std::string>{"<x@a.test>"});
    CHECK(taken[1].to == std::vector<std::string>{"<busy@a.test>"});
    CHECK(academy.mail(anne, "inbox").size() == 1);
    later.queue.stop();
}

TEST_CASE("what waits too long is given up, and its sender told") {
    MailExchanger server;
    server.say("", "421 4.3.2 not today");
    Academy academy(all_to(server));
    const auto anne = academy.add("anne");
    Later later(academy);
    const auto id = send_to(academy, anne, {"x@a.test"});
    REQUIRE(
        comes_true([&] { return status_of(academy, anne, id, "x@a.test").smtp_reply.starts_with("421"); }));
    CHECK(status_of(academy, anne, id, "x@a.test").delivered == "queued");
    later.ahead += 5 * 24 * 3600 + 1;
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(status_of(academy, anne, id, "x@a.test").delivered == "no");
    CHECK(status_of(academy, anne, id, "x@a.test").smtp_reply.starts_with("554 5.4.7 "));
    CHECK(academy.mail(anne, "inbox").size() == 1);
    later.queue.stop();
}

TEST_CASE("a dead destination and one that answers nothing delay no other") {
    MailExchanger server, silent;
    silent.say("", "hang");
    std::uint16_t nobody = 0;
    {
        const MailExchanger gone;
        nobody = gone.port();
    }
    Academy academy([&](Config& config, jmap::Limits&) {
        config.routes["*"] = to_port(server.port());
        config.routes["silent.test"] = to_port(silent.port());
        config.routes["dead.test"] = to_port(nobody);
        config.queue.connections_per_domain = 2;
    });
    const auto anne = academy.add("anne");
    Later later(academy);
    std::vector<std::string> ids;
    for (int n = 0; n < 5; ++n)
        ids.push_back(send_to(academy, anne, {"x@silent.test", "x@dead.test", "x@live.test"}));
    REQUIRE(comes_true([&] { return server.taken().size() == 5; }));
    for (const auto& id : ids) {
        REQUIRE(
            comes_true([&] { return status_of(academy, anne, id, "x@live.test").delivered == "unknown"; }));
        REQUIRE(comes_true([&] {
            return status_of(academy, anne, id, "x@dead.test").smtp_reply.starts_with("451 4.4.1 ");
        }));
        CHECK(status_of(academy, anne, id, "x@silent.test").delivered == "queued");
    }
    CHECK(silent.connections() <= 2);
    later.queue.stop();
}

TEST_CASE("a queue that stops while letters are put off is told of none of them later") {
    MailExchanger silent;
    silent.say("", "hang");
    Academy academy(all_to(silent));
    const auto anne = academy.add("anne");
    for (int n = 0; n < 200; ++n)
        send_to(academy, anne, {"x@silent.test"});
    {
        const Later later(academy);
        REQUIRE(comes_true([&] { return silent.connections() > 0; }));
    }
    CHECK_FALSE(academy.queue_is_empty());
}

TEST_CASE("one connection carries many letters, and no more are open than may be") {
    MailExchanger server;
    Academy academy(all_to(server, 2));
    const auto anne = academy.add("anne");
    for (int n = 0; n < 20; ++n)
        send_to(academy, anne, {"x@a.test"}, fmt::format("n° {}", n));
    academy.queue().start(academy.services());
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(server.taken().size() == 20);
    CHECK(server.connections() <= 10);
}

TEST_CASE("an end that was not confirmed is tried again; a restart repeats nothing that was") {
    const store::test::TemporaryFolder folder;
    MailExchanger server;
    server.say(".", "");
    std::string id;
    {
        Academy academy(all_to(server), folder.path());
        const auto anne = academy.add("anne");
        academy.queue().start(academy.services());
        id = send_to(academy, anne, {"x@a.test"});
        const auto confirmed = send_to(academy, anne, {"x@a.test"}, "autre");
        REQUIRE(comes_true(
            [&] { return status_of(academy, anne, id, "x@a.test").smtp_reply.starts_with("451 4.4.2"); }));
        server.say(".", "250 2.0.0 taken");
        REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
        CHECK(status_of(academy, anne, confirmed, "x@a.test").delivered == "unknown");
        send_to(academy, anne, {"y@b.test"}, "encore");
        REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    }
    const auto before = server.taken().size();
    // One or both were not confirmed and come again.
    CHECK((before == 4 || before == 5));
    Academy academy(all_to(server), folder.path());
    academy.queue().start(academy.services());
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    CHECK(server.taken().size() == before);
}

TEST_CASE("recipients elsewhere: by domain, a hundred at a time; mass mail is known as such") {
    QueueEntry whole;
    whole.envelope.mail_from.email = "anne@academie.test";
    for (int n = 0; n < 250; ++n)
        whole.envelope.rcpt_to.push_back({fmt::format("n{}@Big.test", n), {}});
    whole.envelope.rcpt_to.push_back({"pierre@academie.test", {}});
    whole.envelope.rcpt_to.push_back({"x@small.test", {}});
    const auto parts = split_off("s4", whole, "academie.test");
    REQUIRE(whole.envelope.rcpt_to.size() == 1);
    REQUIRE(parts.size() == 4);
    CHECK(parts[0].first == "s4/big.test");
    CHECK(parts[0].second.envelope.rcpt_to.size() == 100);
    CHECK(parts[1].first == "s4/big.test/2");
    CHECK(parts[2].first == "s4/big.test/3");
    CHECK(parts[2].second.envelope.rcpt_to.size() == 50);
    CHECK(parts[3].first == "s4/small.test");
    CHECK(parts[3].second.destination == "small.test");
    CHECK(parts[3].second.bulk);
    CHECK(submission_of("s4/big.test/2") == "s4");
    auto again = parts[1].second;
    again.untold = {{"x@big.test", "550 no", "no"}};
    again.settled = again.untold;
    again.queued = 5;
    again.next_attempt = 7;
    again.last_reply = "451 later";
    CHECK(read_queue_entry(write_queue_entry(again)) == again);
}

TEST_CASE("a letter of a person goes before mass mail, between hops too; a hop that failed is left alone") {
    Schedule schedule({3, 2, 10'000}, [] { return 0; });
    schedule.add("a", due_entry("mass 1", 100, true));
    schedule.add("a", due_entry("mass 2", 101, true));
    schedule.add("a", due_entry("mass 3", 102, true));
    schedule.add("b", due_entry("mass 4", 99, true));
    schedule.add("a", due_entry("person", 200));
    auto start = schedule.open_next(1000);
    REQUIRE(start);
    CHECK(start->due.id == "person");
    start = schedule.open_next(1000);
    REQUIRE(start);
    CHECK(start->due.id == "mass 4");
    start = schedule.open_next(1000);
    REQUIRE(start);
    CHECK(start->due.id == "mass 1");
    CHECK_FALSE(schedule.open_next(1000)); // three in all
    CHECK(schedule.take_next("a")->id == "mass 2");
    schedule.add("c", due_entry("another person", 300));
    CHECK_FALSE(schedule.take_next("a")); // makes room
    schedule.closed("a");
    CHECK(schedule.open_next(1000)->due.id == "another person");
    CHECK(schedule.waiting() == 1);

    CHECK(schedule.failed("c", "451 no", 1000).waiting.empty());
    schedule.add("c", due_entry("later", 301));
    CHECK(schedule.rest("c", 1005)->reply == "451 no");
    CHECK(schedule.open_next(1005)->hop == "a");
    CHECK_FALSE(schedule.open_next(1005));
    schedule.closed("b");
    CHECK_FALSE(schedule.open_next(1005));
    start = schedule.open_next(1024);
    REQUIRE(start);
    CHECK(start->due.id == "later");
    schedule.add("c", due_entry("last", 302));
    CHECK_FALSE(schedule.open_next(1024)); // one at a time until it works
    const auto failure = schedule.failed("c", "451 no", 1024);
    CHECK(failure.until == 1072);
    REQUIRE(failure.waiting.size() == 1);
    CHECK(failure.waiting[0].id == "last");

    // Of two that are being opened the first failure leaves what waits to the other, the second does not.
    Schedule both({9, 2, 10'000}, [] { return 0; });
    for (const auto* id : {"1", "2", "3"})
        both.add("d", due_entry(id, 1));
    CHECK(both.open_next(1));
    CHECK(both.open_next(1));
    CHECK(both.failed("d", "451 no", 1).waiting.empty());
    CHECK(both.failed("d", "451 no", 1).waiting.size() == 1);
    CHECK(both.connections() == 0);
}

TEST_CASE("messages being sent are bounded in octets, but one always goes") {
    Schedule schedule({10, 5, 10'000}, [] { return 0; });
    schedule.add("a", due_entry("large", 1, false, 50'000));
    schedule.add("a", due_entry("small", 2));
    CHECK(schedule.open_next(10)->due.id == "large");
    CHECK_FALSE(schedule.open_next(10));
    schedule.finished(50'000);
    CHECK(schedule.open_next(10)->due.id == "small");
}

TEST_CASE("what an attempt means for a queue entry") {
    auto of = due_entry("s1/a.test", 100).entry;
    of.queued = 100;
    smtp::RetryPolicy patience;
    patience.delays = {5, 15};
    patience.jitter = 0;
    patience.lifetime = 1000;
    patience.warn_after = 500;
    const auto none = [] { return 0; };
    auto outcome = judge_attempt(of, {{"x@a.test", "250 ok", "unknown"}, {"y@a.test", "450 no", "queued"}},
                                 patience, 200, 0, none);
    CHECK(outcome.retry_at == 205);
    CHECK(outcome.entry.attempts == 1);
    CHECK(outcome.entry.settled.size() == 1);
    CHECK(outcome.entry.untold.empty());
    outcome = judge_all(outcome.entry, "550 no", true, patience, 300, 0, none);
    CHECK(outcome.statuses.size() == 1);
    CHECK(outcome.retry_at == 300); // to tell the sender
    REQUIRE(outcome.entry.untold.size() == 1);
    CHECK(outcome.entry.untold[0].address == "y@a.test");

    outcome = judge_all(of, "451 later", false, patience, 1100, 5000, none);
    CHECK(outcome.entry.settled.size() == 2);
    CHECK(outcome.entry.untold[0].smtp_reply == "554 5.4.7 Not delivered in time. Last: 451 later");
    outcome = judge_all(of, "451 later", false, patience, 150, 5000, none);
    CHECK(outcome.retry_at == 5000);
    // Late: told once.
    outcome = judge_all(of, "451 later", false, patience, 600, 0, none);
    REQUIRE(outcome.entry.untold.size() == 2);
    CHECK(outcome.entry.untold[0].delivered == "queued");
    CHECK(outcome.entry.settled.empty());
    CHECK(outcome.retry_at == 600);
    CHECK(outcome.entry.next_attempt == 605);
    outcome.entry.untold.clear();
    outcome = judge_all(outcome.entry, "451 later", false, patience, 700, 0, none);
    CHECK(outcome.entry.untold.empty());
    CHECK(outcome.retry_at == 715);
    of.envelope.mail_from.email.clear(); // the null path hears nothing
    outcome = judge_all(of, "550 no", true, patience, 150, 0, none);
    CHECK_FALSE(outcome.retry_at);
}

TEST_CASE("where a domain's mail goes") {
    auto config = *parse_config("[routes]\n\"A.test\" = \"relay.test:2525\"\n"
                                "\"b.test\" = {host = \"[::1]\", tls = \"implicit\", verify = false}\n"
                                "\"*\" = {tls = \"required\"}\n",
                                "x");
    CHECK(next_hop(config, "a.test").key() == "[relay.test]:2525");
    CHECK(next_hop(config, "b.test").key() == "[::1]:465");
    CHECK(next_hop(config, "c.test").key() == "c.test");
    CHECK(next_hop(config, "c.test").route.tls == Config::Route::Tls::required);
    for (const auto* wrong :
         {"[routes]\n\"a\" = 7\n", "[routes]\n\"a\" = \"b:99999\"\n", "[routes]\n\"a\" = {tls = \"yes\"}\n",
          "[routes]\n\"a\" = {host = \"b\", user = \"c\"}\n", "[routes]\n\"a\" = {hosts = \"b\"}\n"})
        CHECK_FALSE(parse_config(wrong, "x"));
    CHECK(can_be_sent_to({"x", "a.test"}));
    CHECK_FALSE(can_be_sent_to({"x", "test"}));
    CHECK_FALSE(can_be_sent_to({"x", "[127.0.0.1]"}));
}
