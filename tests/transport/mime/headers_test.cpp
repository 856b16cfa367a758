#include "transport/mime/headers.h"

#include <catch2/catch.hpp>

using namespace facteur::mime;

namespace {
using Groups = std::vector<AddressGroup>;
using List = std::vector<Address>;
} // namespace

TEST_CASE("Fields are walked in place", "[mime][headers]") {
    const std::string header = "From nobody Mon Jan  1 00:00:00 2026\r\nA: 1\r\nB : two\r\n "
                               "folded\r\ngarbage\r\n more\r\nC:3\n\r\nD: body";
    std::vector<std::pair<std::string, std::string>> seen;
    for (const Field& field : Fields(header)) {
        seen.emplace_back(field.name, field.value);
        CHECK(header.substr(field.offset, field.name.size()) == field.name);
    }
    CHECK(seen == std::vector<std::pair<std::string, std::string>>{
                      {"A", " 1"}, {"B", " two\r\n folded"}, {"C", "3"}});
    CHECK(first_field("X: 1\nx: 2\n", "X")->value == " 1");
    CHECK(last_field("X: 1\nx: 2\n", "X")->value == " 2");
    CHECK(last_field("X: 1\nx: 2\n", "X")->size == 5);
    CHECK(all_fields("X: 1\nx: 2\n", "x").size() == 2);
    CHECK_FALSE(first_field("X: 1\n", "Y"));
    CHECK(header_of("A: 1\r\n\r\nbody: x") == "A: 1\r\n");
    CHECK(header_of("no header").empty());
}

TEST_CASE("Addresses of RFC 5322 appendix A", "[mime][headers]") {
    CHECK(addresses(" John Doe <jdoe@machine.example>") == List{{"John Doe", "jdoe@machine.example"}});
    CHECK(addresses("\"Joe Q. Public\" <john.q.public@example.com>") ==
          List{{"Joe Q. Public", "john.q.public@example.com"}});
    CHECK(addresses("Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>") ==
          List{{"Mary Smith", "mary@x.test"}, {"", "jdoe@example.org"}, {"Who?", "one@y.test"}});
    CHECK(addresses("<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>") ==
          List{{"", "boss@nil.test"}, {"Giant; \"Big\" Box", "sysservices@example.net"}});
    CHECK(grouped_addresses("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;") ==
          Groups{{"A Group", {{"Ed Jones", "c@a.test"}, {"", "joe@where.test"}, {"John", "jdoe@one.test"}}}});
    CHECK(grouped_addresses("Undisclosed recipients:;") == Groups{{"Undisclosed recipients", {}}});
    CHECK(addresses("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>") ==
          List{{"Pete", "pete@silly.test"}});
    CHECK(
        grouped_addresses(
            "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         "
            "joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)") ==
        Groups{{"A Group",
                {{"Chris Jones", "c@public.example"}, {"", "joe@example.org"}, {"John", "jdoe@one.test"}}}});
    CHECK(addresses("Joe Q. Public <john.q.public@example.com>") ==
          List{{"Joe Q. Public", "john.q.public@example.com"}});
    CHECK(addresses("Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example") ==
          List{{"Mary Smith", "mary@example.net"}, {"", "jdoe@test.example"}});
    CHECK(addresses("John Doe <jdoe@machine(comment).  example>") ==
          List{{"John Doe", "jdoe@machine.example"}});
}

TEST_CASE("The group of RFC 8621 §4.1.2.4", "[mime][headers]") {
    CHECK(grouped_addresses("\"James Smythe\" <james@example.com>, Friends:\r\n jane@example.com, "
                            "=?UTF-8?Q?John_Sm=C3=AEth?=\r\n "
                            "<john@example.com>;") ==
          Groups{{std::nullopt, {{"James Smythe", "james@example.com"}}},
                 {"Friends", {{"", "jane@example.com"}, {"John Smîth", "john@example.com"}}}});
}

TEST_CASE("Addresses as real mail has them", "[mime][headers]") {
    CHECK(addresses("joe@example.com (Joe Doe)") == List{{"Joe Doe", "joe@example.com"}});
    CHECK(addresses("Joe Doe joe@example.com") == List{{"Joe Doe", "joe@example.com"}});
    CHECK(addresses("\"john doe\"@example.com") == List{{"", "\"john doe\"@example.com"}});
    CHECK(addresses("<joe@example.com") == List{{"", "joe@example.com"}});
    CHECK(addresses("<joe@example.com, jane@example.com") ==
          List{{"", "joe@example.com"}, {"", "jane@example.com"}});
    CHECK(addresses("\"=?utf-8?Q?Andr=C3=A9?=\" <a@example.com>") == List{{"André", "a@example.com"}});
    CHECK(addresses("=?iso-8859-1?Q?Andr=E9?= =?iso-8859-1?Q?_Pirard?= <PIRARD@vm1.ulg.ac.be>") ==
          List{{"André Pirard", "PIRARD@vm1.ulg.ac.be"}});
    CHECK(addresses("Andr\xE9 <a@example.com>") == List{{"André", "a@example.com"}});
    CHECK(addresses("Ren\xC3\xA9 <r@example.com>") == List{{"René", "r@example.com"}});
    CHECK(addresses("\"Martin, Anne\" <anne@example.fr>; Paul <paul@example.fr>") ==
          List{{"Martin, Anne", "anne@example.fr"}, {"Paul", "paul@example.fr"}});
    CHECK(addresses("postmaster") == List{{"", "postmaster"}});
    CHECK(addresses(" , ,, ").empty());
    CHECK(addresses("<>").empty());
    CHECK(addresses("\"unclosed <a@example.com>").size() == 1);
    CHECK(addresses("(unclosed a@example.com").empty());
    CHECK(addresses("a@[192.0.2.1]") == List{{"", "a@[192.0.2.1]"}});
    CHECK(all_addresses("To: a@x.fr\nTo: b@x.fr\nCc: c@x.fr\n", "to") ==
          List{{"", "a@x.fr"}, {"", "b@x.fr"}});
}

