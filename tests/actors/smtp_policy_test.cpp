#include "actors/delivery/sub_address.h"
#include "actors/session/smtp/budget.h"
#include "actors/session/smtp/message_fields.h"
#include "actors/session/smtp/networks.h"
#include "actors/session/smtp/pace.h"

#include <catch2/catch.hpp>

using namespace facteur;

// ---- networks

TEST_CASE("relay networks hold what their prefix says") {
    const auto networks = Networks::parse({"10.21.0.0/16", "192.0.2.7", "2001:db8::/33", "0.0.0.0/32"});
    REQUIRE(networks.has_value());
    CHECK(networks->contains("10.21.0.0"));
    CHECK(networks->contains("10.21.255.255"));
    CHECK_FALSE(networks->contains("10.22.0.0"));
    CHECK(networks->contains("192.0.2.7"));
    CHECK_FALSE(networks->contains("192.0.2.6"));
    CHECK(networks->contains("2001:db8:7fff::1"));
    CHECK_FALSE(networks->contains("2001:db8:8000::1"));
    CHECK(networks->contains("::ffff:10.21.3.4")); // an IPv4 peer on a socket of both
    CHECK_FALSE(networks->contains("::10.21.3.4"));
    CHECK_FALSE(networks->contains("unix"));
    CHECK_FALSE(networks->contains(""));
    CHECK_FALSE(Networks().contains("10.21.0.1"));
    CHECK(Networks::parse({"0.0.0.0/0"})->contains("203.0.113.9"));
    CHECK_FALSE(Networks::parse({"0.0.0.0/0"})->contains("2001:db8::1"));
}

TEST_CASE("what is no network is named") {
    for (const auto* text :
         {"", "10.21", "10.21.0.0/33", "10.21.0.1/16", "10.21.0.0/", "10.21.0.0/-1", "10.21.0.0/8x", "::/129",
          "2001:db8::1/32", "all", "10.0.0.0/8 ", "010.0.0.0/8"}) {
        INFO(text);
        const auto networks = Networks::parse({"192.0.2.0/24", text});
        REQUIRE_FALSE(networks.has_value());
        CHECK(networks.error().message.find("\"" + std::string(text) + "\"") != std::string::npos);
    }
}

// ---- pace

