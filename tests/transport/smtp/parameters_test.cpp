#include "transport/smtp/parameters.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {
const Offered held{true, 86400, 1795536000};

int mail_code(std::string_view text, const Offered& offered = {}) {
    const auto parsed = parse_mail_parameters(text, offered);
    return parsed ? 250 : parsed.error().code;
}
int rcpt_code(std::string_view text) {
    const auto parsed = parse_rcpt_parameters(text);
    return parsed ? 250 : parsed.error().code;
}
} // namespace

TEST_CASE("Parameters of MAIL") {
    const auto all = parse_mail_parameters(
        " SIZE=1000 body=8bitmime SMTPUTF8 RET=FULL ENVID=QQ+2B1 AUTH=a+3Db@x.test", {});
    REQUIRE(all);
    CHECK(all->size == 1000);
    CHECK(all->body == Body::eight_bit_mime);
    CHECK(all->smtputf8);
    CHECK(all->ret == Return::full);
    CHECK(all->envelope_id == "QQ+1");
    CHECK(all->auth == "a=b@x.test");
    CHECK(parse_mail_parameters(" AUTH=<>", {})->auth == "");
    CHECK(parse_mail_parameters("", {}) == MailParameters{});
    CHECK(parse_mail_parameters("  SIZE=0  ", {})->size == 0);
    CHECK(parse_mail_parameters(" RET=hdrs BODY=7BIT", {})->ret == Return::headers);

    for (const char* bad : {"SIZE=1", " SIZE", " SIZE=", " SIZE=x", " SIZE=-1", " SIZE=18446744073709551616",
                            " SIZE=1 SIZE=1", " BODY=BINARYMIME", " BODY", " SMTPUTF8=1", " RET=ALL",
                            " ENVID=+2b", " ENVID=+2", " ENVID=a=b", " =1", " -X=1", " X_Y=1"}) {
        INFO(bad);
        CHECK(mail_code(bad) == 501);
    }
    CHECK(mail_code(" ENVID=" + std::string(101, 'a')) == 501);
    CHECK(mail_code(" FOO=1") == 555);
    CHECK(mail_code(" NOTIFY=NEVER") == 555);
    CHECK(mail_code(" HOLDFOR=1") == 555);
}

TEST_CASE("FUTURERELEASE") {
    CHECK(parse_mail_parameters(" HOLDFOR=60", held)->hold_until == held.now + 60);
    CHECK(parse_mail_parameters(" HOLDUNTIL=2026-11-24T17:00:00Z", held)->hold_until == held.now + 3600);
    CHECK(parse_mail_parameters(" HOLDUNTIL=2026-11-24T18:00:00+01:00;R", held)->hold_until ==
          held.now + 3600);
    for (const char* bad :
         {" HOLDFOR=0", " HOLDFOR=x", " HOLDFOR=86401", " HOLDUNTIL=2026-11-26T00:00:00Z", " HOLDUNTIL=now",
          " HOLDUNTIL=2026-02-30T00:00:00Z", " HOLDFOR=1 HOLDUNTIL=2026-11-24T17:00:00Z"}) {
        INFO(bad);
        CHECK(mail_code(bad, held) == 501);
    }
    CHECK(format_date_time(1795536000) == "2026-11-24T16:00:00Z");
    CHECK(parse_date_time("1970-01-01T00:00:00.25Z") == 0);
    CHECK(parse_date_time("1969-12-31T23:59:59Z") == -1);
    CHECK_FALSE(parse_date_time("2026-11-24T24:00:00Z"));
    CHECK_FALSE(parse_date_time("2026-11-24T16:00:00"));
}

TEST_CASE("Parameters of RCPT") {
    const auto both = parse_rcpt_parameters(" NOTIFY=success,DELAY ORCPT=RFC822;bob+2Btag@x.test");
    REQUIRE(both);
    CHECK(both->notify == (notify_success | notify_delay));
    CHECK(both->original == OriginalRecipient{"rfc822", "bob+tag@x.test"});
    CHECK(parse_rcpt_parameters(" NOTIFY=NEVER")->notify == notify_never);
    for (const char* bad : {" NOTIFY=", " NOTIFY", " NOTIFY=NEVER,DELAY", " NOTIFY=DELAY,DELAY",
                            " NOTIFY=DELAY,", " NOTIFY=ALWAYS", " ORCPT=a@x.test", " ORCPT=;a",
                            " ORCPT=rfc822;", " ORCPT=rfc 822;a", " ORCPT=rfc822;a+zz"}) {
        INFO(bad);
        CHECK(rcpt_code(bad) != 250);
    }
    CHECK(rcpt_code(" SIZE=1") == 555);
}

TEST_CASE("xtext goes both ways") {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    CHECK(decode_xtext(encode_xtext(all)) == all);
    CHECK(encode_xtext("a+b=c d") == "a+2Bb+3Dc+20d");
    CHECK_FALSE(decode_xtext("a b"));
}
