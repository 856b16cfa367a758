#include "transport/smtp/reply_reader.h"
#include "transport/smtp/text_writer.h"

#include <catch2/catch.hpp>

using namespace facteur::smtp;

namespace {

ServerReply read(std::string_view text) {
    ReplyReader reader;
    const auto reply = reader.take(text);
    REQUIRE(reply);
    CHECK(text.empty());
    return *reply;
}

bool breaks(std::string_view text, const ReplyLimits& limits = {}) {
    ReplyReader reader(limits);
    CHECK_FALSE(reader.take(text));
    return reader.is_broken();
}

std::string written(std::string_view text, std::size_t piece, bool stuff_dots = true) {
    TextWriter writer(stuff_dots);
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        writer.write(out, text.substr(0, piece));
    writer.finish(out);
    return out;
}

} // namespace

TEST_CASE("replies are read: one line, many lines, with and without text") {
    CHECK(read("250 OK\r\n") == ServerReply{250, "", "OK"});
    CHECK(read("354\r\n") == ServerReply{354, "", ""});
    CHECK(read("250 OK\n") == ServerReply{250, "", "OK"});
    // RFC 5321 §4.2.1
    CHECK(read("250-First line\r\n250-Second line\r\n250-234 Text beginning with numbers\r\n250 The last "
               "line\r\n") ==
          ServerReply{250, "", "First line\nSecond line\n234 Text beginning with numbers\nThe last line"});
    // RFC 2034 §5
    CHECK(read("550-5.1.1 Mailbox \"nosuchuser\"\r\n550 5.1.1 does not exist\r\n") ==
          ServerReply{550, "5.1.1", "Mailbox \"nosuchuser\"\ndoes not exist"});
}

TEST_CASE("a reply comes in any pieces, and what is behind it stays") {
    const std::string all = "220-one\r\n220 two\r\n250 next\r\n";
    for (std::size_t piece = 1; piece < all.size(); ++piece) {
        ReplyReader reader;
        std::vector<ServerReply> replies;
        for (std::size_t at = 0; at < all.size(); at += piece) {
            auto input = std::string_view(all).substr(at, piece);
            while (auto reply = reader.take(input))
                replies.push_back(*reply);
            CHECK(input.empty());
        }
        CHECK(replies == std::vector<ServerReply>{{220, "", "one\ntwo"}, {250, "", "next"}});
        CHECK_FALSE(reader.is_within_reply());
    }
}

TEST_CASE("text of a reply is clean") {
    CHECK(read("550 a\x01z\x7f\t\xff\xc3\xa9\xed\xa0\x80\r\n").text == "a?z? ?\xc3\xa9???");
    CHECK((ServerReply{550, "5.1.1", "No\nsuch"}.line()) == "550 5.1.1 No such");
    CHECK((ServerReply{0, "", "Connection refused"}.line()) == "Connection refused");
}

TEST_CASE("an enhanced code must go with the code") {
    CHECK(enhanced_code("5.1.1 x", 550) == "5.1.1");
    CHECK(enhanced_code("2.0.0", 250) == "2.0.0");
    CHECK(enhanced_code("5.123.456 x", 550) == "5.123.456");
    for (const auto* text : {"5.1.1 x", "2.1 x", "2.1.1234 x", "2..1 x", "2.1.1x", "", "2.1."})
        CHECK(enhanced_code(text, 250).empty());
}

TEST_CASE("nonsense and floods are no replies") {
    for (const auto* text : {"HTTP/1.1 400 Bad\r\n", "\r\n", "25\r\n", "250OK\r\n", "650 x\r\n", "150 x\r\n",
                             "250-a\r\n251 b\r\n"})
        CHECK(breaks(text));
    CHECK(breaks(std::string(3000, '2')));
    std::string many;
    for (int i = 0; i < 129; ++i)
        many += "250-x\r\n";
    CHECK(breaks(many));
    CHECK(breaks("250-0123456789\r\n250-0123456789\r\n", {.octets = 20}));
}

TEST_CASE("text is dot-stuffed and every line ends in CRLF, in any pieces") {
    const std::string text = ".a\r\n..b\n.\n\r.\r\r\n.c\r\nend";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        CHECK(written(text, piece) == "..a\r\n...b\r\n..\r\n\r\n..\r\n\r\n..c\r\nend\r\n");
        CHECK(written(text, piece, false) == ".a\r\n..b\r\n.\r\n\r\n.\r\n\r\n.c\r\nend\r\n");
    }
    CHECK(written("", 1).empty());
    CHECK(written("a\r\n", 1) == "a\r\n");
    CHECK(written("a\r", 1) == "a\r\n");
}
