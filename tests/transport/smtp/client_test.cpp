#include "transport/smtp/client.h"
#include "transport/smtp/machine.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;
using Outcome = RecipientResult::Outcome;

namespace {

Envelope envelope(const std::vector<std::string>& recipients) {
    Envelope made;
    made.sender = parse_mailbox("anne@example.fr");
    for (const auto& recipient : recipients)
        made.recipients.push_back({*parse_mailbox(recipient), {}});
    return made;
}

// A server that says what the test says.
struct Talk {
    Client client;
    explicit Talk(ClientOptions options = {.host = "mail.example.fr"}) : client(std::move(options)) {}

    // The events after `text`; what was sent meanwhile is in `sent`.
    std::vector<ClientEvent> hear(std::string_view text) {
        std::vector<ClientEvent> events;
        client.feed(text);
        while (auto event = client.next())
            events.push_back(std::move(*event));
        return events;
    }
    std::string sent() { return client.take_output(); }
    // For a conversation where one event is expected.
    template <typename T>
    T hear_one(std::string_view text) {
        const auto events = hear(text);
        REQUIRE(events.size() == 1);
        REQUIRE(std::holds_alternative<T>(events[0]));
        return std::get<T>(events[0]);
    }
    void open(std::string_view extensions = "") {
        CHECK(hear("220 mx.example.net ESMTP\r\n").empty());
        CHECK(sent() == "EHLO mail.example.fr\r\n");
        std::string reply = "250-mx.example.net\r\n";
        for (; !extensions.empty();
             extensions.remove_prefix(std::min(extensions.find(',') + 1, extensions.size()))) {
            reply += "250-" + std::string(extensions.substr(0, extensions.find(','))) + "\r\n";
            if (extensions.find(',') == std::string_view::npos) break;
        }
        hear_one<Ready>(reply + "250 HELP\r\n");
    }
};

} // namespace

TEST_CASE("a message goes out step by step without PIPELINING (RFC 5321 appendix D.1)") {
    Talk talk;
    talk.open();
    talk.client.send(envelope({"jones@foo.com", "green@foo.com", "brown@foo.com"}));
    CHECK(talk.sent() == "MAIL FROM:<anne@example.fr>\r\n");
    CHECK(talk.hear("250 OK\r\n").empty());
    CHECK(talk.sent() == "RCPT TO:<jones@foo.com>\r\n");
    CHECK(talk.hear("250 OK\r\n").empty());
    CHECK(talk.sent() == "RCPT TO:<green@foo.com>\r\n");
    CHECK(talk.hear("550 No such user here\r\n").empty());
    CHECK(talk.sent() == "RCPT TO:<brown@foo.com>\r\n");
    CHECK(talk.hear("250 OK\r\n").empty());
    CHECK(talk.sent() == "DATA\r\n");
    talk.hear_one<TextWanted>("354 Start mail input; end with <CRLF>.<CRLF>\r\n");
    CHECK(talk.client.wants_text());
    talk.client.write_text("Blah blah blah...\r\n.etc");
    talk.client.end_text();
    CHECK(talk.sent() == "Blah blah blah...\r\n..etc\r\n.\r\n");
    CHECK(talk.client.patience() == 600);
    const auto done = talk.hear_one<MessageDone>("250 2.0.0 OK\r\n");
    REQUIRE(done.recipients.size() == 3);
    CHECK(done.recipients[0] == RecipientResult{Outcome::delivered, Stage::text, {250, "2.0.0", "OK"}});
    CHECK(done.recipients[1] ==
          RecipientResult{Outcome::refused, Stage::rcpt, {550, "", "No such user here"}});
    CHECK(done.recipients[2].outcome == Outcome::delivered);
    CHECK_FALSE(done.uncertain);
    CHECK(talk.client.is_ready());
    talk.client.quit();
    CHECK(talk.sent() == "QUIT\r\n");
    talk.hear_one<ClientClosing>("221 Bye\r\n");
    CHECK(talk.client.is_over());
}

