#include "tests/transport/smtp/driver.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {
const std::string greeting = "220 mx.test ESMTP Facteur\r\n";
const std::string ehlo =
    "250-mx.test\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
    "250-CHUNKING\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES\r\n";

Driver begun(Options options = mx_options()) {
    Driver driver(std::move(options));
    driver.feed("EHLO client.test\r\n");
    return driver;
}
Driver ready(Options options = mx_options()) {
    auto driver = begun(std::move(options));
    driver.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n");
    return driver;
}
} // namespace

TEST_CASE("A whole session, as RFC 5321 appendix D tells it") {
    Driver driver(mx_options());
    driver.feed("EHLO client.test\r\n"
                "MAIL FROM:<Smith@bar.com>\r\n"
                "RCPT TO:<Jones@Foo.COM>\r\n"
                "DATA\r\n");
    driver.feed("Subject: hi\r\n\r\nBlah\r\n..dot\r\n.\r\nQUIT\r\n");
    CHECK(driver.output ==
          greeting + ehlo +
              "250 2.1.0 Sender accepted\r\n250 2.1.5 Recipient accepted\r\n"
              "354 End with a line that holds a dot alone\r\n250 2.6.0 Stored\r\n221 2.0.0 Bye\r\n");
    CHECK(driver.events == "ehlo client.test\nmail <Smith@bar.com>\nrcpt <Jones@foo.com>\ndata\n"
                           "message 27 [Subject: hi\r\n\r\nBlah\r\n.dot\r\n]\nclosing\n");
    CHECK(driver.machine.is_closed());
    CHECK(driver.say("NOOP\r\n").empty());
}

TEST_CASE("Every split of the bytes gives the same events and replies") {
    const std::string script =
        "EHLO client.test\r\nMAIL FROM:<a@x.test> SIZE=12 BODY=8BITMIME RET=HDRS ENVID=a+2Bb\r\n"
        "RCPT TO:<b@y.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@y.test\r\nRCPT TO:<>\r\nDATA\r\n"
        "A: b\r\n\r\n.\r.\n..\r\n...\r\n.x\r\n\r\n.\r\n"
        "RSET\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\n.leading\r\n..\r\ntext\r\n.\r\n"
        "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nBDAT 6\r\nab\r\nc\rBDAT 3 LAST\r\n\nd\nBDAT 2 "
        "LAST\r\n\r\n"
        "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nBDAT 0\r\nBDAT 4 LAST\r\nab\r\nNOOP\nQUIT\r\nNOOP "
        "x\r\n" +
        std::string(3000, 'x') + "\r\nDATA\r\nVRFY\r\nMAIL FROM:<a@x.test>\r\nEHLO again\r\nQUIT\r\nNOOP\r\n";
    Driver whole(mx_options());
    whole.feed(script);
    CHECK(whole.events ==
          "ehlo client.test\nmail <a@x.test>\nrcpt <b@y.test>\ndata\naborted\nmail <>\nrcpt "
          "<postmaster>\ndata\n"
          "message 18 [leading\r\n.\r\ntext\r\n]\nmail <a@x.test>\nrcpt <b@y.test>\ndata\naborted\n"
          "mail <a@x.test>\nrcpt <b@y.test>\ndata\nmessage 4 [ab\r\n]\nmail <a@x.test>\naborted\nehlo "
          "again\nclosing\n");
    Driver bytes(mx_options());
    for (const char c : script)
        bytes.feed(std::string_view(&c, 1));
    CHECK(bytes.events == whole.events);
    CHECK(bytes.output == whole.output);
    for (std::size_t cut = 1; cut < script.size(); ++cut) {
        Driver two(mx_options());
        two.feed(std::string_view(script).substr(0, cut));
        two.feed(std::string_view(script).substr(cut));
        REQUIRE(two.events == whole.events);
        REQUIRE(two.output == whole.output);
    }
}

