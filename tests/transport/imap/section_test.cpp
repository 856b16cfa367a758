#include "transport/imap/section.h"
#include "transport/mime/decode.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::imap;
using Text = Section::Text;

namespace {

// The message whose parts RFC 9051 §6.4.5.1 numbers.
const std::string rfc_message =
    "Subject: outer\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
    "--a\r\nContent-Type: text/plain\r\n\r\none\r\n"
    "--a\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\ndHdv\r\n"
    "--a\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: three\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\n\r\nthree.one\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\nthree.two\r\n--b--\r\n"
    "--a\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
    "--c\r\nContent-Type: image/gif\r\nX-A: 4.1\r\n\r\nGIF\r\n"
    "--c\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: four.two\r\nFrom: x@y\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n"
    "--d\r\n\r\n4.2.1\r\n"
    "--d\r\nContent-Type: multipart/alternative; boundary=e\r\n\r\n"
    "--e\r\n\r\n4.2.2.1\r\n--e\r\nContent-Type: text/richtext\r\n\r\n4.2.2.2\r\n--e--\r\n"
    "--d--\r\n--c--\r\n--a--\r\n";

std::string found(const std::string& bytes, std::vector<std::uint32_t> part, Text text = Text::all) {
    const auto section =
        resolve_section(section_parts(mime::parse(bytes)), bytes.size(), {std::move(part), text, {}});
    return section ? std::string(section->span.of(bytes)) : "NIL";
}

} // namespace