TEST_CASE("PIPELINING sends all at once, DSN and SIZE with it") {
    Talk talk;
    talk.open("PIPELINING,SIZE 1000,DSN,8BITMIME,SMTPUTF8");
    auto letter = envelope({"a@example.net", "b@example.net"});
    letter.octets = 500;
    letter.eight_bit = true;
    letter.ret = Return::headers;
    letter.envelope_id = "QQ 314";
    letter.recipients[0].dsn = {notify_success | notify_delay, OriginalRecipient{"rfc822", "a+x@example.fr"}};
    talk.client.send(letter);
    CHECK(talk.sent() == "MAIL FROM:<anne@example.fr> SIZE=500 BODY=8BITMIME RET=HDRS ENVID=QQ+20314\r\n"
                         "RCPT TO:<a@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bx@example.fr\r\n"
                         "RCPT TO:<b@example.net>\r\nDATA\r\n");
    talk.hear_one<TextWanted>("250 OK\r\n250 OK\r\n450 4.2.1 Later\r\n354 Go\r\n");
    talk.client.end_text();
    CHECK(talk.sent() == ".\r\n");
    const auto done = talk.hear_one<MessageDone>("250 OK\r\n");
    CHECK(done.dsn_relayed);
    CHECK(done.recipients[1] == RecipientResult{Outcome::deferred, Stage::rcpt, {450, "4.2.1", "Later"}});

    SECTION("the next message on the same connection") {
        talk.client.send(envelope({"c@example.net"}));
        CHECK(talk.sent() == "MAIL FROM:<anne@example.fr>\r\nRCPT TO:<c@example.net>\r\nDATA\r\n");
    }
    SECTION("what the server cannot take is not sent") {
        letter.octets = 1001;
        talk.client.send(letter);
        CHECK(talk.sent().empty());
        CHECK(talk.hear_one<MessageDone>("").recipients[0].reply.enhanced == "5.3.4");
        CHECK(talk.client.is_ready());
    }
}

TEST_CASE("nobody accepted: the text is never sent, and the transaction is reset") {
    Talk talk;
    talk.open("PIPELINING");
    talk.client.send(envelope({"a@example.net"}));
    talk.sent();
    SECTION("DATA is refused") {
        CHECK(talk.hear_one<MessageDone>("250 OK\r\n550 No\r\n503 No recipients\r\n")
                  .recipients[0]
                  .reply.code == 550);
    }
    SECTION("the server waits for a text all the same (RFC 2920 §3.1)") {
        CHECK(talk.hear("250 OK\r\n550 No\r\n354 Go\r\n").empty());
        CHECK(talk.sent() == ".\r\n");
        CHECK(talk.hear_one<MessageDone>("554 No recipients\r\n").recipients[0].reply.code == 550);
    }
    SECTION("MAIL is refused: its answer is that of all") {
        const auto done = talk.hear_one<MessageDone>("451 4.7.1 Greylisted\r\n503 No\r\n503 No\r\n");
        CHECK(done.recipients[0] ==
              RecipientResult{Outcome::deferred, Stage::mail, {451, "4.7.1", "Greylisted"}});
    }
    talk.client.send(envelope({"b@example.net"}));
    CHECK(talk.sent() == "RSET\r\nMAIL FROM:<anne@example.fr>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n");
    talk.hear_one<TextWanted>("250 OK\r\n250 OK\r\n250 OK\r\n354 Go\r\n");
}

TEST_CASE("the window bounds what is sent ahead") {
    Talk talk({.host = "mail.example.fr", .window = 2});
    talk.open("PIPELINING");
    talk.client.send(envelope({"a@example.net", "b@example.net"}));
    CHECK(talk.sent() == "MAIL FROM:<anne@example.fr>\r\nRCPT TO:<a@example.net>\r\n");
    CHECK(talk.hear("250 OK\r\n").empty());
    CHECK(talk.sent() == "RCPT TO:<b@example.net>\r\n");
    CHECK(talk.hear("250 OK\r\n").empty());
    CHECK(talk.sent() == "DATA\r\n");
}

TEST_CASE("CHUNKING: the text goes in counted pieces (RFC 3030 §4.2)") {
    Talk talk({.host = "mail.example.fr", .chunk_octets = 4});
    talk.open("PIPELINING,CHUNKING");
    talk.client.send(envelope({"a@example.net", "b@example.net"}));
    CHECK(talk.sent() ==
          "MAIL FROM:<anne@example.fr>\r\nRCPT TO:<a@example.net>\r\nRCPT TO:<b@example.net>\r\n");
    talk.hear_one<TextWanted>("250 OK\r\n250 OK\r\n550 No\r\n");
    talk.client.write_text(".a\nb");
    CHECK(talk.sent() == "BDAT 5\r\n.a\r\nb");
    SECTION("to its end") {
        talk.client.end_text();
        CHECK(talk.sent() == "BDAT 2 LAST\r\n\r\n");
        const auto done = talk.hear_one<MessageDone>("250 OK\r\n250 2.6.0 Taken\r\n");
        CHECK(done.recipients[0].reply.text == "Taken");
        CHECK(done.recipients[1].reply.code == 550);
    }
    SECTION("a chunk is refused: the first reason counts, nothing more is sent") {
        talk.client.write_text("more");
        talk.sent();
        CHECK(talk.hear("552 5.3.4 Too large\r\n").empty());
        CHECK_FALSE(talk.client.wants_text());
        talk.client.end_text();
        CHECK(talk.sent().empty());
        const auto done = talk.hear_one<MessageDone>("503 No\r\n");
        CHECK(done.recipients[0].reply.enhanced == "5.3.4");
        CHECK(talk.client.is_ready());
    }
}