TEST_CASE("Order of commands") {
    Driver driver(mx_options());
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\n") == "503 5.5.1 Say hello first\r\n");
    CHECK(driver.say("HELO client.test\r\n") == "250 mx.test\r\n");
    CHECK(driver.say("RCPT TO:<b@y.test>\r\n") == "503 5.5.1 Say MAIL first\r\n");
    CHECK(driver.say("DATA\r\n") == "503 5.5.1 Say MAIL first\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test> SIZE=1\r\n") == "555 5.5.4 Parameters need EHLO\r\n");
    CHECK(driver.say("mail from: <a@x.test>\r\n") == "250 2.1.0 Sender accepted\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\n") == "503 5.5.1 There is a sender already\r\n");
    CHECK(driver.say("DATA\r\n") == "554 5.5.1 No valid recipients\r\n");
    CHECK(driver.say("RSET\r\n") == "250 2.0.0 OK\r\n");
    CHECK(driver.say("RCPT TO:<b@y.test>\r\n") == "503 5.5.1 Say MAIL first\r\n");
    CHECK(driver.events == "helo client.test\nmail <a@x.test>\naborted\n");
}

TEST_CASE("The small commands") {
    auto driver = begun();
    CHECK(driver.say("NOOP\r\n") == "250 2.0.0 OK\r\n");
    CHECK(driver.say("noop anything\r\n") == "250 2.0.0 OK\r\n");
    CHECK(driver.say("HELP\r\n") == "214 2.0.0 RFC 5321\r\n");
    CHECK(driver.say("VRFY anne\r\n") == "252 2.7.0 Send a message and you will know\r\n");
    CHECK(driver.say("VRFY\r\n") == "501 5.5.4 VRFY wants an address\r\n");
    CHECK(driver.say("EXPN list\r\n") == "500 5.5.1 Unknown command\r\n");
    CHECK(driver.say("\r\n") == "500 5.5.1 Unknown command\r\n");
    CHECK(driver.say("LHLO x\r\n") == "500 5.5.1 Unknown command\r\n");
    CHECK(driver.say("STARTTLS\r\n") == "500 5.5.1 Unknown command\r\n");
    CHECK(driver.say("AUTH PLAIN\r\n") == "500 5.5.1 Unknown command\r\n");
    CHECK(driver.say("RSET x\r\n") == "501 5.5.4 This command takes no argument\r\n");
    CHECK(driver.say("EHLO\r\n") == "501 5.5.4 Say your host name\r\n");
    CHECK(driver.say("EHLO a b\r\n") == "501 5.5.4 Say your host name\r\n");
    CHECK(driver.say("QUIT \r\n") == "221 2.0.0 Bye\r\n");
}

TEST_CASE("Paths and parameters that are refused") {
    auto driver = begun();
    CHECK(driver.say("MAIL FROM\r\n") == "501 5.5.4 MAIL FROM:<address> is expected\r\n");
    CHECK(driver.say("MAIL FROM:a@x.test\r\n") == "501 5.1.7 The sender's address is malformed\r\n");
    CHECK(driver.say("MAIL FROM:<postmaster>\r\n") == "501 5.1.7 The sender's address is malformed\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test>X=1\r\n") == "501 5.5.4 Space expected before a parameter\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test> X=1\r\n") == "555 5.5.4 Unknown parameter of MAIL\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test> HOLDFOR=1\r\n") == "555 5.5.4 Unknown parameter of MAIL\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test> SIZE=50000001\r\n") == "552 5.3.4 The message is too large\r\n");
    CHECK(driver.say("MAIL FROM:<\xc3\xa9@x.test>\r\n") ==
          "550 5.6.7 An address in UTF-8 needs SMTPUTF8\r\n");
    CHECK(driver.say("MAIL FROM:<\xc3\xa9@x.test> SMTPUTF8\r\n") == "250 2.1.0 Sender accepted\r\n");
    CHECK(driver.say("RCPT TO:<>\r\n") == "501 5.1.3 The recipient's address is malformed\r\n");
    CHECK(driver.say("RCPT TO:<b@y.test> NOTIFY=NEVER,DELAY\r\n") == "501 5.5.4 Bad parameter NOTIFY\r\n");
    CHECK(driver.say("RCPT TO:<\xc3\xa9@y.test>\r\n") == "250 2.1.5 Recipient accepted\r\n");
    driver.feed("RSET\r\nMAIL FROM:<a@x.test>\r\n");
    CHECK(driver.say("RCPT TO:<\xc3\xa9@y.test>\r\n") == "553 5.6.7 An address in UTF-8 needs SMTPUTF8\r\n");
}

