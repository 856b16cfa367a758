#include "transport/imap/dates.h"
#include "transport/imap/mailbox_name.h"
#include "transport/imap/sequence_set.h"

#include <catch2/catch.hpp>

#include <random>

using namespace facteur::imap;

TEST_CASE("Modified UTF-7, both ways") {
    const std::pair<std::string_view, std::string_view> pairs[] = {
        {"", ""},
        {"INBOX", "INBOX"},
        {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
        {"Entwürfe", "Entw&APw-rfe"},
        {"R&D", "R&-D"},
        {"&", "&-"},
        {"é&é", "&AOk-&-&AOk-"},
        {"Éléments supprimés", "&AMk-l&AOk-ments supprim&AOk-s"},
        {"😀", "&2D3eAA-"},
        {"a\tb", "a&AAk-b"},
        {"€€€", "&IKwgrCCs-"},
    };
    for (const auto& [text, wire] : pairs) {
        INFO(text);
        CHECK(encode_utf7(text) == wire);
        CHECK(decode_utf7(wire) == std::string(text));
    }
    CHECK(encode_utf7("\xff") == "&,,0-"); // U+FFFD
}

TEST_CASE("Modified UTF-7 has one spelling") {
    for (const std::string_view wrong :
         {"&", "a&", "&AOk", "&AOkA-", "&AOl-x&", "&AGE-", "&U,BTFw-&ZeVnLIqe-", "&2D0-", "&3gA-", "&AOk=-",
          "&A-", "&AOn-", "\xc3\xa9", "a\tb", "&AAA-", "&Jjo!", "&AC0-", "&2D3eAAA-"}) {
        INFO(wrong);
        CHECK(!decode_utf7(wrong));
    }
}

TEST_CASE("Any name comes back through UTF-7") {
    std::mt19937 random(7);
    for (int i = 0; i < 2000; ++i) {
        std::string name;
        for (auto n = random() % 12; n > 0; --n) {
            constexpr std::string_view pieces[] = {"a", "&", "é", "日",   "😀", "-",
                                                   "+", "/", " ", "\x01", "~", ","};
            name += pieces[random() % std::size(pieces)];
        }
        REQUIRE(decode_utf7(encode_utf7(name)) == name);
    }
}

TEST_CASE("INBOX is INBOX") {
    CHECK(canonical_mailbox("inBox") == "INBOX");
    CHECK(canonical_mailbox("inbox/Sub") == "INBOX/Sub");
    CHECK(canonical_mailbox("inboxes") == "inboxes");
    CHECK(canonical_mailbox("a/inbox") == "a/inbox");
}

TEST_CASE("Patterns of LIST") {
    CHECK(matches_pattern("*", "a/b/c", '/'));
    CHECK(matches_pattern("%", "a", '/'));
    CHECK(!matches_pattern("%", "a/b", '/'));
    CHECK(matches_pattern("%/%", "a/b", '/'));
    CHECK(matches_pattern("a*c", "abc/c", '/'));
    CHECK(matches_pattern("*%", "a/b", '/'));
    CHECK(matches_pattern("%*", "a/b", '/'));
    CHECK(matches_pattern("*b%d", "abxb/bcd", '/'));
    CHECK(!matches_pattern("*b%d", "abx/d", '/'));
    CHECK(!matches_pattern("a", "ab", '/'));
    CHECK(!matches_pattern("", "a", '/'));
    CHECK(matches_pattern("", "", '/'));
    CHECK(matches_pattern("inb*", "INBOX", '/'));
    CHECK(matches_pattern("inbox/%", "INBOX/x", '/'));
    CHECK(!matches_pattern("inbox", "INBOXES", '/'));
    CHECK(!matches_pattern("SENT", "Sent", '/'));
}

TEST_CASE("Sets") {
    const auto set = [](std::string_view text) { return parse_sequence_set(text, 100); };
    CHECK(set("2,4:7,9,12:*")->ranges == std::vector<NumberRange>{{2, 2}, {4, 7}, {9, 9}, {12, star}});
    // RFC 9051 §9: of 15 messages that is 2,4,5,6,7,9,12,13,14,15
    CHECK(resolved(*set("2,4:7,9,12:*"), 15) == std::vector<NumberRange>{{2, 2}, {4, 7}, {9, 9}, {12, 15}});
    CHECK(resolved(*set("*:4,5:7"), 10) == std::vector<NumberRange>{{4, 10}});
    CHECK(resolved(*set("12:*"), 10) == std::vector<NumberRange>{{10, 12}});
    CHECK(resolved(*set("3:1,4294967295,5"), 7) ==
          std::vector<NumberRange>{{1, 3}, {5, 5}, {4294967295, 4294967295}});
    CHECK(resolved(*set("*"), 0).empty());
    CHECK(set("$")->saved);
    for (const std::string_view wrong :
         {"", "0", "1:", ":1", "1,", ",1", "1:2:3", "a", "$,1", "1 ", "99999999999"})
        CHECK(!set(wrong));
    CHECK(!parse_sequence_set("1,2,3", 2));
    const auto ranges = resolved(*set("1:3,7,9:10"), 20);
    CHECK(count(ranges) == 6);
    CHECK((contains(ranges, 1) && contains(ranges, 3) && contains(ranges, 7) && contains(ranges, 10)));
    CHECK(!(contains(ranges, 0) || contains(ranges, 4) || contains(ranges, 8) || contains(ranges, 11)));
    std::string out;
    write_sequence_set(out, std::vector<std::uint32_t>{1, 2, 3, 5, 4, 7, 8});
    CHECK(out == "1:3,5,4,7:8");
}

TEST_CASE("Partial ranges (RFC 9394)") {
    CHECK(parse_partial_range("1:100") == PartialRange{1, 100});
    CHECK(parse_partial_range("-100:-1") == PartialRange{-1, -100});
    for (const std::string_view wrong : {"0:1", "1", "1:-1", "-1:1", "1:", "-0:-1", "1:2 "})
        CHECK(!parse_partial_range(wrong));
    CHECK(places({1, 100}, 30) == Places{0, 30});
    CHECK(places({11, 20}, 30) == Places{10, 20});
    CHECK(places({31, 40}, 30) == Places{30, 30});
    CHECK(places({-1, -10}, 30) == Places{20, 30});
    CHECK(places({-11, -40}, 30) == Places{0, 20});
    CHECK(places({-31, -40}, 30) == Places{0, 0});
}

TEST_CASE("Dates") {
    const auto date = parse_date_time("17-Jul-1996 02:44:25 -0700");
    REQUIRE(date);
    CHECK(date->seconds == 837596665);
    CHECK(date->zone_minutes == -420);
    for (const std::string_view text : {"17-Jul-1996 02:44:25 -0700", " 7-Feb-1994 22:43:04 -0800",
                                        "31-Dec-1969 23:59:59 +0000", "29-Feb-2000 00:00:00 +1245"})
        CHECK(format_date_time(*parse_date_time(text)) == text);
    for (const std::string_view wrong :
         {"17-Jul-1996 02:44:25", "31-Feb-1996 02:44:25 -0700", "17-Jul-1996 24:44:25 -0700",
          "17-Jux-1996 02:44:25 -0700", "17-Jul-1996 02:44:25 -0760", ""})
        CHECK(!parse_date_time(wrong));
    CHECK(parse_day("1-Feb-1994") == 8797);
    CHECK(format_day(8797) == "1-Feb-1994");
    CHECK(day_of(*date) == *parse_day("17-jul-1996"));
    CHECK(day_of({-1, 0}) == -1);
    CHECK(format_mail_date(*date) == "Wed, 17 Jul 1996 02:44:25 -0700");
}
