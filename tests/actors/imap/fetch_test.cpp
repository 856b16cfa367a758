#include "actors/session/imap/fetch.h"
#include "actors/session/imap/structure_views.h"
#include "tests/actors/imap/read_fixture.h"
#include "transport/mime/decode.h"

#include <catch2/catch.hpp>

#include <random>

namespace facteur {
namespace {

using test::ReadMailbox;

struct Fetched {
    std::string text;
    Fetch::Outcome outcome;
    std::size_t largest = 0; // piece
    std::size_t pieces = 0;
    bool broken = false;
};

struct FetchHow {
    FetchOptions options = {};
    std::size_t enough = 1 << 16;
    std::function<void()> between = {}; // pieces
    std::size_t looks = Fetch::any_number;
};

Fetched run_fetch(ReadMailbox& mailbox, std::shared_ptr<const UidMap> map, const std::string& command,
                  FetchHow how = {}) {
    auto asked = test::imap_command<imap::command::Fetch>(command);
    how.options.account = ReadMailbox::account;
    how.options.mailbox = mailbox.inbox();
    how.options.with_uid = asked.uid;
    how.options.changed_since = asked.changed_since;
    auto messages = messages_of(*map, asked.set, asked.uid);
    REQUIRE(messages.has_value());
    if (asked.partial) messages = part_of(*messages, *asked.partial);
    Fetch fetch(how.options, asked.items, map, *messages);
    Fetched got;
    for (auto state = Fetch::State::more; state == Fetch::State::more;) {
        std::string piece;
        state = fetch.go_on(mailbox.now(), piece, how.enough, how.looks);
        ++got.pieces;
        got.largest = std::max(got.largest, piece.size());
        got.text += piece;
        got.broken = state == Fetch::State::broken;
        if (how.between) how.between();
    }
    got.outcome = fetch.outcome();
    return got;
}

std::string fetch(ReadMailbox& mailbox, const std::string& command, const FetchHow& how = {}) {
    return run_fetch(mailbox, mailbox.map(), command, how).text;
}

// What one message answers to one item: the text after its name, without the last parenthesis.
std::string fetched_item(ReadMailbox& mailbox, std::uint32_t number, const std::string& item,
                         std::size_t enough = 1 << 16) {
    FetchHow how;
    how.enough = enough;
    auto text = fetch(mailbox, "FETCH " + std::to_string(number) + " " + item, how);
    const auto begin = "* " + std::to_string(number) + " FETCH (";
    REQUIRE(text.starts_with(begin));
    REQUIRE(text.ends_with(")\r\n"));
    return text.substr(begin.size(), text.size() - begin.size() - 3);
}

std::string literal(const std::string& octets) {
    return octets.empty() ? "\"\"" : "{" + std::to_string(octets.size()) + "}\r\n" + octets;
}

std::string base64_lines(const std::string& octets) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto octet = [&](std::size_t i) {
        return i < octets.size() ? static_cast<unsigned>(static_cast<unsigned char>(octets[i])) : 0u;
    };
    std::string out;
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        if (i > 0 && i % 57 == 0) out += "\r\n";
        const auto bits = octet(i) << 16 | octet(i + 1) << 8 | octet(i + 2);
        out += {digits[bits >> 18], digits[bits >> 12 & 63],
                i + 1 < octets.size() ? digits[bits >> 6 & 63] : '=',
                i + 2 < octets.size() ? digits[bits & 63] : '='};
    }
    return out;
}

const std::string plain = "Date: Tue, 14 Nov 2023 22:13:20 +0100\nFrom: Anne Martin <anne@academie.test>\n"
                          "To: Jury: a@x.test, Bob <b@x.test>;\nSubject: =?utf-8?q?R=C3=A9sultats?=\n"
                          "Message-ID: <1@x.test>\nX-Other: yes\n\nBonjour.\n";

