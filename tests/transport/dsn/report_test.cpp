#include "transport/dsn/report.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::dsn;

namespace {

Report two_recipients() {
    Report report;
    report.host = "mx.ac-exemple.test";
    report.envelope_id = "s4 x";
    report.arrival = 1'795'852'800;
    RecipientReport full;
    full.address = "plein@exemple.test";
    full.original = smtp::OriginalRecipient{"rfc822", "alias@exemple.test"};
    full.status = "5.2.2";
    full.remote_host = "mx.exemple.test";
    full.diagnostic = "552 5.2.2 The mailbox is full";
    full.last_attempt = 1'795'852'860;
    RecipientReport late;
    late.address = "élève@exemple.test";
    late.action = Action::delayed;
    late.status = "4.4.1";
    late.diagnostic = "The host does not answer";
    late.diagnostic_type = "x-facteur";
    late.retry_until = 1'796'284'800;
    report.recipients = {full, late};
    return report;
}

} // namespace

TEST_CASE("the fields of RFC 3464, with UTF-8 as RFC 6533 has it") {
    CHECK(write_fields(two_recipients(), true) == "Original-Envelope-Id: s4 x\r\n"
                                                  "Reporting-MTA: dns; mx.ac-exemple.test\r\n"
                                                  "Arrival-Date: Sat, 28 Nov 2026 08:00:00 +0000\r\n"
                                                  "\r\n"
                                                  "Original-Recipient: rfc822; alias@exemple.test\r\n"
                                                  "Final-Recipient: rfc822; plein@exemple.test\r\n"
                                                  "Action: failed\r\n"
                                                  "Status: 5.2.2\r\n"
                                                  "Remote-MTA: dns; mx.exemple.test\r\n"
                                                  "Diagnostic-Code: smtp; 552 5.2.2 The mailbox is full\r\n"
                                                  "Last-Attempt-Date: Sat, 28 Nov 2026 08:01:00 +0000\r\n"
                                                  "\r\n"
                                                  "Final-Recipient: utf-8; élève@exemple.test\r\n"
                                                  "Action: delayed\r\n"
                                                  "Status: 4.4.1\r\n"
                                                  "Diagnostic-Code: x-facteur; The host does not answer\r\n"
                                                  "Will-Retry-Until: Thu, 03 Dec 2026 08:00:00 +0000\r\n");
    CHECK(write_fields(two_recipients(), false)
              .find("Final-Recipient: utf-8; \\x{E9}l\\x{E8}ve@exemple.test\r\n") != std::string::npos);
}

TEST_CASE("what is written is read again") {
    for (const bool utf8 : {true, false})
        CHECK(read_fields(write_fields(two_recipients(), utf8)) == two_recipients());
    auto far = two_recipients();
    far.recipients[1].address = "\U0001F600\u20AC@exemple.test";
    CHECK(read_fields(write_fields(far, false)) == far);
}

TEST_CASE("nothing from outside ends a field, and lines stay short") {
    Report report;
    report.host = "mx";
    report.envelope_id = "a\r\nEvil: 1\n\nb\xff";
    RecipientReport one;
    one.address = "x@y.test";
    one.original = smtp::OriginalRecipient{"rfc822\r\n", "p\r\n\r\nq"};
    one.diagnostic = "550 " + std::string(5000, 'x') + "  " + std::string(300, ' ') + "end";
    report.recipients = {one};
    const auto text = write_fields(report, true);
    CHECK(text.starts_with("Original-Envelope-Id: a??Evil: 1??b\uFFFD\r\n"));
    CHECK(text.find("\r\nOriginal-Recipient: rfc822??; p????q\r\n") != std::string::npos);
    CHECK(text.find("\r\nStatus: 5.0.0\r\n") != std::string::npos);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find("\r\n", at);
        REQUIRE(end != std::string::npos);
        CHECK(end - at <= 998);
        at = end + 2;
    }
    const auto read = read_fields(text);
    REQUIRE(read.recipients.size() == 1);
    CHECK(read.recipients[0].address == "x@y.test");
}

TEST_CASE("a long diagnostic is folded and read whole") {
    auto report = two_recipients();
    report.recipients[0].diagnostic =
        "550 5.7.1 One two three four five six seven eight nine ten eleven twelve "
        "thirteen fourteen fifteen";
    const auto text = write_fields(report, true);
    CHECK_THAT(text,
               Catch::Contains("Diagnostic-Code: smtp; 550 5.7.1 One two three four five six seven eight\r\n"
                               " nine ten eleven"));
    CHECK(read_fields(text) == report);
}

TEST_CASE("reports of other servers") {
    const auto report =
        read_fields("\n\nReporting-MTA: dns;mail.example.test\nX-Other: y\n\n\n"
                    "FINAL-RECIPIENT: RFC822; <a@example.test>\n"
                    "action: Failed (really)\nstatus: 5.1.1 (no such user)\n"
                    "Diagnostic-Code: smtp;\n 550 5.1.1\n\tgone\n\n"
                    "Original-Recipient: rfc822;b@example.test\nStatus: 4.4.7\n\n"
                    "Status: 5.0.0\n\n"
                    "Final-Recipient: utf-8; \\x{E9}\\x{40}\\x{D800}\\x{}\\x{1234567}x@y.test\n"
                    "Action: what\nStatus: nine");
    CHECK(report.host == "mail.example.test");
    REQUIRE(report.recipients.size() == 3);
    CHECK(report.recipients[0].address == "a@example.test");
    CHECK(report.recipients[0].action == Action::failed);
    CHECK(report.recipients[0].status == "5.1.1");
    CHECK(report.recipients[0].diagnostic == "550 5.1.1 gone");
    CHECK(report.recipients[1].address == "b@example.test");
    CHECK(report.recipients[1].action == Action::delayed);
    // What is no character outside ASCII stays as it is.
    CHECK(report.recipients[2].address == "é\\x{40}\\x{D800}\\x{}\\x{1234567}x@y.test");
    CHECK(report.recipients[2].action == Action::failed);
    CHECK(report.recipients[2].status.empty());
    CHECK(read_fields("").recipients.empty());
}