TEST_CASE("a command must be whole in time, however its octets come") {
    Pace pace(300'000, 1000);
    CHECK_FALSE(pace.is_late(301'000));
    CHECK(pace.is_late(301'001));
    pace.answered(200'000);
    CHECK_FALSE(pace.is_late(500'000));
    CHECK(pace.is_late(500'001));
}

TEST_CASE("text buys time by its octets, also one by one") {
    Pace pace(10'000, 0);
    pace.text(5'000); // five seconds at the least rate
    CHECK_FALSE(pace.is_late(15'000));
    CHECK(pace.is_late(15'001));
    Pace drip(10'000, 0);
    for (int i = 0; i < 5'000; ++i)
        drip.text(1);
    CHECK_FALSE(drip.is_late(15'000));
    CHECK(drip.is_late(15'001));
    CHECK_FALSE(Pace(0, 0).is_late(1'000'000'000)); // no limit
}

// ---- memory

TEST_CASE("the budget is never passed, and comes back") {
    Budget budget(100);
    {
        Reservation first(budget), second(budget);
        CHECK(first.grow(60));
        CHECK_FALSE(second.grow(41));
        CHECK(second.grow(40));
        CHECK_FALSE(first.grow(1));
        CHECK(budget.used() == 100);
        CHECK_FALSE(budget.has(1));
    }
    CHECK(budget.used() == 0);
    CHECK(budget.has(100));
    CHECK_FALSE(budget.has(101));
    CHECK_FALSE(budget.take(~0ull));
}

// ---- header fields

namespace {

Stamp stamp_of(bool submitted) {
    Stamp stamp;
    stamp.sender = smtp::Mailbox{"anne", "academie.test"};
    stamp.received.helo = "client.test";
    stamp.received.client = "192.0.2.1";
    stamp.received.by = "mx.academie.test";
    stamp.received.id = "0A1B";
    stamp.received.at = 1'764'000'000;
    stamp.submitted = submitted;
    return stamp;
}

const std::string trace = "Return-Path: <anne@academie.test>\r\n"
                          "Received: from client.test ([192.0.2.1])\r\n"
                          "\tby mx.academie.test with ESMTP id 0A1B;\r\n"
                          "\tMon, 24 Nov 2025 16:00:00 +0000\r\n";

std::string stamped(std::string message, bool submitted = false) {
    stamp(message, stamp_of(submitted));
    return message;
}

} // namespace

TEST_CASE("trace fields come first, and there is one Return-Path") {
    CHECK(stamped("From: a@b.test\r\n\r\nHello\r\n") == trace + "From: a@b.test\r\n\r\nHello\r\n");
    CHECK(stamped(
              "Return-Path: <x@y.test>\r\nFrom: a@b.test\r\nRETURN-PATH:\r\n <z@y.test>\r\nSubject: s\r\n\r\n"
              "Return-Path: stays\r\n") ==
          trace + "From: a@b.test\r\nSubject: s\r\n\r\nReturn-Path: stays\r\n");
}

TEST_CASE("a relayed message is not completed, and keeps its Bcc") {
    CHECK(stamped("Bcc: c@d.test\r\nSubject: s\r\n\r\nx\r\n") ==
          trace + "Bcc: c@d.test\r\nSubject: s\r\n\r\nx\r\n");
}

TEST_CASE("a submission gets Date and Message-ID when they lack, and loses Bcc") {
    const std::string added =
        "Date: Mon, 24 Nov 2025 16:00:00 +0000\r\nMessage-ID: <0A1B@mx.academie.test>\r\n";
    CHECK(stamped("From: a@b.test\r\nBcc: c@d.test,\r\n e@f.test\r\nTo: g@h.test\r\n\r\nx\r\n", true) ==
          trace + added + "From: a@b.test\r\nTo: g@h.test\r\n\r\nx\r\n");
    CHECK(stamped("date: Mon, 1 Jan 2024 00:00:00 +0000\r\nMessage-id: <1@b.test>\r\n\r\nx\r\n", true) ==
          trace + "date: Mon, 1 Jan 2024 00:00:00 +0000\r\nMessage-id: <1@b.test>\r\n\r\nx\r\n");
}

TEST_CASE("text without a header does not become one") {
    CHECK(stamped("Hello, how are you\r\n") == trace + "\r\nHello, how are you\r\n");
    CHECK(stamped("\r\nHello\r\n") == trace + "\r\nHello\r\n");
    CHECK(stamped(" folded\r\n\r\nx\r\n") == trace + "\r\n folded\r\n\r\nx\r\n");
    CHECK(stamped("") == trace);
}

TEST_CASE("the body is the same to the octet") {
    std::string body(100'000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>(i * 31 % 251);
    CHECK(stamped("Subject: s\r\n\r\n" + body) == trace + "Subject: s\r\n\r\n" + body);
}

TEST_CASE("an author must be the user, in every address of From and Sender") {
    const auto is_own = [](std::string_view address) { return address == "anne@academie.test"; };
    const auto judged = [&](const std::string& header) {
        return refuse_author(header + "\r\nx\r\n", is_own);
    };
    CHECK_FALSE(judged("From: Anne <anne@academie.test>\r\n"));
    CHECK_FALSE(judged("From: \"pierre@academie.test\" <anne@academie.test>\r\n"));
    CHECK_FALSE(judged("From: anne@academie.test\r\nSender: anne@academie.test\r\n"));
    CHECK(judged("From: pierre@academie.test\r\n")->status == "5.7.1");
    CHECK(judged("From: anne@academie.test, pierre@academie.test\r\n")->status == "5.7.1");
    CHECK(judged("From: anne@academie.test\r\nSender: pierre@academie.test\r\n")->status == "5.7.1");
    CHECK(judged("From: anne@academie.test\r\nFrom: pierre@academie.test\r\n")->status == "5.6.0");
    CHECK(judged("From: pierre@academie.test\r\nFrom: anne@academie.test\r\n")->status == "5.6.0");
    CHECK(judged("Subject: no author\r\n")->status == "5.6.0");
    CHECK(judged("From:\r\n")->status == "5.6.0");
}

TEST_CASE("the same octets are the same message when something marks them") {
    const std::string message = "Message-ID: <1@b.test>\r\n\r\nx\r\n";
    CHECK_FALSE(delivery_key(message).empty());
    CHECK(delivery_key(message) == delivery_key(message));
    CHECK(delivery_key(message) != delivery_key("Message-ID: <1@b.test>\r\n\r\ny\r\n"));
    CHECK(delivery_key("Subject: s\r\n\r\nx\r\n").empty());
    CHECK(delivery_key("Message-ID:\r\n\r\nx\r\n").empty());
    CHECK(delivery_key("\r\nMessage-ID: <1@b.test>\r\n").empty());
    CHECK_FALSE(delivery_key("Received: by b.test id 7; x\r\n\r\nx\r\n").empty());
    CHECK_FALSE(delivery_key("date: Mon, 24 Nov 2025 16:00:00 +0000\r\n\r\nx\r\n").empty());
}

// ---- sub-addresses

TEST_CASE("the detail stands behind the first plus of the local part") {
    CHECK(detail_of("anne+2nde4@academie.test") == "2nde4");
    CHECK(detail_of("anne+a+b@academie.test") == "a+b");
    CHECK(detail_of("anne@a+b.test").empty());
    CHECK(detail_of("+x@academie.test").empty());
    CHECK(detail_of("anne+@academie.test").empty());
    CHECK(detail_of("anne+jury") == "jury");
}
