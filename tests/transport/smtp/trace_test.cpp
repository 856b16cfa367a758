#include "transport/smtp/trace.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {
Received example() {
    Received r;
    r.helo = "client.test";
    r.client = "192.0.2.1";
    r.by = "mx.test";
    r.id = "abc123";
    r.at = 1795536000;
    return r;
}
} // namespace

TEST_CASE("Received") {
    auto r = example();
    CHECK(received_field(r) == "Received: from client.test ([192.0.2.1])\r\n"
                               "\tby mx.test with ESMTP id abc123;\r\n"
                               "\tTue, 24 Nov 2026 16:00:00 +0000\r\n");
    r.client = "2001:db8::1";
    r.tls_version = "TLSv1.3";
    r.tls_cipher = "TLS_AES_256_GCM_SHA384";
    r.authenticated = true;
    r.recipient = Mailbox{"a b", "x.test"};
    CHECK(received_field(r) == "Received: from client.test ([IPv6:2001:db8::1])\r\n"
                               "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n"
                               "\tby mx.test with ESMTPSA id abc123\r\n"
                               "\tfor <\"a b\"@x.test>;\r\n"
                               "\tTue, 24 Nov 2026 16:00:00 +0000\r\n");
}

TEST_CASE("With: RFC 3848 and RFC 6531") {
    const auto with = [](bool lmtp, bool extended, bool tls, bool auth, bool utf8) {
        Received r;
        r.lmtp = lmtp;
        r.extended = extended;
        r.tls_version = tls ? "TLSv1.3" : "";
        r.authenticated = auth;
        r.utf8 = utf8;
        return with_protocol(r);
    };
    CHECK(with(false, false, false, false, false) == "SMTP");
    CHECK(with(false, true, false, false, false) == "ESMTP");
    CHECK(with(false, true, true, false, false) == "ESMTPS");
    CHECK(with(false, true, false, true, false) == "ESMTPA");
    CHECK(with(false, true, true, true, false) == "ESMTPSA");
    CHECK(with(false, true, true, true, true) == "UTF8SMTPSA");
    CHECK(with(true, true, true, false, false) == "LMTPS");
    CHECK(with(true, true, false, false, true) == "UTF8LMTP");
}

TEST_CASE("Nobody writes a header field by his host name") {
    auto r = example();
    r.helo = "x\r\nBcc: y (a;b)";
    CHECK(received_field(r).starts_with("Received: from x??Bcc:?y??a?b? ([192.0.2.1])\r\n"));
    r.helo = "";
    CHECK(received_field(r).starts_with("Received: from unknown ("));
}

TEST_CASE("Return-Path and dates") {
    CHECK(return_path_field(std::nullopt) == "Return-Path: <>\r\n");
    CHECK(return_path_field(Mailbox{"a", "x.test"}) == "Return-Path: <a@x.test>\r\n");
    CHECK(date_time(0) == "Thu, 01 Jan 1970 00:00:00 +0000");
    CHECK(date_time(1709164800 + 86399) == "Thu, 29 Feb 2024 23:59:59 +0000");
}

TEST_CASE("Hops are counted in the header alone") {
    CHECK(count_hops("Received: a\r\n\tReceived: no\r\nreceived : b\r\nReceived-SPF: no\r\nX: "
                     "y\r\n\r\nReceived: body\r\n") == 2);
    CHECK(count_hops("") == 0);
    CHECK(count_hops("Received") == 0);
    std::string loop;
    for (int i = 0; i < 51; ++i)
        loop += "Received: x\r\n";
    CHECK(count_hops(loop) == 51);
}