const std::string nested =
    "Subject: outer\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
    "--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Description: the first\r\n\r\none\r\n"
    "--a\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=two.bin\r\n\r\ndHdvAA==\r\n"
    "--a\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: three\r\nFrom: C <c@x.test>\r\nDate: Wed, 1 Jan 2020 00:00:00 +0000\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\n\r\nthree.one\r\n--b\r\nContent-Type: application/octet-stream\r\n"
    "Content-Transfer-Encoding: x-secret\r\n\r\nthree.two\r\n--b--\r\n"
    "--a\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: "
    "quoted-printable\r\n\r\nl=C3=A9ger=\r\n.\r\n"
    "--a--\r\n";

} // namespace

TEST_CASE("FETCH answers flags, UIDs and modseqs", "[imap]") {
    ReadMailbox mailbox;
    const auto first = mailbox.add(plain), second = mailbox.add(plain, {store::flag_seen, {"project"}});
    CHECK(fetch(mailbox, "FETCH 1:2 FLAGS") ==
          "* 1 FETCH (FLAGS ())\r\n* 2 FETCH (FLAGS (\\Seen project))\r\n");
    mailbox.put(first, {store::flag_flagged, {}}, true);
    const auto modseq = std::to_string(mailbox.now().state(ReadMailbox::account).modseq);
    CHECK(fetch(mailbox,
                "UID FETCH 1:* (FLAGS UID MODSEQ) (CHANGEDSINCE " +
                    std::to_string(mailbox.now().any_email(ReadMailbox::account, second)->changed()) + ")") ==
          "* 1 FETCH (FLAGS (\\Flagged \\Deleted) UID 1 MODSEQ (" + modseq + "))\r\n");
    FetchHow how;
    how.options.uid_only = true;
    CHECK(fetch(mailbox, "UID FETCH 1 FLAGS", how) == "* 1 UIDFETCH (FLAGS (\\Flagged \\Deleted))\r\n");
    how.options = {};
    how.options.with_modseq = true;
    CHECK(fetch(mailbox, "UID FETCH 1 FLAGS", how) ==
          "* 1 FETCH (UID 1 FLAGS (\\Flagged \\Deleted) MODSEQ (" + modseq + "))\r\n");
    CHECK(fetch(mailbox, "UID FETCH 1:* UID (PARTIAL -1:-1)") == "* 2 FETCH (UID 2)\r\n");
}

TEST_CASE("FETCH answers what rows hold", "[imap]") {
    ReadMailbox mailbox;
    mailbox.add(plain);
    CHECK(fetched_item(mailbox, 1, "INTERNALDATE") == "INTERNALDATE \"14-Nov-2023 22:13:20 +0000\"");
    CHECK(fetched_item(mailbox, 1, "SAVEDATE") == "SAVEDATE \"14-Nov-2023 22:13:20 +0000\"");
    CHECK(fetched_item(mailbox, 1, "RFC822.SIZE") == "RFC822.SIZE 203");
    CHECK(fetched_item(mailbox, 1, "EMAILID") == "EMAILID (e1)");
    CHECK(fetched_item(mailbox, 1, "THREADID") == "THREADID (t1)");
    CHECK(fetched_item(mailbox, 1, "PREVIEW (LAZY)") == "PREVIEW \"Bonjour.\"");
    CHECK(fetched_item(mailbox, 1, "ENVELOPE") ==
          "ENVELOPE (\"Tue, 14 Nov 2023 22:13:20 +0100\" \"=?utf-8?B?UsOpc3VsdGF0cw==?=\" "
          "((\"Anne Martin\" NIL \"anne\" \"academie.test\")) ((\"Anne Martin\" NIL \"anne\" "
          "\"academie.test\")) "
          "((\"Anne Martin\" NIL \"anne\" \"academie.test\")) "
          "((NIL NIL \"Jury\" NIL)(NIL NIL \"a\" \"x.test\")(\"Bob\" NIL \"b\" \"x.test\")(NIL NIL NIL NIL)) "
          "NIL NIL NIL \"<1@x.test>\")");
    CHECK(fetched_item(mailbox, 1, "BODY") == "BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 10 1)");
}

