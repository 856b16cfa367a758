#include "transport/mime/message.h"

#include <catch2/catch.hpp>

using namespace facteur::mime;

namespace {

// "multipart/mixed[text/plain, message/rfc822[text/html]]"
std::string shape(const Message& message, std::size_t index = 0) {
    const Part& part = message.parts[index];
    std::string out = part.media_type();
    if (part.children == 0) return out;
    out += "[";
    for (std::size_t child = index + 1; child < part.subtree_end; child = message.parts[child].subtree_end) {
        if (child > index + 1) out += ", ";
        out += shape(message, child);
    }
    return out + "]";
}

std::vector<std::string> bodies(const Message& message, std::string_view bytes) {
    std::vector<std::string> out;
    for (const Part& part : message.parts)
        if (part.children == 0) out.emplace_back(part.body.of(bytes));
    return out;
}

std::vector<std::string> sections(const Message& message) {
    std::vector<std::string> out;
    for (const Part& part : message.parts)
        out.push_back(part.section);
    return out;
}

} // namespace

TEST_CASE("A message of one part", "[mime][message]") {
    const std::string bytes =
        "Subject: Bonjour\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nUn\r\nDeux\r\n";
    const Message m = parse(bytes);
    REQUIRE(m.parts.size() == 1);
    const Part& part = m.root();
    CHECK(part.header == Span{0, 59});
    CHECK(part.body.of(bytes) == "Un\r\nDeux\r\n");
    CHECK(part.lines == 2);
    CHECK(part.charset == "utf-8");
    CHECK(part.section == "1");
    CHECK(part.subtree_end == 1);
    CHECK(part.decoded_size == 10);
    CHECK(m.size == bytes.size());
}

TEST_CASE("No bytes are a message too", "[mime][message]") {
    const Message m = parse("");
    REQUIRE(m.parts.size() == 1);
    CHECK(m.root().media_type() == "text/plain");
    CHECK(m.root().charset == "us-ascii");
    CHECK(m.root().body == Span{0, 0});
}

TEST_CASE("The example of RFC 2046 §5.1.1: preamble, epilogue, implicit and explicit types",
          "[mime][message]") {
    const std::string bytes = "From: Nathaniel Borenstein <nsb@bellcore.com>\r\n"
                              "To: Ned Freed <ned@innosoft.com>\r\n"
                              "Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)\r\n"
                              "Subject: Sample message\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-type: multipart/mixed; boundary=\"simple boundary\"\r\n"
                              "\r\n"
                              "This is the preamble.  It is to be ignored.\r\n"
                              "\r\n"
                              "--simple boundary\r\n"
                              "\r\n"
                              "This is implicitly typed plain US-ASCII text.\r\n"
                              "It does NOT end with a linebreak.\r\n"
                              "--simple boundary\r\n"
                              "Content-type: text/plain; charset=us-ascii\r\n"
                              "\r\n"
                              "This is explicitly typed plain US-ASCII text.\r\n"
                              "It DOES end with a linebreak.\r\n"
                              "\r\n"
                              "--simple boundary--\r\n"
                              "\r\n"
                              "This is the epilogue.  It is also to be ignored.\r\n";
    const Message m = parse(bytes);
    CHECK(shape(m) == "multipart/mixed[text/plain, text/plain]");
    CHECK(sections(m) == std::vector<std::string>{"", "1", "2"});
    const auto texts = bodies(m, bytes);
    CHECK(texts[0] == "This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.");
    CHECK(texts[1] == "This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n");
    CHECK(m.parts[1].lines == 1);
    CHECK(m.parts[2].lines == 2);
    CHECK(m.root().boundary == "simple boundary");
    CHECK(m.root().body.end() == bytes.size());
}

