#include "transport/imap/url.h"

#include <catch2/catch.hpp>

using namespace facteur::imap;

TEST_CASE("The URLs of CATENATE (RFC 4469 §5)") {
    CHECK(parse_message_url("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER") ==
          MessageUrl{"Drafts", 385759045, 20, {{}, Section::Text::header, {}}, {}});
    CHECK(parse_message_url("/Drafts;UIDVALIDITY=385759045/;UID=30") ==
          MessageUrl{"Drafts", 385759045, 30, {}, {}});
    CHECK(parse_message_url("/Drafts/;UID=20/;Section=1.2.MIME") ==
          MessageUrl{"Drafts", {}, 20, {{1, 2}, Section::Text::mime, {}}, {}});
    CHECK(parse_message_url("/a/b%20%C3%A9/;UID=1/;section=3/;partial=5.10") ==
          MessageUrl{"a/b é", {}, 1, {{3}, Section::Text::all, {}}, BytesRange{5, 10}});
    CHECK(parse_message_url("/inbox/;uid=1/;partial=5") == MessageUrl{"INBOX", {}, 1, {}, BytesRange{5, 0}});
    CHECK(parse_message_url(";UID=7/;SECTION=HEADER.FIELDS%20(TO%20%22From%22)") ==
          MessageUrl{"", {}, 7, {{}, Section::Text::header_fields, {"TO", "From"}}, {}});
}

TEST_CASE("URLs that name no message here") {
    for (const std::string_view wrong : {"",
                                         "/",
                                         "/Drafts",
                                         "//host/Drafts/;UID=1",
                                         "imap://host/Drafts/;UID=1",
                                         "/Drafts/;UID=0",
                                         "/Drafts/;UID=x",
                                         "/Drafts;UIDVALIDITY=0/;UID=1",
                                         "/Drafts;X=1/;UID=1",
                                         "/Dra%zz/;UID=1",
                                         "/Dra%f",
                                         "/%FF/;UID=1",
                                         "/Drafts/;UID=1/;section=1.",
                                         "/Drafts/;UID=1/;section=1]x",
                                         "/;UID=1",
                                         "/Drafts/;UID=1/;partial=",
                                         "/Drafts/;UID=1/;partial=1.0",
                                         "/Drafts/;UID=1/;expire=x",
                                         "/Drafts/;UID=1/;urlauth=anonymous",
                                         "/Drafts/;UID=1/;partial=1/;section=1"}) {
        INFO(wrong);
        CHECK(!parse_message_url(wrong));
    }
}