TEST_CASE("a server that does not know EHLO is greeted with HELO") {
    Talk talk;
    talk.hear("220 old\r\n");
    talk.sent();
    CHECK(talk.hear("500 What?\r\n").empty());
    CHECK(talk.sent() == "HELO mail.example.fr\r\n");
    talk.hear_one<Ready>("250 old.example.net\r\n");
    CHECK_FALSE(talk.client.extensions().esmtp);
    CHECK(talk.client.extensions().host == "old.example.net");
}

TEST_CASE("STARTTLS by policy (RFC 3207)") {
    const auto policy = GENERATE(StartTlsPolicy::when_offered, StartTlsPolicy::required);
    Talk talk({.host = "mail.example.fr", .starttls = policy});
    talk.hear("220 x\r\n");
    talk.sent();
    SECTION("offered: EHLO again, and what was offered before is forgotten") {
        CHECK(talk.hear("250-x\r\n250-SIZE 7\r\n250 STARTTLS\r\n").empty());
        CHECK(talk.sent() == "STARTTLS\r\n");
        talk.hear_one<ClientStartTls>("220 Go\r\n");
        talk.client.tls_started();
        CHECK(talk.sent() == "EHLO mail.example.fr\r\n");
        talk.hear_one<Ready>("250-x\r\n250 PIPELINING\r\n");
        CHECK_FALSE(talk.client.extensions().size);
    }
    SECTION("not offered") {
        const auto events = talk.hear("250 x\r\n");
        REQUIRE(events.size() == 1);
        CHECK(std::holds_alternative<Failed>(events[0]) == (policy == StartTlsPolicy::required));
    }
    SECTION("refused") {
        talk.hear("250-x\r\n250 STARTTLS\r\n");
        const auto events = talk.hear("454 Not now\r\n");
        REQUIRE(events.size() == 1);
        CHECK(std::holds_alternative<Failed>(events[0]) == (policy == StartTlsPolicy::required));
    }
    SECTION("text in the clear behind it is an attack") {
        talk.hear("250-x\r\n250 STARTTLS\r\n");
        CHECK(talk.hear_one<Failed>("220 Go\r\n250-evil\r\n").stage == Stage::starttls);
    }
}

TEST_CASE("AUTH with a smart host") {
    ClientOptions options{.host = "mail.example.fr", .tls = true};
    options.credentials = ClientCredentials{"tim", "tanstaaftanstaaf", false, "0123456789abcdefgh"};
    Talk talk(options);
    talk.hear("220 x\r\n");
    talk.sent();
    SECTION("PLAIN") {
        talk.hear("250-x\r\n250 AUTH LOGIN PLAIN\r\n");
        CHECK(talk.sent() == "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"); // RFC 4954 §4.1's kind
        SECTION("taken") {
            talk.hear_one<Ready>("235 2.7.0 Welcome\r\n");
        }
        SECTION("refused") {
            const auto failed = talk.hear_one<Failed>("535 5.7.8 No\r\n");
            CHECK(failed.stage == Stage::auth);
            CHECK(failed.is_permanent());
        }
    }
    SECTION("LOGIN") {
        talk.hear("250-x\r\n250 AUTH LOGIN\r\n");
        CHECK(talk.sent() == "AUTH LOGIN\r\n");
        talk.hear("334 VXNlcm5hbWU6\r\n");
        CHECK(talk.sent() == "dGlt\r\n");
        talk.hear("334 UGFzc3dvcmQ6\r\n");
        CHECK(talk.sent() == "dGFuc3RhYWZ0YW5zdGFhZg==\r\n");
        talk.hear_one<Ready>("235 OK\r\n");
    }
    SECTION("a server that takes SCRAM without proof of itself is not believed") {
        talk.hear("250-x\r\n250 AUTH SCRAM-SHA-256 PLAIN\r\n");
        CHECK(talk.sent().starts_with("AUTH SCRAM-SHA-256 "));
        CHECK(talk.hear_one<Failed>("235 OK\r\n").stage == Stage::auth);
    }
    SECTION("nothing that we can") {
        CHECK(talk.hear_one<Failed>("250-x\r\n250 AUTH CRAM-MD5\r\n").stage == Stage::auth);
    }
}