TEST_CASE("The complex example of RFC 2049 appendix A", "[mime][message]") {
    const std::string bytes = "MIME-Version: 1.0\n"
                              "From: Nathaniel Borenstein <nsb@nsb.fv.com>\n"
                              "Subject: A multipart example\n"
                              "Content-Type: multipart/mixed;\n"
                              "     boundary=unique-boundary-1\n"
                              "\n"
                              "This is the preamble area of a multipart message.\n"
                              "--unique-boundary-1\n"
                              "\n"
                              "  ... Some text appears here ...\n"
                              "--unique-boundary-1\n"
                              "Content-type: text/plain; charset=US-ASCII\n"
                              "\n"
                              "This could have been part of the previous part.\n"
                              "--unique-boundary-1\n"
                              "Content-Type: multipart/parallel; boundary=unique-boundary-2\n"
                              "\n"
                              "--unique-boundary-2\n"
                              "Content-Type: audio/basic\n"
                              "Content-Transfer-Encoding: base64\n"
                              "\n"
                              "  ... base64-encoded 8000 Hz single-channel\n"
                              "--unique-boundary-2\n"
                              "Content-Type: image/jpeg\n"
                              "Content-Transfer-Encoding: base64\n"
                              "\n"
                              "  ... base64-encoded image data goes here ...\n"
                              "--unique-boundary-2--\n"
                              "--unique-boundary-1\n"
                              "Content-type: text/enriched\n"
                              "\n"
                              "This is <bold><italic>enriched.</italic></bold>\n"
                              "--unique-boundary-1\n"
                              "Content-Type: message/rfc822\n"
                              "\n"
                              "From: (mailbox in US-ASCII)\n"
                              "Subject: (subject in US-ASCII)\n"
                              "Content-Type: Text/plain; charset=ISO-8859-1\n"
                              "Content-Transfer-Encoding: Quoted-printable\n"
                              "\n"
                              "  ... Additional text in ISO-8859-1 goes here ...\n"
                              "--unique-boundary-1--\n";
    const Message m = parse(bytes);
    CHECK(shape(m) == "multipart/mixed[text/plain, text/plain, multipart/parallel[audio/basic, image/jpeg], "
                      "text/enriched, message/rfc822[text/plain]]");
    CHECK(sections(m) == std::vector<std::string>{"", "1", "2", "3", "3.1", "3.2", "4", "5", "5.1"});
    CHECK(m.parts.back().in_message);
    CHECK(m.parts.back().encoding == Encoding::quoted_printable);
    CHECK(m.parts.back().body.of(bytes) == "  ... Additional text in ISO-8859-1 goes here ...");
    CHECK(m.parts[7].is_message);
    CHECK_FALSE(m.parts[7].in_message);
}

TEST_CASE("A digest's parts are messages (RFC 2046 §5.1.5)", "[mime][message]") {
    const std::string bytes = "Content-Type: multipart/digest; boundary=\"x\"\r\n\r\n"
                              "--x\r\n\r\nFrom: a@example.com\r\nSubject: one\r\n\r\nHello\r\n"
                              "--x\r\nContent-Type: text/plain\r\n\r\nplain\r\n--x--\r\n";
    const Message m = parse(bytes);
    CHECK(shape(m) == "multipart/digest[message/rfc822[text/plain], text/plain]");
    CHECK(m.parts[2].header.of(bytes) == "From: a@example.com\r\nSubject: one\r\n");
}

TEST_CASE("Section numbers of nested messages (RFC 3501 §6.4.5)", "[mime][message]") {
    const std::string bytes =
        "Content-Type: multipart/mixed; boundary=a\n\n"
        "--a\n\ntext\n"
        "--a\nContent-Type: message/rfc822\n\n"
        "Content-Type: multipart/mixed; boundary=b\n\n"
        "--b\n\none\n--b\nContent-Type: message/rfc822\n\nSubject: deep\n\nlast\n--b--\n"
        "--a--\n";
    const Message m = parse(bytes);
    CHECK(sections(m) == std::vector<std::string>{"", "1", "2", "2", "2.1", "2.2", "2.2.1"});
    CHECK(find_section(m, "2") == 2);
    CHECK(find_section(m, "2.2.1") == 6);
    CHECK_FALSE(find_section(m, "9"));
    const Message single = parse(
        "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n");
    CHECK(sections(single) == std::vector<std::string>{"1", "1", "1.1"});
}

