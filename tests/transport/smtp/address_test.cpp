#include "transport/smtp/address.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {
std::string read(std::string_view text) {
    const auto path = parse_path(text);
    if (!path) return "bad";
    return (path->mailbox ? path->mailbox->text() : "null") +
           (path->rest.empty() ? "" : "|" + std::string(path->rest));
}
} // namespace

TEST_CASE("Paths that are well formed") {
    CHECK(read("<a@x.test>") == "a@x.test");
    CHECK(read("<A.B@X.Test> SIZE=1") == "A.B@x.test| SIZE=1");
    CHECK(read("<>") == "null");
    CHECK(read("<PostMaster>") == "postmaster");
    CHECK(read("<postmaster@x.test>") == "postmaster@x.test");
    CHECK(read("<@a.test,@b.test:c@d.test>") == "c@d.test");
    CHECK(read("<a+detail@x.test>") == "a+detail@x.test");
    CHECK(read("<!#$%&'*+-/=?^_`{|}~@x.test>") == "!#$%&'*+-/=?^_`{|}~@x.test");
    CHECK(read("<\"a b\"@x.test>") == "\"a b\"@x.test");
    CHECK(read("<\"a\\\"b\"@x.test>") == "\"a\\\"b\"@x.test");
    CHECK(read("<\"plain\"@x.test>") == "plain@x.test"); // the same mailbox
    CHECK(read("<\"a>b@c\"@x.test>") == "\"a>b@c\"@x.test");
    CHECK(read("<a@[192.0.2.1]>") == "a@[192.0.2.1]");
    CHECK(read("<a@[ipv6:2001:DB8::1]>") == "a@[IPv6:2001:db8::1]");
    CHECK(read("<a@localhost>") == "a@localhost");
    CHECK(read("<\xc3\xa9ric@acad\xc3\xa9mie.test>") == "\xc3\xa9ric@acad\xc3\xa9mie.test");
}

TEST_CASE("Paths that are not") {
    for (const char* bad : {"",
                            "a@x.test",
                            "<a@x.test",
                            "<a>",
                            "<@x.test>",
                            "<a@>",
                            "<.a@x.test>",
                            "<a.@x.test>",
                            "<a..b@x.test>",
                            "<a b@x.test>",
                            "< a@x.test>",
                            "<a@x.test >",
                            "<a@x..test>",
                            "<a@.x>",
                            "<a@x.test.>",
                            "<a@-x.test>",
                            "<a@x-.test>",
                            "<a@x_y.test>",
                            "<a@b@c.test>",
                            "<\"a@x.test>",
                            "<\"a\"b@x.test>",
                            "<a@[1.2.3]>",
                            "<a@[1.2.3.256]>",
                            "<a@[IPv6:1]>",
                            "<a@[IPv6:1::2::3]>",
                            "<a@[IPv6:1:2:3:4:5:6:7:8:9]>",
                            "<a@[x]>",
                            "<@a.test:>",
                            "<@a.test,b@c.test>",
                            "<\"\"@x.test>",
                            "<a@x.test\xff>",
                            "<\xff@x.test>",
                            "<a(c)@x.test>"}) {
        INFO(bad);
        CHECK(read(bad) == "bad");
    }
    CHECK(read("<" + std::string(129, 'a') + "@x.test>") == "bad");
    CHECK(read("<a@" + std::string(64, 'x') + ".test>") == "bad");
    std::string route = "<";
    for (int i = 0; i < 60; ++i)
        route += std::string(i ? "," : "") + "@relay.test";
    CHECK(read(route + ":a@x.test>") == "bad");
}

TEST_CASE("Mailboxes, domains and literals") {
    CHECK(parse_mailbox("a@x.test") == Mailbox{"a", "x.test"});
    CHECK_FALSE(parse_mailbox("a@x.test "));
    CHECK_FALSE(parse_mailbox("postmaster"));
    CHECK(Mailbox{"a b", "x.test"}.text() == "\"a b\"@x.test");
    CHECK_FALSE(Mailbox{"\xc3\xa9", "x.test"}.is_ascii());
    CHECK(Mailbox{"a", "[192.0.2.1]"}.is_literal());
    CHECK(is_domain_or_literal("[IPv6:::1]"));
    CHECK(is_domain_or_literal("[IPv6:1:2:3:4:5:6:192.0.2.1]"));
    CHECK(is_domain_or_literal("[IPv6:1:2:3:4:5:6:7:8]"));
    CHECK_FALSE(is_domain_or_literal("[IPv6:1:2:3:4:5:6:7:]"));
    CHECK_FALSE(is_domain_or_literal("[IPv6:1:2:3:4:5:6:7::8]"));
    CHECK_FALSE(is_domain(std::string(256, 'a')));
}