TEST_CASE("The parts that RFC 9051 numbers") {
    const auto& m = rfc_message;
    CHECK(found(m, {}) == m);
    CHECK(found(m, {}, Text::header) ==
          "Subject: outer\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n");
    CHECK(found(m, {}, Text::text) == m.substr(m.find("--a\r\n")));
    CHECK(found(m, {1}) == "one");
    CHECK(found(m, {1}, Text::mime) == "Content-Type: text/plain\r\n\r\n");
    CHECK(found(m, {2}) == "dHdv");
    CHECK(found(m, {3}).starts_with("Subject: three\r\n"));
    CHECK(found(m, {3}, Text::mime) == "Content-Type: message/rfc822\r\n\r\n");
    CHECK(found(m, {3}, Text::header) ==
          "Subject: three\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
    CHECK(found(m, {3}, Text::text).starts_with("--b\r\n"));
    CHECK(found(m, {3, 1}) == "three.one");
    CHECK(found(m, {3, 1}, Text::mime) == "\r\n");
    CHECK(found(m, {3, 2}) == "three.two");
    CHECK(found(m, {4}).starts_with("--c\r\n"));
    CHECK(found(m, {4, 1}) == "GIF");
    CHECK(found(m, {4, 1}, Text::mime) == "Content-Type: image/gif\r\nX-A: 4.1\r\n\r\n");
    CHECK(found(m, {4, 2}, Text::header).starts_with("Subject: four.two\r\n"));
    CHECK(found(m, {4, 2}, Text::text).starts_with("--d\r\n"));
    CHECK(found(m, {4, 2, 1}) == "4.2.1");
    CHECK(found(m, {4, 2, 2}).starts_with("--e\r\n"));
    CHECK(found(m, {4, 2, 2, 1}) == "4.2.2.1");
    CHECK(found(m, {4, 2, 2, 2}) == "4.2.2.2");
}

TEST_CASE("Parts that are not there") {
    const auto& m = rfc_message;
    for (const auto& part : std::vector<std::vector<std::uint32_t>>{{5},
                                                                    {1, 1},
                                                                    {1, 2},
                                                                    {2, 1},
                                                                    {3, 3},
                                                                    {4, 3},
                                                                    {4, 1, 1},
                                                                    {4, 2, 3},
                                                                    {4, 2, 1, 1},
                                                                    {4, 2, 2, 3},
                                                                    {4294967295}})
        CHECK(found(m, part) == "NIL");
    // HEADER and TEXT of a part are those of the message within it.
    CHECK(found(m, {1}, Text::header) == "NIL");
    CHECK(found(m, {1}, Text::text) == "NIL");
    CHECK(found(m, {4}, Text::header) == "NIL");
    CHECK(found(m, {9}, Text::mime) == "NIL");
}

TEST_CASE("Messages of one part") {
    const std::string plain = "Subject: s\r\n\r\nbody";
    CHECK(found(plain, {1}) == "body");
    CHECK(found(plain, {}, Text::text) == "body");
    CHECK(found(plain, {1}, Text::mime) == "Subject: s\r\n\r\n");
    CHECK(found(plain, {2}) == "NIL");
    CHECK(found(plain, {1, 1}) == "NIL");
    CHECK(found(plain, {1}, Text::text) == "NIL");
    // A forwarded message as the whole, and within it one of one part.
    const std::string nested = "Content-Type: message/rfc822\r\n\r\nSubject: in\r\nContent-Type: "
                               "message/rfc822\r\n\r\nSubject: deep\r\n\r\nx";
    CHECK(found(nested, {1}).starts_with("Subject: in"));
    CHECK(found(nested, {1}, Text::header).starts_with("Subject: in"));
    CHECK(found(nested, {1, 1}).starts_with("Subject: deep"));
    CHECK(found(nested, {1, 1}, Text::header) == "Subject: deep\r\n\r\n");
    CHECK(found(nested, {1, 1, 1}) == "x");
    CHECK(found(nested, {1, 1, 1, 1}) == "NIL");
    CHECK(found("", {1}).empty());
    CHECK(found("Subject: s\r\n", {}, Text::header) == "Subject: s\r\n");
}

TEST_CASE("BINARY takes the transfer encoding off leaves alone") {
    const auto parts = section_parts(mime::parse(rfc_message));
    const auto two = resolve_binary(parts, rfc_message.size(), {2});
    REQUIRE(two);
    CHECK(mime::decode_transfer(two->span.of(rfc_message), two->encoding).bytes == "two");
    CHECK(resolve_binary(parts, rfc_message.size(), {})->encoding == mime::Encoding::binary);
    CHECK(resolve_binary(parts, rfc_message.size(), {4})->encoding == mime::Encoding::binary);
    CHECK(!resolve_binary(parts, rfc_message.size(), {7}));
    const std::string strange = "Content-Transfer-Encoding: x-uuencode\r\n\r\nx";
    CHECK(resolve_binary(section_parts(mime::parse(strange)), strange.size(), {1})->encoding ==
          mime::Encoding::unknown);
}

TEST_CASE("Partial octets") {
    CHECK(cut({10, 100}, {}) == mime::Span{10, 100});
    CHECK(cut({10, 100}, BytesRange{0, 20}) == mime::Span{10, 20});
    CHECK(cut({10, 100}, BytesRange{90, 20}) == mime::Span{100, 10});
    CHECK(cut({10, 100}, BytesRange{100, 20}) == mime::Span{110, 0});
    CHECK(cut({10, 100}, BytesRange{5000, 20}) == mime::Span{110, 0});
    CHECK(cut({10, 100}, BytesRange{1, ~0ull >> 1}) == mime::Span{11, 99});
}

TEST_CASE("Fields of a header") {
    const std::string header = "Date: d\r\nFrom: a\r\n b\r\nX: 1\r\nfrom: c\r\n\r\n";
    CHECK(select_fields(header, {"FROM"}, false) == "From: a\r\n b\r\nfrom: c\r\n\r\n");
    CHECK(select_fields(header, {"x", "Date"}, false) == "Date: d\r\nX: 1\r\n\r\n");
    CHECK(select_fields(header, {"from"}, true) == "Date: d\r\nX: 1\r\n\r\n");
    CHECK(select_fields(header, {"none"}, false) == "\r\n");
    CHECK(select_fields("A: 1", {"a"}, false) == "A: 1\r\n\r\n");
    CHECK(section_of({.kind = FetchItem::Kind::rfc822_header}).text == Text::header);
}