TEST_CASE("Damaged multiparts", "[mime][message]") {
    SECTION("the closing delimiter is missing") {
        const std::string bytes = "Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\n\ntwo\n";
        CHECK(bodies(parse(bytes), bytes) == std::vector<std::string>{"one", "two\n"});
    }
    SECTION("an outer delimiter ends what is open") {
        const std::string bytes = "Content-Type: multipart/mixed; boundary=a\n\n"
                                  "--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\none\n"
                                  "--a\n\ntwo\n--b\nstill two\n--a--\n";
        const Message m = parse(bytes);
        CHECK(shape(m) == "multipart/mixed[multipart/alternative[text/plain], text/plain]");
        CHECK(bodies(m, bytes) == std::vector<std::string>{"one", "two\n--b\nstill two"});
    }
    SECTION("a boundary that begins with another one") {
        const std::string bytes =
            "Content-Type: multipart/mixed; boundary=a\n\n"
            "--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\none\n--ab--\n--a\n\ntwo\n--a--\n";
        CHECK(shape(parse(bytes)) == "multipart/mixed[multipart/mixed[text/plain], text/plain]");
    }
    SECTION("no boundary parameter: the body shows it") {
        const std::string bytes =
            "Content-Type: multipart/mixed\n\npreamble\n--=_x\n\none\n--=_x\n\ntwo\n--=_x--\n";
        const Message m = parse(bytes);
        CHECK(shape(m) == "multipart/mixed[text/plain, text/plain]");
        CHECK(m.root().boundary == "=_x");
    }
    SECTION("no delimiter at all: text, so that it is shown") {
        const std::string bytes = "Content-Type: multipart/mixed; boundary=a\n\nHello\n-- \nme\n";
        const Message m = parse(bytes);
        CHECK(m.root().media_type() == "text/plain");
        CHECK(m.root().opaque);
        CHECK_FALSE(m.root().is_multipart);
        CHECK(m.root().section == "1");
        CHECK(m.root().charset == "us-ascii");
        CHECK(m.root().body.of(bytes) == "Hello\n-- \nme\n");
    }
    SECTION("white space after a delimiter, and text that looks like one") {
        const std::string bytes =
            "Content-Type: multipart/mixed; boundary=a\n\n--a \t\n\n--ax\n -- a\n--a-- \n";
        CHECK(bodies(parse(bytes), bytes) == std::vector<std::string>{"--ax\n -- a"});
    }
    SECTION("a part that is a header only, cut by its delimiter") {
        const std::string bytes =
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: image/png\n--a--\n";
        const Message m = parse(bytes);
        CHECK(shape(m) == "multipart/mixed[image/png]");
        CHECK(m.parts[1].body.size == 0);
        CHECK(m.parts[1].lines == 0);
    }
    SECTION("delimiters without blank lines between") {
        const std::string bytes = "Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a--";
        const Message m = parse(bytes);
        CHECK(shape(m) == "multipart/mixed[text/plain, text/plain]");
        CHECK(bodies(m, bytes) == std::vector<std::string>{"", ""});
    }
}

TEST_CASE("Damaged headers", "[mime][message]") {
    SECTION("the blank line is missing") {
        const std::string bytes = "Subject: x\nContent-Type: text/plain\nThis is the body.\nIt goes on.\n";
        const Message m = parse(bytes);
        CHECK(m.root().header.of(bytes) == "Subject: x\nContent-Type: text/plain\n");
        CHECK(m.root().body.of(bytes) == "This is the body.\nIt goes on.\n");
    }
    SECTION("an mbox line before, and one quoted") {
        const std::string bytes = "From me@example.com Tue Nov 24 16:13:11 2026\n>From x\nSubject: x\n\nbody";
        const Message m = parse(bytes);
        CHECK(m.root().header.of(bytes) == "Subject: x\n");
        CHECK(m.root().body.of(bytes) == "body");
    }
    SECTION("garbage between fields") {
        const std::string bytes =
            "Subject: x\nthis was to be folded\nFrom: a@example.com\nContent-Type: text/html\n\nbody";
        const Message m = parse(bytes);
        CHECK(m.root().media_type() == "text/html");
        CHECK(m.root().body.of(bytes) == "body");
    }
    SECTION("no header at all") {
        const std::string bytes = "Hello, world\nNote: this is text\n";
        const Message m = parse(bytes);
        CHECK(m.root().header.size == 0);
        CHECK(m.root().body.of(bytes) == bytes);
    }
    SECTION("bad types") {
        CHECK(parse("Content-Type: text\n\n").root().media_type() == "text/plain");
        CHECK(parse("Content-Type: ;;\n\n").root().media_type() == "text/plain");
        CHECK(parse("Content-Type: pdf; name=x.pdf\n\n").root().media_type() == "application/octet-stream");
        CHECK(parse("Content-Type: TEXT / HTML (comment); charset=\"utf-8\"\n\n").root().media_type() ==
              "text/html");
    }
}

