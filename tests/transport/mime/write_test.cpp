#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/message.h"
#include "transport/mime/write.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace facteur;
using namespace facteur::mime;

namespace {

WriteOptions options(std::uint64_t seed = 1) {
    WriteOptions out;
    out.random = [seed]() mutable { return seed = seed * 6364136223846793005U + 1442695040888963407U; };
    return out;
}

std::string field(const NewField& value, bool utf8 = false) {
    const auto written = write_field(value, utf8);
    return written ? *written : "error: " + written.error().message;
}

std::string value_of(const std::string& line) {
    return line.substr(line.find(':') + 1);
}

void check_lines(const std::string& bytes, std::size_t longest = 78) {
    CHECK(bytes.ends_with("\r\n"));
    for (std::size_t at = 0; at < bytes.size();) {
        const auto end = bytes.find("\r\n", at);
        REQUIRE(end != std::string::npos);
        const auto line = bytes.substr(at, end - at);
        CHECK(line.size() <= longest);
        CHECK(line.find_first_of("\r\n") == std::string::npos);
        at = end + 2;
    }
}

} // namespace

TEST_CASE("Fields are written in their forms", "[mime][write]") {
    CHECK(field({"Subject", Text{"Hello"}}) == "Subject: Hello\r\n");
    CHECK(field({"Subject", Text{"Réunion"}}) == "Subject: =?utf-8?Q?R=C3=A9union?=\r\n");
    CHECK(field({"Subject", Text{"Réunion"}}, true) == "Subject: Réunion\r\n");
    CHECK(field({"X-A", Raw{" as it is\r\n folded"}}) == "X-A: as it is\r\n folded\r\n");
    CHECK(field({"To", std::vector<Address>{{"Anne Martin", "anne@example.fr"}, {"", "b@example.fr"}}}) ==
          "To: Anne Martin <anne@example.fr>, b@example.fr\r\n");
    CHECK(field({"To", std::vector<Address>{{"Martin, Anne", "anne@example.fr"}}}) ==
          "To: \"Martin, Anne\" <anne@example.fr>\r\n");
    CHECK(field({"To",
                 std::vector<AddressGroup>{{"Amis", {{"", "a@x.fr"}}}, {std::nullopt, {{"", "b@x.fr"}}}}}) ==
          "To: Amis: a@x.fr;, b@x.fr\r\n");
    CHECK(field({"References", MessageIds{{"a@x", "b@x"}}}) == "References: <a@x> <b@x>\r\n");
    CHECK(field({"List-Help", Urls{{"mailto:a@x", "http://x/"}}}) ==
          "List-Help: <mailto:a@x>, <http://x/>\r\n");
    CHECK(field({"Date", Date{1795536791, 0}}) == "Date: Tue, 24 Nov 2026 16:13:11 +0000\r\n");
    CHECK(write_date({1795536791, -210}) == "Tue, 24 Nov 2026 12:43:11 -0330");
    CHECK(field({"To", std::vector<Address>{}}) == "To:\r\n");
}

TEST_CASE("What cannot be written is an error", "[mime][write]") {
    const auto fails = [](const NewField& value) { return !write_field(value).has_value(); };
    CHECK(fails({"", Text{"x"}}));
    CHECK(fails({"Sub ject", Text{"x"}}));
    CHECK(fails({"Sub:ject", Text{"x"}}));
    CHECK(fails({"Subject", Text{"x\r\nBcc: y"}}));
    CHECK(fails({"Subject", Text{"bad \xFF"}}));
    CHECK(fails({"X", Raw{" x\r\nBcc: y"}}));
    CHECK(fails({"X", Raw{" x\n y"}}));
    CHECK(fails({"X", Raw{" x\r\n \r\n y"}}));
    CHECK(fails({"X", Raw{" x\r\n "}}));
    CHECK(fails({"X", Raw{" x\r\n"}}));
    CHECK(fails({"X", Raw{" " + std::string(1000, 'x')}}));
    CHECK(fails({"X", Raw{" été"}}));
    CHECK(fails({"To", std::vector<Address>{{"x", "a@b>\r\nBcc: <c@d"}}}));
    CHECK(fails({"To", std::vector<Address>{{"x", "a b@c"}}}));
    CHECK(fails({"To", std::vector<Address>{{"x", ""}}}));
    CHECK(fails({"To", std::vector<Address>{{"x\n", "a@b"}}}));
    CHECK(fails({"To", std::vector<Address>{{"", "é@b"}}}));
    CHECK(fails({"References", MessageIds{{"a b"}}}));
    CHECK(fails({"References", MessageIds{{"a>b"}}}));
    CHECK_FALSE(fails({"To", std::vector<Address>{{"", "\"a b\"@c"}}}));
    CHECK_FALSE(fails({"To", std::vector<Address>{{"", "a@[IPv6:2001:db8::1]"}}}));

    NewMessage m;
    m.body.type = "multipart/mixed";
    CHECK(write(m, options()).error().code == Code::malformed);
    m.body.type = "text/plain";
    m.fields.push_back({"Content-Type", Text{"x"}});
    CHECK_FALSE(write(m, options()));
    m.fields.clear();
    NewPart deep;
    for (int i = 0; i < 60; ++i) {
        NewPart outer;
        outer.type = "multipart/mixed";
        outer.children.push_back(std::move(deep));
        deep = std::move(outer);
    }
    m.body = std::move(deep);
    CHECK(write(m, options()).error().code == Code::too_large);
}

