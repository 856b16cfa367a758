#include "transport/mime/body.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace facteur::mime;

namespace {

using List = std::vector<std::string>;

List sections(const Message& message, const std::vector<std::uint32_t>& indices) {
    List out;
    for (const auto index : indices)
        out.push_back(message.parts[index].section);
    return out;
}

std::string preview_of(const std::string& bytes) {
    const Message m = parse(bytes);
    return preview(bytes, m, body_lists(m));
}

} // namespace

TEST_CASE("The example of RFC 8621 §4.1.4", "[mime][body]") {
    const std::string text = "Content-Type: text/plain\nContent-Disposition: inline\n\nx\n";
    const std::string html = "Content-Type: text/html\n\nx\n";
    const std::string jpeg = "Content-Type: image/jpeg\nContent-Disposition: inline\n\nx\n";
    const std::string bytes = "Content-Type: multipart/mixed; boundary=a\n\n"
                              "--a\n" +
                              text + // A
                              "--a\nContent-Type: multipart/mixed; boundary=b\n\n"
                              "--b\nContent-Type: multipart/alternative; boundary=c\n\n"
                              "--c\nContent-Type: multipart/mixed; boundary=d\n\n"
                              "--d\n" +
                              text +           // B
                              "--d\n" + jpeg + // C
                              "--d\n" + text + // D
                              "--d--\n"
                              "--c\nContent-Type: multipart/related; boundary=e\n\n"
                              "--e\n" +
                              html +                                 // E
                              "--e\nContent-Type: image/jpeg\n\nx\n" // F
                              "--e--\n--c--\n"
                              "--b\nContent-Type: image/jpeg\nContent-Disposition: attachment\n\nx\n" // G
                              "--b\nContent-Type: application/x-excel\n\nx\n"                         // H
                              "--b\nContent-Type: message/rfc822\n\nSubject: J\n\nx\n"                // J
                              "--b--\n"
                              "--a\n" +
                              text + // K
                              "--a--\n";
    const Message m = parse(bytes);
    const BodyLists lists = body_lists(m);
    const List a_to_k = {"1",       "2.1.1.1", "2.1.1.2", "2.1.1.3", "2.1.2.1",
                         "2.1.2.2", "2.2",     "2.3",     "2.4",     "3"};
    CHECK(sections(m, lists.text) == List{a_to_k[0], a_to_k[1], a_to_k[2], a_to_k[3], a_to_k[9]});
    CHECK(sections(m, lists.html) == List{a_to_k[0], a_to_k[4], a_to_k[9]});
    CHECK(sections(m, lists.attachments) == List{a_to_k[2], a_to_k[5], a_to_k[6], a_to_k[7], a_to_k[8]});
    CHECK(has_attachment(m, lists));
}

TEST_CASE("Body lists of simple messages", "[mime][body]") {
    const auto lists_of = [](const std::string& bytes) {
        const Message m = parse(bytes);
        const auto lists = body_lists(m);
        return std::vector<List>{sections(m, lists.text), sections(m, lists.html),
                                 sections(m, lists.attachments)};
    };
    CHECK(lists_of("\nx") == std::vector<List>{{"1"}, {"1"}, {}});
    CHECK(lists_of("Content-Type: text/html\n\nx") == std::vector<List>{{"1"}, {"1"}, {}});
    CHECK(lists_of("Content-Type: application/pdf\n\nx") == std::vector<List>{{}, {}, {"1"}});
    CHECK(lists_of("Content-Type: image/png\n\nx") == std::vector<List>{{"1"}, {"1"}, {}});
    const std::string alternative = "Content-Type: multipart/alternative; boundary=a\n\n";
    CHECK(lists_of(alternative + "--a\n\nx\n--a\nContent-Type: text/html\n\nx\n--a--") ==
          std::vector<List>{{"1"}, {"2"}, {}});
    CHECK(lists_of(alternative + "--a\nContent-Type: text/html\n\nx\n--a--") ==
          std::vector<List>{{"1"}, {"1"}, {}});
    CHECK(lists_of(
              alternative +
              "--a\n\nx\n--a\nContent-Type: text/html\n\nx\n--a\nContent-Type: text/calendar\n\nx\n--a--") ==
          std::vector<List>{{"1"}, {"2"}, {"3"}});
    const std::string mixed = "Content-Type: multipart/mixed; boundary=a\n\n";
    CHECK(lists_of(mixed + "--a\n\nx\n--a\nContent-Type: text/plain; name=a.txt\n\nx\n--a--") ==
          std::vector<List>{{"1"}, {"1"}, {"2"}});
    CHECK(lists_of(mixed + "--a\n\nx\n--a\n\nfooter of a list\n--a--") ==
          std::vector<List>{{"1", "2"}, {"1", "2"}, {}});
    CHECK(lists_of(mixed + "--a\nContent-Type: message/rfc822\n\nSubject: x\n\nbody\n--a--") ==
          std::vector<List>{{}, {}, {"1"}});
}

