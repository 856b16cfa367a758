// Large messages on threads of their own, beside everybody else's requests.
#include "actors/mailbox/large_texts.h"
#include "tests/actors/academy.h"
#include "tests/actors/smtp_fixture.h"

using namespace facteur;
using namespace facteur::test;
using namespace std::chrono_literals;

namespace {

// Keeps a thread for large texts busy until it is let go.
class BusyThread {
public:
    BusyThread(House& house, LargeTexts& texts) {
        auto at_work = at_work_.get_future();
        house.in_actor([this, &texts](caf::event_based_actor* self) {
            texts.run_apart(
                self,
                [this] {
                    at_work_.set_value();
                    go_on_.get_future().wait();
                },
                [this](bool done) { ended_.set_value(done); });
        });
        REQUIRE(at_work.wait_for(60s) == std::future_status::ready);
    }
    bool let_go() {
        go_on_.set_value();
        return ended_.get_future().get();
    }

private:
    std::promise<void> at_work_, go_on_;
    std::promise<bool> ended_;
};

// What `then` is told of work that does nothing.
std::future<bool> ask(House& house, LargeTexts& texts, std::uint64_t octets) {
    auto told = std::make_shared<std::promise<bool>>();
    house.in_actor([told, &texts, octets](caf::event_based_actor* self) {
        texts.run(
            self, octets, [] {}, [told](bool done) { told->set_value(done); });
    });
    return told->get_future();
}

std::string message_of(std::size_t octets) {
    std::string message = "From: a@b.test\r\nSubject: x\r\n\r\n";
    while (message.size() < octets)
        message += "Une ligne comme une autre.\r\n";
    return message;
}

} // namespace

TEST_CASE("small texts wait for no large ones") {
    Academy academy;
    LargeTexts texts(1);
    BusyThread busy(academy, texts);
    CHECK(ask(academy, texts, LargeTexts::large - 1).get());
    auto large = ask(academy, texts, LargeTexts::large);
    CHECK(large.wait_for(20ms) == std::future_status::timeout);
    CHECK(busy.let_go());
    CHECK(large.get());
    CHECK(texts.statistics().done == 2);
}

TEST_CASE("when too many large texts wait, or the server stops, the work is not done and that is told") {
    Academy academy;
    LargeTexts texts(1, 1);
    BusyThread busy(academy, texts);
    auto waits = ask(academy, texts, LargeTexts::large);
    wait_until([&] { return texts.statistics().waiting == 1; });
    CHECK_FALSE(ask(academy, texts, LargeTexts::large).get());
    std::thread stops([&] { texts.stop(); });
    CHECK_FALSE(waits.get());
    CHECK(busy.let_go()); // what is at work is ended
    stops.join();
    CHECK_FALSE(ask(academy, texts, LargeTexts::large).get());
    CHECK(texts.statistics().refused == 2);
}

TEST_CASE("a large letter by SMTP waits on no worker, and is filed though its sender hangs up") {
    SmtpServer server;
    const auto anne = server.add("anne@academie.test");
    BusyThread busy(server, server.services().large_texts);
    const auto large = message_of(300'000);
    {
        SmtpClient client(server.port(Door::smtp));
        client.say("EHLO client.test");
        client.say("MAIL FROM:<a@b.test>");
        client.say("RCPT TO:<anne@academie.test>");
        client.say("DATA");
        client.send(large + ".\r\n");
        wait_until([&] { return server.services().large_texts.statistics().waiting == 1; });
    }
    SmtpClient other(server.port(Door::smtp));
    CHECK(other.deliver("c@d.test", {"anne@academie.test"}, "Subject: petit\r\n\r\nx").starts_with("250"));
    CHECK(server.mail(anne).size() == 1);
    busy.let_go();
    wait_until([&] { return server.mail(anne).size() == 2; });
    CHECK(other.send_mail("c@d.test", {"anne@academie.test"}, large).starts_with("250"));
    CHECK(server.mail(anne).size() == 3);
}

TEST_CASE("JMAP reads and writes large messages apart from its workers, and small ones at once") {
    Academy academy;
    const auto anne = academy.add("anne");
    const Json inbox{{academy.mailbox(anne, "inbox"), true}};
    const auto done = [&] { return academy.services().large_texts.statistics().done; };
    const auto import = [&](const std::string& blob) {
        return academy.call(anne, "Email/import",
                            {{"emails", {{"k", {{"blobId", blob}, {"mailboxIds", inbox}}}}}})["created"]["k"];
    };
    const auto create = [&](const std::string& blob) {
        const Json email{{"mailboxIds", inbox}, {"attachments", {{{"blobId", blob}}}}};
        return academy.call(anne, "Email/set", {{"create", {{"k", email}}}})["created"]["k"];
    };
    const auto parse = [&](const std::string& blob) {
        return academy.call(anne, "Email/parse", {{"blobIds", {blob}}})["parsed"][blob]["subject"];
    };
    const auto small = academy.upload(anne, message_of(1'000)),
               large = academy.upload(anne, message_of(300'000));
    CHECK(import(small)["id"] == "e1");
    CHECK(create(small)["id"] == "e2");
    CHECK(parse(small) == "x");
    CHECK(done() == 0);
    CHECK(import(large)["id"] == "e3");
    CHECK(create(large)["id"] == "e4");
    CHECK(parse(large) == "x");
    CHECK(done() == 3);
    academy.services().large_texts.stop();
    CHECK(academy.call(anne, "Email/parse", {{"blobIds", {large}}})["error"]["type"] == "serverUnavailable");
    CHECK(academy.call(anne, "Email/import",
                       {{"emails", {{"k", {{"blobId", large}, {"mailboxIds", inbox}}}}}})["error"]["type"] ==
          "serverUnavailable");
}
