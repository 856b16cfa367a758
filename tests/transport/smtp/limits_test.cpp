#include "tests/transport/smtp/driver.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {

Options limited(void (*set)(Limits&)) {
    auto options = mx_options();
    set(options.limits);
    return options;
}
Driver ready(void (*set)(Limits&)) {
    Driver driver(limited(set));
    driver.feed("EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n");
    return driver;
}
std::string last_line(const std::string& output) {
    const auto at = output.rfind("\r\n", output.size() - 3);
    return output.substr(at == std::string::npos ? 0 : at + 2);
}

} // namespace

TEST_CASE("Message size: told, and held to while receiving") {
    auto driver = ready([](Limits& l) { l.message_octets = 20; });
    CHECK(driver.output.find("250-SIZE 20\r\n") != std::string::npos);
    driver.feed("DATA\r\n0123456789\r\n012345\r\n.\r\n");
    CHECK(last_line(driver.output) == "250 2.6.0 Stored\r\n"); // 20 octets
    driver.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n0123456789\r\n0123456\r\n.\r\n");
    CHECK(last_line(driver.output) == "552 5.3.4 The message is too large\r\n");
    CHECK(driver.say("NOOP\r\n") == "250 2.0.0 OK\r\n");
    driver.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nBDAT 21 LAST\r\n0123456789\r\n0123456\r\n");
    CHECK(last_line(driver.output) == "552 5.3.4 The message is too large\r\n");
    driver.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n" + std::string(50, 'x'));
    CHECK(last_line(driver.output) == "552 5.3.4 The message is too large\r\n");
    CHECK(driver.machine.is_closed()); // who sends twice the limit does not stop
}

TEST_CASE("BDAT of more than twice the limit hangs up at once") {
    auto driver = ready([](Limits& l) { l.message_octets = 20; });
    CHECK(driver.say("BDAT 41 LAST\r\n") == "552 5.3.4 The message is too large\r\n");
    CHECK(driver.machine.is_closed());
    auto other = ready([](Limits&) {});
    CHECK(other.say("BDAT 18446744073709551616\r\n") == "501 5.5.4 BDAT octets [LAST] is expected\r\n");
}

TEST_CASE("Recipients of a message") {
    auto driver = ready([](Limits& l) { l.recipients = 2; });
    CHECK(driver.say("RCPT TO:<c@y.test>\r\n") == "250 2.1.5 Recipient accepted\r\n");
    CHECK(driver.say("RCPT TO:<d@y.test>\r\n") ==
          "452 4.5.3 Too many recipients, send again for the rest\r\n");
    CHECK(driver.say("DATA\r\n.\r\n").ends_with("250 2.6.0 Stored\r\n"));
}

TEST_CASE("Length of a command line") {
    auto driver = ready([](Limits& l) { l.command_octets = 100; });
    CHECK(driver.say("NOOP " + std::string(93, 'x') + "\r\n") == "250 2.0.0 OK\r\n");
    CHECK(driver.say("NOOP " + std::string(94, 'x') + "\r\n") == "500 5.5.2 Line too long\r\n");
    CHECK(driver.say("NOOP\r\n") == "250 2.0.0 OK\r\n");
    CHECK(driver.machine.buffered() == 0);
    driver.feed(std::string(1'100'000, 'x'));
    CHECK(driver.machine.is_closed());
}

TEST_CASE("Length of a line of AUTH") {
    auto options = submission_options();
    options.tls = true;
    Driver driver(options);
    driver.feed("EHLO c.test\r\n");
    CHECK(driver.say("AUTH LOGIN\r\n" + std::string(12'292, 'A') + "\r\n") ==
          "334 d2hvPw==\r\n500 5.5.6 Line too long\r\n");
    CHECK(driver.say("AUTH LOGIN\r\n" + std::string(12'284, 'A') + "\r\n") ==
          "334 d2hvPw==\r\n235 2.7.0 Welcome\r\n");
}

TEST_CASE("Length of a line of text, and of the header") {
    auto driver = ready([](Limits& l) { l.text_line_octets = 1000; });
    CHECK(
        driver.say("DATA\r\n\r\n" + std::string(1000, 'x') + "\r\n.\r\n").ends_with("250 2.6.0 Stored\r\n"));
    driver.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n");
    CHECK(driver.say("DATA\r\n\r\n" + std::string(1001, 'x') + "\r\n.\r\n")
              .ends_with("554 5.6.0 A line of the message is too long\r\n"));
    auto other = ready([](Limits& l) { l.header_octets = 1000; });
    const std::string field = "X: " + std::string(95, 'x') + "\r\n"; // 100 octets
    std::string nine, ten;
    for (int i = 0; i < 10; ++i)
        (i < 9 ? nine : ten) += field;
    CHECK(other.say("DATA\r\n" + nine + "\r\n" + ten + ten + "\r\n.\r\n").ends_with("250 2.6.0 Stored\r\n"));
    other.feed("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n");
    CHECK(other.say("DATA\r\n" + nine + ten + "\r\nx\r\n.\r\n")
              .ends_with("552 5.3.4 The header of the message is too large\r\n"));
}

TEST_CASE("Errors, refused recipients, transactions and idle commands end in 421") {
    auto errors = ready([](Limits& l) { l.errors = 3; });
    CHECK(errors.say("X\r\nX\r\nX\r\nNOOP\r\n")
              .ends_with("500 5.5.1 Unknown command\r\n421 4.7.0 Too many errors\r\n"));
    CHECK(errors.events.ends_with("closing\n"));

    auto refused = ready([](Limits& l) { l.refused_recipients = 2; });
    refused.on_rcpt = [](const RcptTo&) { return replies::unknown_recipient(); };
    CHECK(refused.say("RCPT TO:<c@y.test>\r\nRCPT TO:<d@y.test>\r\nNOOP\r\n")
              .ends_with("550 5.1.1 No such mailbox here\r\n421 4.7.0 Too many recipients refused\r\n"));

    auto transactions = ready([](Limits& l) { l.transactions = 2; });
    CHECK(transactions.say("RSET\r\nMAIL FROM:<a@x.test>\r\nRSET\r\nMAIL FROM:<a@x.test>\r\n")
              .ends_with("421 4.7.0 Enough messages on one connection, come again\r\n"));

    auto idle = ready([](Limits& l) { l.idle_commands = 3; });
    CHECK(
        idle.say("NOOP\r\nRSET\r\nNOOP\r\n").ends_with("421 4.7.0 Too many commands without a message\r\n"));
}
