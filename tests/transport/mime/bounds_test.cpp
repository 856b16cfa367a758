// 128 KiB of what is worst for each reader. Nothing here is timed: work that grows with the square of its
// input would not end before the test's own limit.
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"
#include "transport/mime/thread.h"
#include "transport/mime/write.h"

#include <catch2/catch.hpp>

using namespace facteur::mime;

namespace {

std::string repeated(std::string_view piece, std::size_t size = 1 << 17) {
    std::string out;
    while (out.size() < size)
        out += piece;
    return out;
}

} // namespace

TEST_CASE("Values full of what is worst", "[mime][bounds]") {
    for (const std::string_view piece : {"=?utf-8?Q?a?= ",
                                         "=?utf-8?Q?a?=",
                                         "=?x?q?a?= ",
                                         "=?",
                                         "(",
                                         ")",
                                         "((",
                                         "\"",
                                         "\\",
                                         "\\\"",
                                         "<",
                                         ">",
                                         "<>",
                                         "a@",
                                         "@",
                                         ",",
                                         ";",
                                         ":",
                                         "a:",
                                         "a@b,",
                                         "<a@b>,",
                                         "a;a*0*=b;",
                                         "a*=''",
                                         "; a=\"",
                                         " a",
                                         " =",
                                         "a=",
                                         "'",
                                         "%",
                                         "%4",
                                         "\r\n ",
                                         "\r\n\t",
                                         "\t",
                                         "é",
                                         "\xE9",
                                         "[a] ",
                                         "Re: ",
                                         "[fwd: ",
                                         "+1 ",
                                         "1 ",
                                         "-"}) {
        CAPTURE(piece);
        const std::string value = repeated(piece);
        CHECK(text(value).size() <= 3 * value.size());
        CHECK(addresses(value).size() <= value.size());
        CHECK(message_ids(value).size() <= value.size());
        CHECK_FALSE(date(value));
        CHECK(parse_parameterized(value).parameters.size() <= 2000);
        CHECK(base_subject(value).size() <= value.size());
        CHECK(sort_subject(value).size() <= 128);
        CHECK(is_reply_subject(value) == (piece == "Re: "));
        CHECK(encoding_named(value) != Encoding::base64);
    }
}

TEST_CASE("Messages full of what is worst", "[mime][bounds]") {
    const std::string multipart = "Content-Type: multipart/mixed; boundary=a\n\n--a\n";
    for (const std::string_view piece : {"--a\n",
                                         "--a\n\n",
                                         "--",
                                         "--a",
                                         "--a--\n",
                                         "\n",
                                         "\r",
                                         "-",
                                         "--\n",
                                         "a\n",
                                         "a:\n",
                                         "a: b\n c\n",
                                         "garbage\nTo: x\n",
                                         " \n",
                                         "Content-Type: multipart/mixed; boundary=a\n\n--a\n",
                                         "Content-Type: message/rfc822\n\n",
                                         "Content-Type: multipart/digest\n\n--b\n\n",
                                         "Content-Type: a/b; x=y\n",
                                         "Subject: =?utf-8?Q?=C3=A9?=\n",
                                         "From x\n",
                                         "> a\n",
                                         "a:\n> a\n",
                                         "-- \n",
                                         "<"}) {
        CAPTURE(piece);
        for (const std::string& bytes : {repeated(piece), multipart + repeated(piece), "\n" + repeated(piece),
                                         "Content-Type: text/html\n\n" + repeated(piece)}) {
            const Message m = parse(bytes);
            CHECK(m.parts.size() <= 4000);
            const auto lists = body_lists(m);
            CHECK(preview(bytes, m, lists).size() <= 1024);
            CHECK(envelope(header_of(bytes)).subject.size() <= bytes.size());
        }
    }
}

TEST_CASE("Nested multiparts, each with a boundary of its own", "[mime][bounds]") {
    std::string bytes, ends;
    for (int i = 0; bytes.size() < (1 << 17); ++i) {
        const std::string boundary = "boundary-with-a-common-beginning-" + std::to_string(i);
        bytes += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
        ends = "\n--" + boundary + "--" + ends;
    }
    bytes += "\ntext" + ends;
    const Message m = parse(bytes);
    CHECK(m.parts.size() == 61);
    CHECK(body_lists(m).attachments == std::vector<std::uint32_t>{60});
}

TEST_CASE("Bodies full of what is worst", "[mime][bounds]") {
    for (const std::string_view piece : {"=", "=\n", " ", "\t\r", "=4", "=C3", "====", "A===", "\xC3",
                                         "\xE2\x82", "+", "+A-", "\x1B$B", "\r", "\n"}) {
        CAPTURE(piece);
        const std::string body = repeated(piece);
        for (const auto encoding : {Encoding::quoted_printable, Encoding::base64}) {
            CHECK(decoded_size(body, encoding) == decode_transfer(body, encoding).bytes.size());
            TransferDecoder decoder(encoding);
            std::string out;
            for (std::size_t at = 0; at < body.size(); ++at)
                decoder.feed(std::string_view(body).substr(at, 1), out);
            decoder.finish(out);
            CHECK(out.size() == decoded_size(body, encoding));
        }
        for (const auto* charset : {"utf-8", "utf-7", "iso-2022-jp", "utf-16", "windows-1252", "us-ascii"}) {
            CHECK(to_utf8(body, charset).text.size() <= 3 * body.size());
            CHECK(body_value({body, Encoding::quoted_printable, charset, true}, 1000).value.size() <= 1000);
        }
    }
}

TEST_CASE("Long texts are written", "[mime][bounds]") {
    for (const std::string_view piece : {"a", " ", "é", "é ", "a ", "a é", "=?", "\"", "  a"}) {
        CAPTURE(piece);
        const std::string value = repeated(piece);
        const auto line = write_field({"Subject", Text{value}});
        REQUIRE(line);
        CHECK(text(line->substr(8)) == value);
        CHECK(write_field({"From", std::vector<Address>{{value, "a@example.fr"}}}));
        CHECK(quoted_printable_encode(value).size() < 4 * value.size());
    }
}