TEST_CASE("What the caller refuses") {
    auto driver = begun();
    driver.on_mail = {550, "5.7.1", "Not you"};
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\n") == "550 5.7.1 Not you\r\n");
    CHECK(driver.say("RCPT TO:<b@y.test>\r\n") == "503 5.5.1 Say MAIL first\r\n");
    driver.on_mail = replies::sender_accepted();
    driver.on_rcpt = [](const RcptTo& to) {
        return to.recipient.local == "b" ? replies::recipient_accepted() : replies::unknown_recipient();
    };
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\n") ==
          "250 2.1.0 Sender accepted\r\n250 2.1.5 Recipient accepted\r\n550 5.1.1 No such mailbox here\r\n");
    driver.on_message = [] { return replies::try_later(); };
    CHECK(driver.say("DATA\r\nx\r\n.\r\n") == "354 End with a line that holds a dot alone\r\n"
                                              "451 4.3.0 Something failed on our side, try again later\r\n");
    CHECK_FALSE(driver.machine.in_transaction());
    driver.on_data = replies::try_later();
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\nNOOP\r\n")
              .ends_with("451 4.3.0 Something failed on our side, try again later\r\n250 2.0.0 OK\r\n"));
}

TEST_CASE("A 421 of the caller ends the connection") {
    auto driver = ready();
    driver.on_message = [] { return replies::too_busy(); };
    CHECK(driver.say("DATA\r\nx\r\n.\r\nNOOP\r\n").ends_with("421 4.3.2 Too busy, try again later\r\n"));
    CHECK(driver.events.ends_with("closing\n"));
    CHECK(driver.machine.is_closed());
}

TEST_CASE("Pipelined input waits for answers, bounded") {
    auto options = mx_options();
    options.limits.pipelined_octets = 1000;
    auto driver = begun(options);
    driver.answer = false;
    driver.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n");
    CHECK(driver.events == "ehlo client.test\nmail <a@x.test>\n");
    CHECK(driver.machine.is_waiting());
    CHECK(driver.machine.wants_input());
    driver.feed(std::string(1000, 'x'));
    CHECK_FALSE(driver.machine.wants_input());
    driver.machine.reply(replies::sender_accepted());
    driver.pump();
    CHECK(driver.events.ends_with("rcpt <b@y.test>\n"));
    driver.machine.close(replies::timed_out());
    driver.pump();
    CHECK(driver.output.ends_with("421 4.4.2 Nothing heard for too long\r\n"));
    CHECK(driver.events.ends_with("closing\n"));
    CHECK(driver.machine.buffered() == 0);
}

TEST_CASE("BDAT") {
    auto driver = ready();
    CHECK(driver.say("BDAT 5\r\n.\r\n..") == "250 2.0.0 5 octets received\r\n");
    CHECK(driver.say("RCPT TO:<c@y.test>\r\n") == "503 5.5.1 The message has begun\r\n");
    CHECK(driver.say("DATA\r\n") == "503 5.5.1 The message has begun with BDAT\r\n");
    CHECK(driver.say("BDAT 2 last\r\n\r\n") == "250 2.6.0 Stored\r\n");
    CHECK(driver.events.ends_with("data\nmessage 7 [.\r\n..\r\n]\n"));
    CHECK(driver.say("BDAT 6 LAST\r\nQUIT\r\n") == "503 5.5.1 Say MAIL first\r\n");
    driver.feed("MAIL FROM:<a@x.test>\r\n");
    CHECK(driver.say("BDAT 6\r\nQUIT\r\n") == "554 5.5.1 No valid recipients\r\n");
    driver.feed("RCPT TO:<b@y.test>\r\n");
    CHECK(driver.say("BDAT 0 LAST\r\n") == "250 2.6.0 Stored\r\n");
    driver.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n");
    driver.on_data = replies::try_later();
    CHECK(driver.say("BDAT 6 LAST\r\nQUIT\r\n") ==
          "451 4.3.0 Something failed on our side, try again later\r\n");
    CHECK(driver.say("BDAT 1 LAST\r\nx") == "503 5.5.1 Say MAIL first\r\n");
    CHECK(driver.say("BDAT x\r\n") == "501 5.5.4 BDAT octets [LAST] is expected\r\n");
    CHECK(driver.machine.is_closed());
}

