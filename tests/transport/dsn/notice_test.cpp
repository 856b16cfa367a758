// Whole notices, and their reader.
#include "transport/dsn/read.h"
#include "transport/dsn/write.h"
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"

#include <catch2/catch.hpp>

using namespace facteur;
using namespace facteur::dsn;

namespace {

constexpr std::string_view letter = "From: anne@ac-exemple.test\r\nTo: plein@exemple.test\r\n"
                                    "Subject: =?utf-8?q?R=C3=A9union?=\r\nMessage-ID: <1@ac-exemple.test>\r\n"
                                    "\r\nBonjour.\r\n";
constexpr std::int64_t morning = 1'795'852'800; // Saturday 28 November 2026, 08:00 UTC

RecipientReport failed(std::string address, std::string status, std::string diagnostic = "") {
    RecipientReport out;
    out.address = std::move(address);
    out.status = std::move(status);
    out.diagnostic = std::move(diagnostic);
    return out;
}

Notice notice(std::vector<RecipientReport> recipients, Language language = Language::french) {
    Notice out;
    out.report = {"mx.ac-exemple.test", "s4", morning - 5 * 86'400, std::move(recipients)};
    out.sender = "anne@ac-exemple.test";
    out.message = letter;
    out.language = language;
    out.domain = "ac-exemple.test";
    out.message_id = "2@ac-exemple.test";
    out.at = morning;
    out.zone_minutes = 60;
    out.random = [] { return 7; };
    return out;
}

std::string text_of(std::string_view message) {
    const auto parsed = mime::parse(message);
    return mime::body_value(mime::text_part(message, parsed.parts.at(1))).value;
}

std::string subject_in(std::string_view message) {
    return mime::text(mime::first_field(mime::header_of(message), "Subject")->value);
}

} // namespace

TEST_CASE("a notice of failure, whole") {
    auto full = failed("plein@exemple.test", "5.2.2", "552 5.2.2 Full");
    full.remote_host = "mx.exemple.test";
    const auto written = write(notice({full}));
    REQUIRE(written);
    CHECK(written->starts_with("From: Distribution du courrier <postmaster@ac-exemple.test>\r\n"
                               "To: anne@ac-exemple.test\r\n"
                               "Date: Sat, 28 Nov 2026 09:00:00 +0100\r\n"
                               "Message-ID: <2@ac-exemple.test>\r\n"
                               "Subject: Non remis : Réunion\r\n"
                               "Auto-Submitted: auto-replied\r\n"
                               "In-Reply-To: <1@ac-exemple.test>\r\n"
                               "References: <1@ac-exemple.test>\r\n"
                               "MIME-Version: 1.0\r\nContent-Type: multipart/report;"));
    const auto parsed = mime::parse(*written);
    REQUIRE(parsed.parts.size() == 4);
    CHECK(mime::parameter(parsed.parts[0].parameters, "report-type") == "delivery-status");
    CHECK(parsed.parts[2].media_type() == "message/delivery-status");
    CHECK(parsed.parts[3].media_type() == "text/rfc822-headers");
    CHECK(
        text_of(*written) ==
        "Votre message « Réunion » n'a pas pu être remis à :\n\n"
        "    plein@exemple.test\n"
        "      mx.exemple.test : 552 5.2.2 Full\n"
        "  La boîte de cette personne est pleine.\n"
        "  À faire : Prévenez-la par un autre moyen, puis renvoyez votre message quand elle aura fait de la "
        "place.\n\n"
        "Aucun nouvel essai ne sera fait pour ces adresses.\n\n"
        "Cet avis a été écrit par le serveur mx.ac-exemple.test : n'y répondez pas.\n");
    const auto read_again = read(*written);
    REQUIRE(read_again);
    CHECK(read_again->report == notice({full}).report);
    CHECK(read_again->message_ids == std::vector<std::string>{"1@ac-exemple.test"});
}

TEST_CASE("each kind of failure has its own words") {
    struct Row {
        const char *status, *diagnostic, *says;
    };
    for (const auto& row : {
             Row{"5.1.1", "", "There is no such address."},
             Row{"5.0.0", "550 User unknown", "There is no such address."},
             Row{"5.1.6", "", "This person has another address now."},
             Row{"5.2.1", "", "This mailbox is closed or suspended."},
             Row{"5.2.2", "", "This person's mailbox is full."},
             Row{"5.7.1", "550 5.7.1 Message looks like SPAM", "took your message for spam."},
             Row{"5.0.0", "554 Blocked - see https://dnsbl.example.test", "took your message for spam."},
             Row{"5.7.2", "", "Only some people may write to this address."},
             Row{"5.7.26", "", "could not make sure that this message comes from your address."},
             Row{"5.7.1", "550 5.7.1 DMARC policy",
                 "could not make sure that this message comes from your address."},
             Row{"5.7.1", "550 5.7.1 No", "refuses this message by rules of its own."},
             Row{"5.7.0", "550 5.7.0 No", "refuses this message by rules of its own."},
             Row{"5.3.4", "", "Your message is too large"},
             Row{"5.2.3", "", "Your message is too large"},
             Row{"5.1.2", "", "\"exemple.test\", which follows the @, does not exist."},
             Row{"5.1.10", "", "\"exemple.test\", which follows the @, takes no mail."},
             Row{"5.4.7", "", "could not be reached for 5 days."},
             Row{"5.4.7", "451 4.7.1 Greylisted", "did not take the message for 5 days."},
             Row{"5.7.5", "", "must travel encrypted"},
             Row{"5.7.10", "", "must travel encrypted"},
             Row{"5.4.6", "", "goes round in a circle"},
             Row{"5.6.7", "", "takes no addresses with accents."},
             Row{"5.6.0", "", "could not read this message."},
             Row{"5.7.8", "", "A technical fault on our side"},
             Row{"5.5.0", "", "refused this message."},
             Row{"nonsense", "", "refused this message."},
         }) {
        INFO(row.status << ' ' << row.diagnostic);
        const auto written =
            write(notice({failed("a@exemple.test", row.status, row.diagnostic)}, Language::english));
        REQUIRE(written);
        CHECK_THAT(text_of(*written), Catch::Contains(row.says) && Catch::Contains("\n  What to do: "));
    }
}

TEST_CASE("a delay says until when, and that nothing is to be done") {
    auto late = failed("a@exemple.test", "4.4.1");
    late.action = Action::delayed;
    late.retry_until = morning + 2 * 86'400;
    const auto french = text_of(write(notice({late})).value());
    CHECK_THAT(french,
               Catch::Contains("n'a pas encore pu être remis à :\n\n    a@exemple.test\n  Le serveur du "
                               "destinataire ne répond pas pour le moment.\n"));
    CHECK_THAT(french,
               Catch::Contains("réessaie d'elle-même jusqu'au lundi 30 novembre 2026 vers 9 h. Ne renvoyez"));
    const auto english = write(notice({late}, Language::english)).value();
    CHECK_THAT(text_of(english),
               Catch::Contains("we keep trying until Monday 30 November 2026, about 09:00."));
    CHECK(subject_in(english) == "Delayed: Réunion");
    late.status = "4.7.1";
    CHECK_THAT(text_of(write(notice({late})).value()), Catch::Contains("demande de réessayer plus tard."));
}

TEST_CASE("success, and several actions in one notice") {
    auto done = failed("a@exemple.test", "2.0.0");
    done.action = Action::delivered;
    const auto both = write(notice({done}, Language::both)).value();
    CHECK(subject_in(both) == "Remis / Delivered : Réunion");
    CHECK_THAT(text_of(both),
               Catch::Contains("« Réunion » a été remis à :\n\n    a@exemple.test\n\nIl est dans la") &&
                   Catch::Contains("\"Réunion\" was delivered to:\n\n    a@exemple.test\n"));
    auto passed = done;
    passed.action = Action::relayed;
    const auto mixed = write(notice({done, passed, failed("b@exemple.test", "5.1.1")})).value();
    CHECK(subject_in(mixed) == "Non remis : Réunion");
    CHECK_THAT(text_of(mixed),
               Catch::StartsWith("Votre message « Réunion » n'a pas pu être remis à :\n\n    b@") &&
                   Catch::Contains("a été transmis au serveur de :"));
}

TEST_CASE("many recipients: the human hears of fifty, the machine of all") {
    std::vector<RecipientReport> many;
    for (int i = 0; i < 300; ++i)
        many.push_back(failed("a" + std::to_string(i) + "@exemple.test", i % 2 == 0 ? "5.1.1" : "5.2.2"));
    const auto written = write(notice(many)).value();
    const auto text = text_of(written);
    CHECK_THAT(text, Catch::Contains("    a98@exemple.test\n    … et encore 100\n  Cette adresse") &&
                         Catch::Contains("\n\n    … et encore 150\n  La boîte"));
    CHECK(text.find("a1@exemple.test") == std::string::npos);
    CHECK(read(written)->report.recipients.size() == 300);
}

TEST_CASE("the whole message goes back when that was asked for and is possible") {
    auto whole = notice({failed("a@exemple.test", "5.1.1")});
    whole.ret = smtp::Return::full;
    const auto part = [](const Notice& of) {
        const auto written = write(of).value();
        const auto parsed = mime::parse(written);
        return parsed.parts.at(3).media_type() + " " + std::string(parsed.parts[3].body.of(written));
    };
    CHECK(part(whole) == "message/rfc822 " + std::string(letter));
    auto success = whole;
    success.report.recipients[0].action = Action::delivered;
    CHECK(part(success).starts_with("text/rfc822-headers From: "));
    auto large = whole;
    const auto text = std::string(letter) + std::string(max_returned_octets, 'x');
    large.message = text;
    CHECK(part(large).starts_with("text/rfc822-headers From: "));
    auto eight_bit = whole;
    eight_bit.message = "Subject: a\r\n\r\né\r\n";
    CHECK(part(eight_bit).starts_with("message/rfc822 "));
    eight_bit.eight_bit = eight_bit.smtputf8 = false;
    CHECK(part(eight_bit).starts_with("text/rfc822-headers "));
    auto long_header = whole;
    std::string lines;
    for (int i = 0; i < 2000; ++i)
        lines += "X-" + std::to_string(i) + ": " + std::string(60, 'x') + "\r\n";
    long_header.ret = smtp::Return::headers;
    long_header.message = lines;
    CHECK(part(long_header).size() < max_returned_header_octets + 100);
    CHECK(part(long_header).ends_with("xxx\r\n"));
}

TEST_CASE("addresses and headers in UTF-8, and the way back for those who take ASCII alone (RFC 6533)") {
    auto utf8 = notice({failed("élève@exemple.test", "5.1.1", "550 inconnu à cette adresse")});
    utf8.message =
        "From: anne@ac-exemple.test\r\nSubject: Réunion\r\nMessage-ID: <é@ac-exemple.test>\r\n\r\nb\r\n";
    const auto as_it_is = write(utf8).value();
    const auto parsed = mime::parse(as_it_is);
    CHECK(parsed.parts.at(2).media_type() == "message/global-delivery-status");
    CHECK(parsed.parts.at(3).media_type() == "message/global-headers");
    CHECK(read(as_it_is)->report == utf8.report);
    utf8.smtputf8 = utf8.eight_bit = false;
    const auto in_ascii = write(utf8).value();
    CHECK(mime::is_ascii(in_ascii));
    CHECK(mime::parse(in_ascii).parts.at(2).media_type() == "message/delivery-status");
    CHECK(read(in_ascii)->report.recipients.at(0).address == "élève@exemple.test");
    CHECK(subject_in(in_ascii) == "Non remis : Réunion");
    utf8.sender = "élève@exemple.test";
    CHECK_FALSE(write(utf8));
}

TEST_CASE("headers that lie or are missing") {
    auto strange = notice({failed("a@exemple.test", "5.1.1")});
    strange.message = "Subject: =?utf-8?q?a=0D=0ABcc:_x=00?= " // what encoded words hide
                      "\r\nMessage-ID: <a b>\r\n\r\n";
    const auto written = write(strange).value();
    CHECK(written.find("\nBcc:") == std::string::npos);
    strange.message = "";
    CHECK(subject_in(write(strange).value()) == "Non remis");
    CHECK_THAT(text_of(write(strange).value()), Catch::StartsWith("Votre message sans objet n'a pas"));
    strange.message_id.clear();
    CHECK(write(strange));
}

TEST_CASE("what is no notice") {
    CHECK_FALSE(read(letter));
    CHECK_FALSE(read(""));
    CHECK_FALSE(read("Content-Type: multipart/report; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n"));
    CHECK_FALSE(read("Content-Type: multipart/report; boundary=a\r\n\r\n--a\r\n"
                     "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n--a--\r\n"));
    // A notice that somebody forwards is about the one to whom it came.
    const auto inner = write(notice({failed("a@exemple.test", "5.1.1")})).value();
    CHECK_FALSE(
        read("Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n" +
             inner + "\r\n--m--\r\n"));
}