TEST_CASE("Text is unfolded and decoded", "[mime][headers]") {
    CHECK(text(" Hello\r\n\tworld") == "Hello world");
    CHECK(text(" =?utf-8?Q?R=C3=A9union?= du\r\n =?utf-8?B?w6l0w6k=?=") == "Réunion du été");
    CHECK(text(" caf\xE9") == "café");
    CHECK(text("e\xCC\x81") == "é"); // NFC
    CHECK(raw(" caf\xE9\r\n x") == " caf\xEF\xBF\xBD\r\n x");
}

TEST_CASE("Message ids and URLs", "[mime][headers]") {
    using Ids = std::vector<std::string>;
    CHECK(message_ids(" <1234@local.machine.example>\r\n <3456@example.net>") ==
          Ids{"1234@local.machine.example", "3456@example.net"});
    CHECK(message_ids(" <12\r\n 34@x> (comment)") == Ids{"1234@x"});
    CHECK(message_ids("bare@example.com") == Ids{"bare@example.com"});
    CHECK(message_ids("Your message of Monday from a@b").empty());
    CHECK(message_ids("<unclosed@x").empty());
    CHECK(urls(" <mailto:list-request@host.com?subject=help> (List Instructions), <http://x.example/>") ==
          Ids{"mailto:list-request@host.com?subject=help", "http://x.example/"});
}

TEST_CASE("Dates", "[mime][headers]") {
    const auto iso = [](std::string_view value) {
        const auto found = date(value);
        return found ? iso_date(*found) : std::string("none");
    };
    CHECK(iso(" Fri, 21 Nov 1997 09:55:06 -0600") == "1997-11-21T09:55:06-06:00");
    CHECK(iso("Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 "
              "(Newfoundland Time)") == "1969-02-13T23:32:00-03:30");
    CHECK(iso("21 Nov 97 09:55:06 GMT") == "1997-11-21T09:55:06Z");
    CHECK(iso("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600") == "none");
    CHECK(iso("Tue, 1 Jul 2003 10:52:37 +0200") == "2003-07-01T10:52:37+02:00");
    CHECK(iso("1 Jul 03 10:52 EST") == "2003-07-01T10:52:00-05:00");
    CHECK(iso("Tue Nov 24 16:13:11 2026") == "2026-11-24T16:13:11Z");
    CHECK(iso("24-Nov-2026 16:13:11 +0100") == "2026-11-24T16:13:11+01:00");
    CHECK(iso("Mon, 24 Nov 2026 04:13:11 PM CET") == "2026-11-24T16:13:11+01:00");
    CHECK(iso("Sat, 29 Feb 2025 00:00:00 +0000") == "none");
    CHECK(iso("30 Jun 2012 23:59:60 +0000") == "2012-07-01T00:00:00Z");
    CHECK(iso("") == "none");
    CHECK(iso("yesterday") == "none");
    CHECK(iso_utc(1414649520) == "2014-10-30T06:12:00Z");
    CHECK(iso_date({1414649520, 480}) == "2014-10-30T14:12:00+08:00");
    CHECK(parse_iso_date("2014-10-30T14:12:00+08:00") == Date{1414649520, 480});
    CHECK(parse_iso_date("2014-10-30T06:12:00Z") == Date{1414649520, 0});
    CHECK(parse_iso_date("2014-10-30T06:12:00.123Z") == Date{1414649520, 0});
    for (const auto* bad : {"2014-10-30", "2014-13-30T06:12:00Z", "2014-10-30T06:12:00",
                            "2014-10-30T24:12:00Z", "x", "2014-10-30T06:12:00Zx"})
        CHECK_FALSE(parse_iso_date(bad));
}

TEST_CASE("An envelope is read in one walk; the last instance counts", "[mime][headers]") {
    const Envelope e = envelope(
        "Subject: one\r\nSubject: two\r\nFrom: A <a@x.fr>\r\nTo: b@x.fr\r\nCc: c@x.fr\r\nBcc: d@x.fr\r\n"
        "Sender: s@x.fr\r\nReply-To: r@x.fr\r\nDate: 21 Nov 97 09:55:06 GMT\r\nMessage-ID: <1@x>\r\n"
        "In-Reply-To: <0@x>\r\nReferences: <a@x> <0@x>\r\n");
    CHECK(e.subject == "two");
    CHECK(e.from == List{{"A", "a@x.fr"}});
    CHECK(e.to == List{{"", "b@x.fr"}});
    CHECK(e.cc == List{{"", "c@x.fr"}});
    CHECK(e.bcc == List{{"", "d@x.fr"}});
    CHECK(e.sender == List{{"", "s@x.fr"}});
    CHECK(e.reply_to == List{{"", "r@x.fr"}});
    CHECK(e.sent == Date{880106106, 0});
    CHECK(e.message_ids == std::vector<std::string>{"1@x"});
    CHECK(e.in_reply_to == std::vector<std::string>{"0@x"});
    CHECK(e.references == std::vector<std::string>{"a@x", "0@x"});
}