TEST_CASE("What the Content-* fields say", "[mime][message]") {
    const Message m = parse(
        "Content-Type: application/pdf; name=\"=?iso-8859-1?Q?r=E9sum=E9.pdf?=\"\r\n"
        "Content-Disposition: ATTACHMENT;\r\n filename*0*=utf-8''R%C3%A9s;\r\n filename*1=\"um.pdf\"\r\n"
        "Content-Transfer-Encoding: BASE64 (really)\r\n"
        "Content-ID: <part1@example.com>\r\n"
        "Content-Description: =?utf-8?B?w6l0w6k=?=\r\n"
        "Content-Language: fr, en (UK)\r\n"
        "Content-Location: http://example.com/\r\n  a.pdf\r\n"
        "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n"
        "\r\nQUJD\r\nREU=\r\n");
    const Part& part = m.root();
    CHECK(part.media_type() == "application/pdf");
    CHECK(part.name == "Résum.pdf");
    CHECK(part.disposition == "attachment");
    CHECK(part.encoding == Encoding::base64);
    CHECK(part.content_id == "part1@example.com");
    CHECK(part.description == "été");
    CHECK(part.language == "fr,en");
    CHECK(part.location == "http://example.com/a.pdf");
    CHECK(part.md5 == "Q2hlY2sgSW50ZWdyaXR5IQ==");
    CHECK(part.charset.empty());
    CHECK(part.decoded_size == 5);
    CHECK(part.parameters == std::vector<Parameter>{{"name", "résumé.pdf"}});
    CHECK(part.disposition_parameters == std::vector<Parameter>{{"filename", "Résum.pdf"}});
}

TEST_CASE("Encoded messages and multiparts are not taken apart", "[mime][message]") {
    const Message m = parse(
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKYm9keQ==\n");
    REQUIRE(m.parts.size() == 1);
    CHECK(m.root().opaque);
    CHECK_FALSE(m.root().is_message);
    CHECK(m.root().decoded_size == 16);
}

TEST_CASE("Limits make the rest opaque", "[mime][message]") {
    SECTION("parts") {
        std::string bytes = "Content-Type: multipart/mixed; boundary=a\n\n";
        for (int i = 0; i < 50; ++i)
            bytes += "--a\n\nx\n";
        const Message m = parse(bytes, {.parts = 10});
        REQUIRE(m.parts.size() == 10);
        CHECK(m.parts.back().opaque);
        CHECK(m.parts.back().media_type() == "application/octet-stream");
        CHECK(m.parts.back().body.end() == bytes.size());
        CHECK(m.root().children == 9);
    }
    SECTION("depth: thousands of nested multiparts and messages") {
        std::string multiparts, messages;
        for (int i = 0; i < 5000; ++i) {
            multiparts += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
                          std::to_string(i) + "\n";
            messages += "Content-Type: message/rfc822\n\n";
        }
        for (const auto& bytes : {multiparts, messages}) {
            const Message m = parse(bytes);
            REQUIRE(m.parts.size() == 61);
            CHECK(m.parts.back().depth == 60);
            CHECK(m.parts.back().opaque);
            CHECK(m.parts.back().body.end() == bytes.size());
        }
    }
}