TEST_CASE("FETCH gives sections of the stored message", "[imap]") {
    ReadMailbox mailbox;
    mailbox.add(plain);
    mailbox.add(nested);
    CHECK(fetched_item(mailbox, 1, "BODY[HEADER.FIELDS (X-Other date)]<0.12>") ==
          "BODY[HEADER.FIELDS (X-Other date)]<0> {12}\r\nDate: Tue, 1");
    CHECK(fetched_item(mailbox, 1, "BODY.PEEK[TEXT]<2.3>") == "BODY[TEXT]<2> {3}\r\nnjo");
    CHECK(fetched_item(mailbox, 1, "BODY[]<4000.3>") == "BODY[]<4000> \"\"");
    CHECK(fetched_item(mailbox, 1, "RFC822.TEXT") == "RFC822.TEXT {10}\r\nBonjour.\r\n");
    CHECK(fetched_item(mailbox, 2, "RFC822") == "RFC822 " + literal(nested));
    CHECK(fetched_item(mailbox, 2, "BODY[3.9]") == "BODY[3.9] NIL");
    CHECK(fetched_item(mailbox, 2, "(BODY[1] BODY[3.HEADER.FIELDS.NOT (From Date Content-Type)])") ==
          "BODY[1] {3}\r\none BODY[3.HEADER.FIELDS.NOT (From Date Content-Type)] {18}\r\nSubject: "
          "three\r\n\r\n");

    CHECK(fetched_item(mailbox, 2, "BINARY[1]") == "BINARY[1] {3}\r\none");
    CHECK(fetched_item(mailbox, 2, "BINARY.PEEK[2]") == "BINARY[2] ~{4}\r\n" + std::string("two\0", 4));
    CHECK(fetched_item(mailbox, 2, "BINARY[2]<1.2>") == "BINARY[2]<1> {2}\r\nwo");
    CHECK(fetched_item(mailbox, 2, "BINARY.SIZE[2]") == "BINARY.SIZE[2] 4");
    CHECK(fetched_item(mailbox, 2, "BINARY[4]") == "BINARY[4] {7}\r\nl\xc3\xa9ger.");
    CHECK(fetched_item(mailbox, 2, "BINARY.SIZE[4]") == "BINARY.SIZE[4] 7");
    CHECK(fetched_item(mailbox, 2, "BINARY[]") == "BINARY[] " + literal(nested));
    const auto secret = run_fetch(mailbox, mailbox.map(), "FETCH 1:2 BINARY[3.2]");
    CHECK(secret.outcome.unknown_cte);
    CHECK(secret.text == "* 1 FETCH (BINARY[3.2] NIL)\r\n");
}

TEST_CASE("FETCH passes over messages that are gone", "[imap]") {
    ReadMailbox mailbox;
    std::vector<store::EmailId> emails;
    for (int i = 0; i < 200; ++i)
        emails.push_back(mailbox.add(plain));
    const auto map = mailbox.map();
    for (const int gone : {0, 1, 5, 150, 199})
        mailbox.remove(emails[static_cast<std::size_t>(gone)]);
    mailbox.add(plain); // the session has not been told of it
    auto got = run_fetch(mailbox, map, "FETCH 1:7,100,151:* UID");
    CHECK(got.outcome.gone == 5);
    CHECK(
        got.text.starts_with("* 3 FETCH (UID 3)\r\n* 4 FETCH (UID 4)\r\n* 5 FETCH (UID 5)\r\n* 7 FETCH (UID "
                             "7)\r\n* 100 FETCH (UID 100)\r\n* 152 FETCH (UID 152)\r\n"));
    CHECK(got.text.ends_with("* 199 FETCH (UID 199)\r\n"));
    FetchHow how;
    how.enough = 1;
    CHECK(run_fetch(mailbox, map, "FETCH 1:7,100,151:* UID", how).text == got.text);
    CHECK(run_fetch(mailbox, map, "UID FETCH 1:2 FLAGS").outcome.gone == 2);
}