TEST_CASE("BDAT keeps to CRLF too") {
    auto driver = ready();
    CHECK(
        driver.say("BDAT 3\r\na\nbNOOP\r\n") ==
        "554 5.6.0 The message has a bare CR or LF; lines end in CRLF (RFC 5321 2.3.8)\r\n250 2.0.0 OK\r\n");
    CHECK(driver.events.ends_with("data\naborted\n"));
    driver = ready();
    CHECK(driver.say("BDAT 2 LAST\r\na\r").starts_with("554 5.6.0 "));
}

TEST_CASE("LMTP: one reply a recipient") {
    Driver driver(lmtp_options());
    driver.lmtp = true;
    CHECK(driver.output == "220 lmtp.test LMTP Facteur\r\n");
    CHECK(driver.say("EHLO x\r\n") == "500 5.5.1 Unknown command\r\n");
    CHECK(driver.say("LHLO x\r\n").starts_with("250-lmtp.test\r\n250-PIPELINING\r\n"));
    driver.on_rcpt = [](const RcptTo& to) {
        return to.recipient.local == "no" ? replies::unknown_recipient() : replies::recipient_accepted();
    };
    driver.feed(
        "MAIL FROM:<>\r\nRCPT TO:<a@y.test>\r\nRCPT TO:<no@y.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n");
    int round = 0;
    driver.on_message = [&] { return ++round == 1 ? Reply{250, "2.0.0", "One"} : replies::mailbox_full(); };
    CHECK(driver.say("x\r\n.\r\nNOOP\r\n") ==
          "250 2.0.0 One\r\n452 4.2.2 This mailbox is full, try again later\r\n250 2.0.0 OK\r\n");
    driver.feed("MAIL FROM:<>\r\nRCPT TO:<a@y.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n");
    const std::string bare =
        "554 5.6.0 The message has a bare CR or LF; lines end in CRLF (RFC 5321 2.3.8)\r\n";
    CHECK(driver.say("x\ny\r\n.\r\nNOOP\r\n") == bare + bare + "250 2.0.0 OK\r\n");
}

TEST_CASE("STARTTLS drops what was pipelined behind it and forgets what was before") {
    Driver driver(submission_options());
    driver.feed("EHLO client.test\r\n");
    CHECK(driver.output.find("250-STARTTLS\r\n") != std::string::npos);
    CHECK(driver.output.find("AUTH") == std::string::npos);
    CHECK(driver.say("STARTTLS x\r\n") == "501 5.5.4 This command takes no argument\r\n");
    CHECK(driver.say("STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<a@x.test>\r\n") == "220 2.0.0 Start TLS\r\n");
    CHECK(driver.machine.is_tls());
    CHECK(driver.events == "ehlo client.test\nstarttls\n");
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\n") == "503 5.5.1 Say hello first\r\n");
    const auto again = driver.say("EHLO client.test\r\n");
    CHECK(again.find("STARTTLS") == std::string::npos);
    CHECK(again.find("250-AUTH PLAIN LOGIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS\r\n") != std::string::npos);
    CHECK(driver.say("STARTTLS\r\n") == "503 5.5.1 TLS is on already\r\n");
}

TEST_CASE("STARTTLS: bytes before the handshake is done are dropped; a transaction ends") {
    auto options = submission_options();
    options.role = Role::mx;
    auto driver = ready(options);
    driver.answer = false;
    driver.feed("STARTTLS\r\n");
    CHECK(driver.events.ends_with("aborted\nstarttls\n"));
    driver.feed("NOOP\r\n");
    CHECK(driver.output.ends_with("220 2.0.0 Start TLS\r\n"));
    CHECK(driver.machine.buffered() == 0);
    driver.machine.tls_started();
    CHECK(driver.say("NOOP\r\n") == "250 2.0.0 OK\r\n");
}

