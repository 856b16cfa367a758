#include "tests/transport/smtp/driver.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {

const std::string evil = "MAIL FROM:<evil@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\nSmuggled\r\n.\r\n";

// What comes of a message with `inside` before its real end.
Driver with_text(const std::string& inside, bool byte_by_byte) {
    Driver driver(mx_options());
    driver.feed("EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n");
    const auto all = "Subject: x\r\n\r\nbody" + inside + "\r\n.\r\n";
    if (!byte_by_byte)
        driver.feed(all);
    else
        for (const char c : all)
            driver.feed(std::string_view(&c, 1));
    return driver;
}

} // namespace

TEST_CASE("SMTP smuggling: nothing but CRLF.CRLF ends a message, and a bare CR or LF refuses it") {
    for (const char* end : {"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\n.\r", "\r.\n", "\r.\r\n",
                            "\r\n.\r\r\n", "\r\r\n.\r\r\n", "\n\n.\n\n", "\r\n\n.\r\n", "\r\n.\r\0\n"}) {
        for (const bool slow : {false, true}) {
            INFO(end << slow);
            auto driver = with_text(end + evil.substr(0, evil.size() - 5), slow);
            CHECK(driver.events == "ehlo c.test\nmail <a@x.test>\nrcpt <b@y.test>\ndata\naborted\n");
            CHECK(driver.output.ends_with(
                "354 End with a line that holds a dot alone\r\n"
                "554 5.6.0 The message has a bare CR or LF; lines end in CRLF (RFC 5321 2.3.8)\r\n"));
            CHECK(driver.say("NOOP\r\n") == "250 2.0.0 OK\r\n");
        }
    }
}

TEST_CASE("Dots are taken off, lines with dots inside are not") {
    for (const bool slow : {false, true}) {
        auto driver = with_text("\r\n..\r\n...\r\n.x\r\nx.\r\n. \r\n\r\n..", slow);
        CHECK(driver.message == "Subject: x\r\n\r\nbody\r\n.\r\n..\r\nx\r\nx.\r\n \r\n\r\n.\r\n");
        CHECK(driver.output.ends_with("250 2.6.0 Stored\r\n"));
    }
}

TEST_CASE("A command with a bare CR, LF or NUL is none") {
    Driver driver(mx_options());
    driver.feed("EHLO c.test\r\n");
    const std::string bad = "500 5.5.2 A command has a bare CR, a bare LF or a NUL; lines end in CRLF\r\n";
    CHECK(driver.say("NOOP\nNOOP\r\n") == bad);
    CHECK(driver.say("NOOP\rNOOP\r\n") == bad);
    CHECK(driver.say("NOOP\r\r\n") == bad);
    CHECK(driver.say(std::string("NOOP\0\r\n", 7)) == bad);
    CHECK(driver.say("MAIL FROM:<a@x.test>\nRCPT TO:<b@y.test>\r\n") == bad);
    CHECK(driver.say("NOOP\n").empty());
    CHECK(driver.events == "ehlo c.test\n");
}