TEST_CASE("Pictures of the HTML and signatures are no attachments to tell of", "[mime][body]") {
    const auto has = [](const std::string& bytes) {
        const Message m = parse(bytes);
        return has_attachment(m, body_lists(m));
    };
    const std::string html = "--a\nContent-Type: text/html\n\n<img src=cid:x>\n";
    CHECK_FALSE(has("Content-Type: multipart/related; boundary=a\n\n" + html +
                    "--a\nContent-Type: image/png\nContent-ID: <x>\n\nx\n--a--"));
    CHECK(has("Content-Type: multipart/related; boundary=a\n\n" + html +
              "--a\nContent-Type: image/png\nContent-Disposition: attachment\n\nx\n--a--"));
    CHECK_FALSE(has("Content-Type: multipart/signed; boundary=a\n\n" + html +
                    "--a\nContent-Type: application/pgp-signature\n\nx\n--a--"));
    CHECK(has("Content-Type: multipart/mixed; boundary=a\n\n" + html +
              "--a\nContent-Type: application/pdf\n\nx\n--a--"));
}

TEST_CASE("Body values", "[mime][body]") {
    const auto value = [](std::string_view body, Encoding encoding, std::string_view charset,
                          std::size_t most = 0, bool html = false) {
        return body_value({body, encoding, charset, html}, most);
    };
    CHECK(value("a\r\nb\rc\r\r\n", Encoding::seven_bit, "us-ascii").value == "a\nb\rc\r\n");
    CHECK(value("=E9t=E9", Encoding::quoted_printable, "iso-8859-1").value == "été");
    CHECK(value("w6l0w6k=", Encoding::base64, "utf-8").value == "été");
    CHECK_FALSE(value("été", Encoding::eight_bit, "utf-8").is_encoding_problem);
    CHECK(value("\xC3\xA9\xE9", Encoding::eight_bit, "utf-8").is_encoding_problem);
    CHECK(value("x", Encoding::unknown, "utf-8").is_encoding_problem);
    CHECK(value("=ZZ", Encoding::quoted_printable, "utf-8").is_encoding_problem);

    const auto cut = value("été", Encoding::eight_bit, "utf-8", 3);
    CHECK(cut.value == "ét");
    CHECK(cut.is_truncated);
    CHECK_FALSE(cut.is_encoding_problem);
    CHECK_FALSE(value("été", Encoding::eight_bit, "utf-8", 5).is_truncated);
    CHECK(value("ab<b title=\">\">c", Encoding::seven_bit, "", 12, true).value == "ab");
    CHECK(value("ab<b>cd</b>", Encoding::seven_bit, "", 6, true).value == "ab<b>c");
    CHECK(value("1 < 2 and more", Encoding::seven_bit, "", 6, true).value == "1 < 2 ");

    SECTION("long text is cut without a problem that the cut made") {
        std::string text;
        for (int i = 0; i < 20000; ++i)
            text += "é漢";
        for (std::size_t most = 1000; most < 1012; ++most) {
            const auto long_cut = value(text, Encoding::eight_bit, "utf-8", most);
            CHECK(long_cut.value.size() <= most);
            CHECK(long_cut.value.size() + 4 > most);
            CHECK_FALSE(long_cut.is_encoding_problem);
        }
    }
}

TEST_CASE("Previews", "[mime][body]") {
    CHECK(preview_of("\nBonjour,\n\n  la réunion\taura lieu.\n") == "Bonjour, la réunion aura lieu.");
    CHECK(preview_of("\n> quoted\n> text\n\nMy answer\n-- \nMe\n") == "My answer");
    CHECK(preview_of("\nOn Monday, Joe wrote:\n> quoted\n\nYes.\n") == "Yes.");
    CHECK(
        preview_of(
            "\nD'accord.\n\nLe lun. 3 nov. 2025 à 10:00, Anne Martin <anne@x.fr> a\nécrit :\n> Bonjour\n") ==
        "D'accord.");
    CHECK(preview_of("\nOui\n\n-----Message d'origine-----\nDe : x\n") == "Oui");
    CHECK(preview_of("\n> only quotes\n") == "> only quotes");
    std::string quotes, own;
    for (int line = 0; line < 200; ++line) {
        quotes += "> what was said before, and goes on\n";
        own += "mot " + std::to_string(line) + "\n";
    }
    CHECK(preview_of("\n" + quotes + "At last\n") == "At last");
    const auto all = preview_of("\n" + own);
    CHECK(all.size() == 255); // a space is the 256th
    CHECK(all.starts_with("mot 0 mot 1 mot 2 "));
    // Where the first look ends, somebody is quoted.
    for (std::size_t before = 1990; before < 2060; ++before)
        CHECK(preview_of("\n" + std::string(before, ' ') + "\nOn Monday, Joe wrote:\n> quoted\n\nYes.\n") ==
              "Yes.");
    CHECK(preview_of("Content-Type: text/html\n\n<style>p{}</style><p>Bonjour &agrave; "
                     "tous</p><blockquote>x</blockquote>") == "Bonjour à tous");
    CHECK(preview_of("Content-Type: text/html\n\n<blockquote>all is quoted</blockquote>") == "all is quoted");
    CHECK(preview_of("Content-Type: text/html\n\nOui<div class=\"gmail_quote\">Le lundi, x a écrit "
                     ":<br>Bonjour</div>") == "Oui");
    CHECK(preview_of("Content-Type: text/html\n\nPre&zwnj;&nbsp;&zwnj;&nbsp;&#847;header") == "Pre header");
    CHECK(preview_of("Content-Type: text/richtext\n\n<bold>Rich</bold> text") == "Rich text");
    CHECK(preview_of("Content-Type: image/png\n\nx").empty());
    std::string words = "\n";
    for (int i = 0; i < 200; ++i)
        words += "été ";
    const std::string found = preview_of(words);
    CHECK(std::count_if(found.begin(), found.end(), [](char c) { return (c & 0xC0) != 0x80; }) <= 256);
    CHECK(found.size() > 380);
}
