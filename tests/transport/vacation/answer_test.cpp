#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/message.h"
#include "transport/vacation/vacation.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::vacation;

namespace {

const Owner anne{"Anne Émond", {"anne@a.test", "am@a.test"}, "fr"};
const Vacation plain{true, {}, {}, {}, "Je suis en congé.\nÀ lundi.", {}};
constexpr std::string_view letter =
    "From: bob@b.test\r\nTo: AM@a.test\r\nSubject: =?utf-8?q?R=C3=A9union?=\r\n"
    "Message-ID: <3@b.test>\r\nReferences: <1@a.test> <2@b.test>\r\n\r\n";

Answer answer(const Vacation& vacation = plain, std::string_view header = letter) {
    Answer out;
    out.vacation = &vacation;
    out.owner = &anne;
    out.header = header;
    out.to = {"bob", "b.test"};
    out.domain = "a.test";
    out.at = 1'795'852'800;
    out.random = [] { return 7; };
    return out;
}

std::string field(std::string_view message, std::string_view name) {
    const auto found = mime::first_field(mime::header_of(message), name);
    return found ? mime::text(found->value) : "absent";
}
std::string body(std::string_view message, std::size_t part = 0) {
    const auto parsed = mime::parse(message);
    return mime::body_value(mime::text_part(message, parsed.parts.at(part))).value;
}

} // namespace

TEST_CASE("an answer: who, to whom, to what, and that a machine wrote it") {
    const auto written = write_answer(answer()).value();
    CHECK(mime::is_ascii(written));
    CHECK(field(written, "From") == "Anne Émond <am@a.test>");
    CHECK(field(written, "To") == "bob@b.test");
    CHECK(field(written, "Subject") == "Auto: Réunion");
    CHECK(field(written, "Auto-Submitted") == "auto-replied (vacation)");
    CHECK(field(written, "X-Auto-Response-Suppress") == "All");
    CHECK(field(written, "In-Reply-To") == "<3@b.test>");
    CHECK(field(written, "References") == "<1@a.test> <2@b.test> <3@b.test>");
    CHECK(field(written, "Date") == "Sat, 28 Nov 2026 08:00:00 +0000");
    CHECK(field(written, "Content-Type") == "text/plain; charset=utf-8");
    CHECK(body(written) == "Je suis en congé.\nÀ lundi.\n");
    // Nobody answers the answer.
    CHECK(decide(plain, {"", {"bob@b.test"}, ""}, mime::header_of(written), smtp::Mailbox{"am", "a.test"},
                 0) == Verdict::automatic);
}

TEST_CASE("text, HTML, both or neither") {
    auto vacation = plain;
    vacation.html = "<p>En <b>congé</b></p>";
    vacation.subject = "Absente\r\nBcc: x@y.test";
    auto written = write_answer(answer(vacation)).value();
    CHECK(field(written, "Subject") == "Absente  Bcc: x@y.test");
    CHECK(field(written, "Bcc") == "absent");
    REQUIRE(mime::parse(written).parts.size() == 3);
    CHECK(mime::parse(written).root().media_type() == "multipart/alternative");
    CHECK(body(written, 2) == "<p>En <b>congé</b></p>");
    vacation.text.reset();
    written = write_answer(answer(vacation)).value();
    CHECK_THAT(body(written, 1), Catch::StartsWith("En congé"));
    vacation.html.reset();
    CHECK_THAT(body(write_answer(answer(vacation)).value()), Catch::Contains("réponse automatique"));
    vacation.subject = " ";
    CHECK(field(write_answer(answer(vacation, "To: anne@a.test\r\n")).value(), "Subject") == "Auto: absence");
    vacation.text = "\xff\x00z";
    CHECK(write_answer(answer(vacation)));
}

TEST_CASE("references stay bounded, and ids that cannot be written are left out") {
    std::string header = "To: am@a.test\r\nMessage-ID: <last@b.test>\r\nReferences:";
    for (int i = 0; i < 100; ++i)
        header += "\r\n <" + std::to_string(i) + "@b.test>";
    const auto references = field(write_answer(answer(plain, header + "\r\n")).value(), "References");
    CHECK(references.starts_with("<0@b.test> <82@b.test>"));
    CHECK(references.ends_with("<99@b.test> <last@b.test>"));
    const auto utf8 = write_answer(answer(plain, "Message-ID: <\xc3\xa9@b.test>\r\n")).value();
    CHECK(field(utf8, "In-Reply-To") == "absent");
}

TEST_CASE("an address that only SMTPUTF8 carries") {
    auto to_utf8 = answer();
    to_utf8.to = {"\xc3\xa9lise", "b.test"};
    CHECK_FALSE(write_answer(to_utf8));
    to_utf8.smtputf8 = true;
    CHECK(field(write_answer(to_utf8).value(), "To") == "\xc3\xa9lise@b.test");
}