TEST_CASE("Submission wants TLS, then a sign-in") {
    Driver driver(submission_options());
    driver.feed("EHLO client.test\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\n") == "530 5.7.0 Start TLS first\r\n");
    CHECK(driver.say("AUTH PLAIN AGEAYg==\r\n") == "538 5.7.11 Start TLS first\r\n");
    driver.feed("STARTTLS\r\n");
    CHECK(driver.say("AUTH PLAIN AGEAYg==\r\n") == "503 5.5.1 Say EHLO first\r\n");
    driver.feed("EHLO client.test\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\n") == "530 5.7.0 Sign in first\r\n");
    CHECK(driver.say("AUTH CRAM-MD5\r\n") == "504 5.5.4 Unknown mechanism\r\n");
    CHECK(driver.say("AUTH PLAIN !\r\n") == "501 5.5.2 Malformed base64\r\n");
    CHECK(driver.say("auth plain YWI=\r\n") == "235 2.7.0 Welcome\r\n");
    CHECK(driver.events.ends_with("auth PLAIN [ab]\n"));
    CHECK(driver.say("AUTH PLAIN YWI=\r\n") == "503 5.5.1 You are signed in already\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test>\r\n") == "250 2.1.0 Sender accepted\r\n");
}

TEST_CASE("AUTH: challenges, cancelling, failures") {
    auto options = submission_options();
    options.tls = true;
    options.limits.auth_failures = 2;
    auto driver = begun(options);
    CHECK(driver.say("AUTH LOGIN\r\n") == "334 d2hvPw==\r\n");
    CHECK(driver.say("*\r\n") == "501 5.7.0 Sign-in cancelled\r\n");
    CHECK(driver.say("AUTH LOGIN\r\nYmFk\r\n") == "334 d2hvPw==\r\n535 5.7.8 No\r\n");
    CHECK(driver.say("AUTH LOGIN\r\nxx\r\n") == "334 d2hvPw==\r\n501 5.5.2 Malformed base64\r\n");
    CHECK(driver.say("AUTH LOGIN =\r\n") == "235 2.7.0 Welcome\r\n");
    CHECK(driver.events.ends_with("auth LOGIN []\n"));
    auto other = begun(options);
    other.feed("AUTH LOGIN\r\nYmFk\r\n");
    CHECK(other.say("AUTH LOGIN\r\nYmFk\r\n") ==
          "334 d2hvPw==\r\n535 5.7.8 No\r\n421 4.7.0 Too many failed sign-ins\r\n");
    CHECK(other.machine.is_closed());
}

TEST_CASE("AUTH on loopback without TLS, when configured so") {
    auto options = submission_options();
    options.auth_without_tls = true;
    auto driver = begun(options);
    CHECK(driver.output.find("250-AUTH PLAIN LOGIN SCRAM-SHA-256\r\n") != std::string::npos);
    CHECK(driver.say("AUTH PLAIN YWI=\r\n") == "235 2.7.0 Welcome\r\n");
    CHECK(driver.say("STARTTLS\r\n") == "503 5.5.1 Too late: you are signed in\r\n");
}

TEST_CASE("FUTURERELEASE is offered to submissions") {
    auto options = submission_options();
    options.tls = true;
    auto driver = begun(options);
    CHECK(driver.output.ends_with("250 FUTURERELEASE 86400 2026-11-25T16:00:00Z\r\n"));
    driver.feed("AUTH PLAIN YWI=\r\n");
    CHECK(driver.say("MAIL FROM:<a@x.test> HOLDFOR=86401\r\n") ==
          "501 5.5.4 Bad parameter HOLDFOR: too far in the future\r\n");
    driver.answer = false;
    driver.machine.feed("MAIL FROM:<a@x.test> HOLDFOR=60\r\n", test_now);
    const auto event = driver.machine.next();
    REQUIRE(event);
    CHECK(std::get<MailFrom>(*event).parameters.hold_until == test_now + 60);
}