TEST_CASE("Long text is folded and read again", "[mime][write]") {
    for (const std::string value :
         {"word ", "été ", "漢字", "x", "a é ", "=?utf-8?Q?x?= ", "  ", "é  ", " b", "😀 a "}) {
        for (const int times : {1, 7, 50, 400}) {
            std::string whole;
            for (int i = 0; i < times; ++i)
                whole += value;
            CAPTURE(value, times);
            const auto line = field({"Subject", Text{whole}});
            check_lines(line, value == "x" ? 998 : 78);
            CHECK(text(value_of(line)) == whole);
            const auto utf8_line = field({"Subject", Text{whole}}, true);
            check_lines(utf8_line, 998);
            CHECK(text(value_of(utf8_line)) == whole);
        }
    }
}

TEST_CASE("Names are quoted or encoded and read again", "[mime][write]") {
    for (const std::string name : {"Anne Martin", "Martin, Anne", "Anne \"A\" \\ Martin", "Hélène", "a  b",
                                   "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
                                   "=?utf-8?Q?x?=", "(comment)", "a@b", "a:b;c", "O'Neil", "."}) {
        CAPTURE(name);
        for (const bool utf8 : {false, true}) {
            const auto line = field({"From", std::vector<Address>{{name, "a@example.fr"}}}, utf8);
            check_lines(line, utf8 ? 200 : 78);
            CHECK(addresses(value_of(line)) == std::vector<Address>{{name, "a@example.fr"}});
        }
    }
}

TEST_CASE("A composed message", "[mime][write]") {
    NewMessage m;
    m.fields.push_back({"Subject", Text{"Réunion"}});
    NewPart pdf;
    pdf.type = "application/pdf";
    pdf.content = "%PDF\r\n\xFF";
    pdf.name = "Compte rendu été.pdf";
    pdf.disposition = "attachment";
    NewPart image;
    image.type = "image/png";
    image.content = "PNG";
    image.disposition = "inline";
    image.content_id = "logo@example.fr";
    m.body = body_tree("Bonjour à tous\nligne\n", "<p>Bonjour</p><img src=\"cid:logo@example.fr\">", {image},
                       {pdf});
    const auto bytes = write(m, options());
    REQUIRE(bytes);
    check_lines(*bytes);
    const Message read = parse(*bytes);
    REQUIRE(read.parts.size() == 7);
    CHECK(read.parts[0].media_type() == "multipart/mixed");
    CHECK(read.parts[1].media_type() == "multipart/related");
    CHECK(read.parts[2].media_type() == "multipart/alternative");
    CHECK(read.parts[6].name == "Compte rendu été.pdf");
    CHECK(read.parts[6].disposition == "attachment");
    CHECK(decode_transfer(read.parts[6].body.of(*bytes), read.parts[6].encoding).bytes == pdf.content);
    CHECK(body_value(text_part(*bytes, read.parts[3])).value == "Bonjour à tous\nligne\n");
    CHECK(read.parts[5].content_id == "logo@example.fr");
    const auto lists = body_lists(read);
    CHECK(lists.text == std::vector<std::uint32_t>{3});
    CHECK(lists.html == std::vector<std::uint32_t>{4});
    CHECK(lists.attachments == std::vector<std::uint32_t>{5, 6});
}