TEST_CASE("FETCH looks at so many entries and rows in one piece", "[imap]") {
    ReadMailbox mailbox;
    for (int i = 0; i < 100; ++i)
        mailbox.add(plain);
    const auto map = mailbox.map();
    FetchHow how;
    for (const std::string command : {"FETCH 1:* (UID FLAGS) (CHANGEDSINCE 1000000)", "FETCH 1:* (UID FLAGS)",
                                      "FETCH 2:90 RFC822.SIZE", "FETCH 3,50,60:* ENVELOPE"}) {
        const auto whole = run_fetch(mailbox, map, command);
        CHECK(whole.pieces == 1);
        how.looks = 10;
        const auto cut = run_fetch(mailbox, map, command, how);
        CHECK(cut.text == whole.text);
        CHECK(cut.outcome.gone == 0);
        CHECK(cut.pieces > 9);
        how.looks = 1;
        CHECK(run_fetch(mailbox, map, command, how).text == whole.text);
    }
}

TEST_CASE("FETCH sends large bodies in pieces", "[imap]") {
    ReadMailbox mailbox;
    std::mt19937_64 random(7);
    std::string noise(5 << 20, '\0');
    for (char& c : noise)
        c = static_cast<char>(random());
    const auto encoded = base64_lines(noise);
    const std::string message = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
                                "Content-Transfer-Encoding: base64\r\nContent-Type: image/x-noise\r\n\r\n" +
                                encoded + "\r\n--a--\r\n";
    const auto email = mailbox.add(message);
    const auto size = message.size();
    auto got = run_fetch(mailbox, mailbox.map(),
                         "FETCH 1 (BODY[] UID BODY[1]<7.2000000> BINARY[1] BINARY[1]<3000000.1500000>)");
    const auto part = message.substr(message.find("\r\n\r\n--a") + 4);
    CHECK(got.text == "* 1 FETCH (UID 1 BODY[] {" + std::to_string(size) + "}\r\n" + message +
                          " BODY[1]<7> {2000000}\r\n" + message.substr(message.find(encoded) + 7, 2000000) +
                          " BINARY[1] ~{" + std::to_string(noise.size()) + "}\r\n" + noise +
                          " BINARY[1]<3000000> ~{1500000}\r\n" + noise.substr(3000000, 1500000) + ")\r\n");
    CHECK(got.largest < (3u << 20));
    FetchHow how;
    how.between = [&] {
        if (mailbox.now().any_email(ReadMailbox::account, email)) mailbox.remove(email);
        mailbox.add(plain); // what nobody holds goes one commit later
        mailbox.add(plain);
    };
    got = run_fetch(mailbox, mailbox.map(), "FETCH 1 (BODY[] UID)", how);
    CHECK(got.broken);
    CHECK(got.text.starts_with("* 1 FETCH (UID 1 BODY[] {" + std::to_string(size) + "}\r\nContent-Type"));
}