TEST_CASE("a connection that is lost leaves results behind") {
    Talk talk;
    talk.open();
    talk.client.send(envelope({"a@example.net"}));
    talk.hear("250 OK\r\n250 OK\r\n");
    const auto lose = [&](bool uncertain) {
        talk.client.lost("Connection reset");
        const auto events = talk.hear("");
        REQUIRE(events.size() == 2);
        const auto& done = std::get<MessageDone>(events[0]);
        CHECK(done.uncertain == uncertain);
        CHECK(done.recipients[0] ==
              RecipientResult{Outcome::deferred, Stage::lost, {0, "", "Connection reset"}});
        CHECK(std::get<Failed>(events[1]).reply.text == "Connection reset");
        CHECK(talk.client.is_over());
    };
    SECTION("before the text") {
        lose(false);
    }
    SECTION("within the text") {
        talk.hear_one<TextWanted>("354 Go\r\n");
        talk.client.write_text("a");
        lose(false);
    }
    SECTION("after its end") {
        talk.hear_one<TextWanted>("354 Go\r\n");
        talk.client.end_text();
        lose(true);
    }
    SECTION("421 instead of an answer to the text") {
        talk.hear_one<TextWanted>("354 Go\r\n");
        talk.client.end_text();
        const auto events = talk.hear("421 4.3.2 Shutting down\r\n");
        REQUIRE(events.size() == 2);
        CHECK_FALSE(std::get<MessageDone>(events[0]).uncertain);
        CHECK(std::get<MessageDone>(events[0]).recipients[0].reply.code == 421);
    }
}

TEST_CASE("refused at the door, or no SMTP at all") {
    Talk talk;
    SECTION("554") {
        CHECK(talk.hear_one<Failed>("554 No\r\n").is_permanent());
    }
    SECTION("421") {
        CHECK_FALSE(talk.hear_one<Failed>("421 Busy\r\n").is_permanent());
    }
    SECTION("HTTP") {
        CHECK(talk.hear_one<Failed>("HTTP/1.1 400 Bad Request\r\n").reply.code == 0);
    }
    CHECK(talk.client.is_over());
    CHECK(talk.client.patience() == 0);
}

TEST_CASE("our own server takes what our client sends, by DATA and by BDAT") {
    const bool chunking = GENERATE(true, false);
    const std::size_t piece = GENERATE(1, 7, 100'000);
    Machine server(Options{.role = Role::mx, .host = "mx.example.net"});
    Client client({.host = "mail.example.fr", .chunking = chunking, .chunk_octets = 64});
    const std::string text = "Subject: x\r\n\r\n.dot\r\n..\r\n.\r\nend" + std::string(500, 'x') + "\r\n";
    std::string taken;
    int messages = 0, done = 0;
    for (int round = 0; round < 200 && !client.is_over(); ++round) {
        const auto to_client = server.take_output();
        client.feed(to_client);
        while (const auto event = client.next()) {
            if (std::holds_alternative<Ready>(*event))
                client.send(envelope({"a@example.net", "b@example.net"}));
            if (std::holds_alternative<TextWanted>(*event)) {
                // Faster than the server answers, as far as the client lets us.
                for (std::string_view rest = text; !rest.empty();
                     rest.remove_prefix(std::min(piece, rest.size())))
                    client.write_text(rest.substr(0, piece));
                client.end_text();
            }
            if (const auto* result = std::get_if<MessageDone>(&*event)) {
                CHECK(result->recipients[0].outcome == Outcome::delivered);
                CHECK(result->recipients[1].outcome == Outcome::refused);
                if (++done < 3)
                    client.send(envelope({"a@example.net", "b@example.net"}));
                else
                    client.quit();
            }
        }
        const auto to_server = client.take_output();
        server.feed(to_server, 0);
        while (const auto event = server.next()) {
            if (std::holds_alternative<MailFrom>(*event)) server.reply(replies::sender_accepted());
            if (const auto* rcpt = std::get_if<RcptTo>(&*event))
                server.reply(rcpt->recipient.local == "a" ? replies::recipient_accepted()
                                                          : replies::unknown_recipient());
            if (std::holds_alternative<DataStarted>(*event)) server.reply({354, "", ""});
            if (const auto* chunk = std::get_if<DataChunk>(&*event)) taken += chunk->bytes;
            if (std::holds_alternative<MessageComplete>(*event)) {
                ++messages;
                CHECK(taken == text);
                taken.clear();
                server.reply(replies::ok());
            }
        }
    }
    CHECK(messages == 3);
    CHECK(done == 3);
    CHECK(client.is_over());
}