TEST_CASE("Encodings of text", "[mime][write]") {
    const auto root_of = [](std::string_view text, bool eight_bit = false, std::string disposition = "") {
        NewMessage m;
        m.body.content = text;
        m.body.disposition = std::move(disposition);
        auto with = options();
        with.eight_bit = eight_bit;
        const auto bytes = write(m, with);
        REQUIRE(bytes);
        const Message read = parse(*bytes);
        return std::pair{read.root(), body_value(text_part(*bytes, read.root())).value};
    };
    CHECK(root_of("plain\n").first.encoding == Encoding::seven_bit);
    CHECK(root_of("été, en français s'il vous plaît\n").first.encoding == Encoding::quoted_printable);
    CHECK(root_of("été\n", true).first.encoding == Encoding::eight_bit);
    CHECK(root_of("漢字漢字").first.encoding == Encoding::base64);
    CHECK(root_of(std::string(2000, 'x')).first.encoding == Encoding::quoted_printable);
    CHECK(root_of("a\nFrom here\n").first.encoding == Encoding::quoted_printable);
    for (const std::string text : {"a\nb\n", "a\r\nb\r\n", "\n\n", "trailing \nspace\t\n", "é =\n.\nFrom x\n",
                                   "=41\n", "漢字\n漢字\n"})
        for (const bool eight_bit : {false, true}) {
            CAPTURE(text);
            std::string expected = text;
            std::erase(expected, '\r');
            CHECK(root_of(text, eight_bit).second == expected);
        }
}

TEST_CASE("An attached text keeps its octets", "[mime][write]") {
    for (const std::string_view content : {"a\nb\rc\r\n", "a;b\r\nc;d\r\n", "\xE9t\xE9\n", "no line end"}) {
        NewPart file;
        file.content = content;
        file.name = "a.csv";
        file.disposition = "attachment";
        file.type = "text/csv";
        NewMessage m;
        m.body = body_tree("x", "", {}, {file});
        const auto bytes = write(m, options());
        REQUIRE(bytes);
        const Message read = parse(*bytes);
        REQUIRE(read.parts.size() == 3);
        CHECK(decode_transfer(read.parts[2].body.of(*bytes), read.parts[2].encoding).bytes == content);
    }
}

TEST_CASE("File names in RFC 2231", "[mime][write]") {
    for (const std::string name :
         {"a.txt", "a b.txt", "été.pdf", "a\"b\\c.txt", "=?x?=", "100%.txt", "a'b*c.txt",
          "un très long nom de fichier qui ne tient pas sur une seule ligne d'en-tête, même courte.pdf"}) {
        CAPTURE(name);
        NewMessage m;
        m.body.type = "application/octet-stream";
        m.body.name = name;
        m.body.disposition = "attachment";
        const auto bytes = write(m, options());
        REQUIRE(bytes);
        check_lines(*bytes);
        CHECK(parse(*bytes).root().name == name);
        CHECK(parameter(parse(*bytes).root().parameters, "name") == name);
    }
}

TEST_CASE("The sink sees pieces, and nothing of what cannot be written", "[mime][write]") {
    NewMessage m;
    const std::string large(1000000, '\x01');
    NewPart file;
    file.type = "application/octet-stream";
    file.content = large;
    m.body = body_tree("x", "", {}, {file});
    std::string bytes;
    std::size_t longest = 0, pieces = 0;
    const Sink sink = [&](std::string_view piece) {
        bytes += piece;
        longest = std::max(longest, piece.size());
        ++pieces;
    };
    REQUIRE(write(m, options(), sink));
    CHECK(pieces > 10);
    CHECK(longest < 70000);
    CHECK(bytes == *write(m, options()));
    pieces = 0;
    m.fields.push_back({"Bad name", Text{"x"}});
    CHECK_FALSE(write(m, options(), sink));
    CHECK(pieces == 0);
}

TEST_CASE("Encoders", "[mime][write]") {
    CHECK(base64_encode("") == "");
    CHECK(base64_encode("f") == "Zg==");
    CHECK(base64_encode("foobar") == "Zm9vYmFy");
    CHECK(quoted_printable_encode("a = é \n") == "a =3D =C3=A9=20\r\n");
    CHECK(quoted_printable_encode("From x\n.\n") == "=46rom x\r\n=2E\r\n");
    const auto random = options().random;
    const auto id = message_id(random, "example.fr");
    CHECK(id.size() == 26 + 11);
    CHECK(id != message_id(random, "example.fr"));
}