namespace {

// A message of random form, deep enough for every kind of section.
class RandomMessage {
public:
    explicit RandomMessage(std::uint64_t seed) : random_(seed) {}
    std::string message(int depth = 0) {
        std::string text =
            "Subject: s" + number() + "\r\nFrom: \"A " + number() + "\" <a" + number() + "@x.test>\r\n";
        if (chance(2))
            text += "Date: Tue, 14 Nov 2023 22:13:" + std::to_string(10 + random_() % 50) + " +0100\r\n";
        if (chance(2)) text += "To: b@x.test, \"C, D\" <c@x.test>\r\nCc: =?utf-8?q?=C3=A9?= <e@x.test>\r\n";
        if (chance(3)) text += "Message-ID: <" + number() + "@x>\r\nIn-Reply-To: <1@x> <2@x>\r\n";
        return text + entity(depth);
    }

private:
    bool chance(unsigned of) { return random_() % of == 0; }
    std::string number() { return std::to_string(random_() % 1000); }
    std::string entity(int depth) {
        const auto kind = depth > 5 ? 9 : random_() % 10;
        if (kind < 3) {
            const auto boundary = "b" + std::to_string(depth) + "x" + number();
            std::string text = "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n";
            if (chance(3))
                text += "Content-Language: fr, en\r\nContent-Location: http://x/" + number() + "\r\n";
            text += "\r\n";
            const auto parts = random_() % 4;
            for (std::uint64_t i = 0; i < parts; ++i)
                text += "--" + boundary + "\r\n" + entity(depth + 1) + (chance(4) ? "" : "\r\n");
            return text + (chance(5) ? "" : "--" + boundary + "--\r\n");
        }
        if (kind == 3)
            return "Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"m " +
                   number() + ".eml\"\r\n\r\n" + message(depth + 1);
        std::string text = chance(2) ? "Content-Type: text/html; charset=utf-8; format=flowed\r\n" : "";
        if (chance(3)) text += "Content-Description: d " + number() + "\r\nContent-MD5: Q2hlY2s=\r\n";
        if (chance(3)) text += "Content-ID: <" + number() + "@x>\r\n";
        std::string body;
        for (std::uint64_t lines = random_() % 5; lines > 0; --lines)
            body += "line " + number() + "\r\n";
        if (chance(3)) return text + "Content-Transfer-Encoding: base64\r\n\r\n" + base64_lines(body);
        if (chance(4)) return text + "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3D" + number();
        return text + "\r\n" + body;
    }
    std::mt19937_64 random_;
};

void all_sections(const std::vector<imap::SectionPart>& parts, std::uint64_t size,
                  std::vector<std::uint32_t> at, std::vector<imap::Section>& out) {
    using Text = imap::Section::Text;
    for (const auto text : {Text::all, Text::header, Text::text, Text::mime})
        if (!at.empty() || text != Text::mime) out.push_back({at, text, {}});
    out.push_back({at, Text::header_fields, {"Subject", "content-type"}});
    out.push_back({at, Text::header_fields_not, {"subject"}});
    at.push_back(1);
    while (at.size() < 9 && imap::resolve_section(parts, size, {at, Text::all, {}})) {
        all_sections(parts, size, at, out);
        ++at.back();
    }
    out.push_back({at, Text::all, {}}); // there is none
}

} // namespace

TEST_CASE("FETCH of random messages says what parsing them says", "[imap]") {
    ReadMailbox mailbox;
    std::mt19937_64 random(11);
    for (std::uint32_t number = 1; number <= 150; ++number) {
        const auto bytes = RandomMessage(number).message();
        INFO(bytes);
        mailbox.add(bytes);
        const auto message = mime::parse(bytes);
        const auto parsed = imap::body_parts(message, bytes);
        for (const bool extended : {false, true}) {
            std::string expected = extended ? "BODYSTRUCTURE " : "BODY ";
            imap::write_body_structure(expected, parsed.parts, extended);
            CHECK(fetched_item(mailbox, number, extended ? "BODYSTRUCTURE" : "BODY") == expected);
        }
        std::string envelope = "ENVELOPE ";
        imap::write_envelope(envelope, imap::envelope_view(mime::envelope(mime::header_of(bytes))));
        CHECK(fetched_item(mailbox, number, "ENVELOPE") == envelope);

        const auto parts = imap::section_parts(message);
        std::vector<imap::Section> sections;
        all_sections(parts, bytes.size(), {}, sections);
        for (const auto& section : sections) {
            std::string name;
            imap::write_section(name, section);
            const auto found = imap::resolve_section(parts, bytes.size(), section);
            std::string octets = found ? std::string(found->span.of(bytes)) : "";
            if (found && found->has_fields)
                octets = imap::select_fields(octets, section.fields,
                                             section.text == imap::Section::Text::header_fields_not);
            CHECK(fetched_item(mailbox, number, name, 1 + random() % 100) ==
                  name + " " + (found ? literal(octets) : "NIL"));
            if (!found || section.text != imap::Section::Text::all) continue;
            const auto part = name.substr(4);
            const auto binary = imap::resolve_binary(parts, bytes.size(), section.part);
            const auto decoded = mime::decode_transfer(binary->span.of(bytes), binary->encoding).bytes;
            CHECK(fetched_item(mailbox, number, "BINARY" + part) == "BINARY" + part + " " + literal(decoded));
            CHECK(fetched_item(mailbox, number, "BINARY.SIZE" + part) ==
                  "BINARY.SIZE" + part + " " + std::to_string(decoded.size()));
        }
    }
}

} // namespace facteur
