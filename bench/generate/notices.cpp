// Scenes that carry something for programs: invitations, forwarded messages, bounces, receipts, circulars.
#include "bench/generate/scenes.h"

#include <fmt/format.h>

#include <chrono>

namespace facteur::generate {
namespace {

constexpr std::uint64_t circular_seed = 20260424;

std::string ics_time(std::int64_t at) {
    using namespace std::chrono;
    const auto time = sys_seconds{seconds{at}};
    const auto days = floor<std::chrono::days>(time);
    const year_month_day date{days};
    const auto rest = (time - days).count();
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600,
                       rest / 60 % 60, rest % 60);
}

std::string ics(const Letter& letter, const std::string& method, const std::string& uid, std::int64_t start,
                int sequence) {
    std::string out = "BEGIN:VCALENDAR\r\nPRODID:-//Academie//Agenda//FR\r\nVERSION:2.0\r\nMETHOD:" + method +
                      "\r\nBEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:" + ics_time(letter.at) +
                      "\r\nDTSTART:" + ics_time(start) + "\r\nDTEND:" + ics_time(start + 5400) +
                      "\r\nSUMMARY:" + letter.subject +
                      "\r\nLOCATION:Salle polyvalente\r\nSEQUENCE:" + std::to_string(sequence) +
                      "\r\nSTATUS:" + (method == "CANCEL" ? "CANCELLED" : "CONFIRMED") +
                      "\r\nORGANIZER;CN=\"" + letter.from.name() + "\":mailto:" + letter.from.address +
                      "\r\n";
    for (const auto& person : letter.to)
        out += "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:\r\n mailto:" + person.address +
               "\r\n";
    return out + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

} // namespace

std::vector<Letter> Scenes::invitation(Random& random, const Person& owner) const {
    static const std::vector<std::string> titles = {"Conseil pédagogique",
                                                    "Réunion d’équipe {classe}",
                                                    "Formation Pix",
                                                    "Conseil d’administration",
                                                    "Rencontre parents-professeurs {classe}",
                                                    "Entretien de carrière"};
    const Person from = people_.colleague(random, owner);
    Letter letter = begin(random, calendar_.moment(random), from, {owner});
    letter.subject = fill(random.pick(titles), random);
    const auto start = (letter.at / 86400 + random.between(2, 20)) * 86400 + random.between(7, 16) * 3600;
    const std::string uid = new_id(random, people_.domain());
    const Style style{"X-Mailer: Zimbra 8.8.15 (ZimbraWebClient)",
                      "utf-8",
                      TextEncoding::quoted_printable,
                      false,
                      NameForm::extended,
                      true};
    std::vector<Letter> out;
    const auto send = [&](Letter sent, const std::string& method, int sequence) {
        sent.text = fmt::format("{} vous invite :\n\n{}\nSalle polyvalente, {}\n", from.name(), sent.subject,
                                date_field(start));
        const std::string calendar = ics(sent, method, uid, start + sequence * 3600, sequence);
        const std::string entity = "Content-Type: text/calendar; charset=utf-8; method=" + method +
                                   "\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + calendar;
        finish(sent,
               multipart("mixed",
                         {multipart("alternative",
                                    {text_entity("plain", sent.text, style),
                                     text_entity("html", html_of(sent.text), style), entity},
                                    random),
                          file_entity({"invitation.ics", "application/ics", calendar}, style, "attachment")},
                         random),
               style);
        out.push_back(std::move(sent));
    };
    send(letter, "REQUEST", 0);
    if (random.chance(30)) {
        const bool cancelled = random.chance(40);
        Letter change = begin(random, calendar_.later(random, letter.at), from, {owner});
        change.subject = letter.subject;
        if (change.at < calendar_.now()) send(change, cancelled ? "CANCEL" : "REQUEST", 1);
    }
    return out;
}

std::vector<Letter> Scenes::forwarded(Random& random, const Person& owner) const {
    const auto inner = from_parent(random, people_.colleague(random, owner));
    const Person from = people_.colleague(random, owner);
    Letter letter = begin(random, calendar_.later(random, inner.back().at), from, {owner});
    if (letter.at >= calendar_.now()) letter.at = calendar_.now() - 60;
    letter.subject = (random.chance(50) ? "TR: " : "Fwd: ") + inner.back().subject;
    letter.text = "Pour information, voir le message joint.\n\n" + from.first + "\n";
    const Style style = random_style(random);
    std::vector<std::string> entities = {text_entity("plain", letter.text, style)};
    for (const auto& message : inner)
        entities.push_back(message_entity(message.bytes));
    finish(letter,
           random.chance(20) ? multipart("digest", {"\r\n" + inner.front().bytes}, random)
                             : multipart("mixed", entities, random),
           style);
    return {letter};
}

std::vector<Letter> Scenes::report(Random& random, const Person& owner) const {
    const Style style{"", "utf-8", TextEncoding::quoted_printable, false, NameForm::extended, false};
    Person daemon;
    daemon.last = "Mail Delivery System";
    daemon.address = "MAILER-DAEMON@" + people_.domain();
    const Person lost = people_.parent(random);
    Letter letter = begin(random, calendar_.moment(random), random.chance(60) ? daemon : lost, {owner});
    const bool bounce = letter.from.address == daemon.address;
    letter.subject =
        bounce ? "Undelivered Mail Returned to Sender" : "Lu : " + fill("Conseil de classe {classe}", random);
    letter.fields.push_back("Auto-Submitted: auto-replied");
    const std::string original = "From: " + owner.address + "\r\nTo: " + lost.address +
                                 "\r\nSubject: =?utf-8?Q?R=C3=A9union?=\r\nMessage-ID: <" +
                                 new_id(random, people_.domain()) + ">\r\n";
    letter.text =
        bounce ? fmt::format("Votre message n'a pas pu être remis à <{}> :\n550 5.1.1 adresse inconnue\n",
                             lost.address)
               : "Votre message a été affiché.\n";
    const std::string status =
        bounce
            ? fmt::format(
                  "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.{}\r\nArrival-Date: "
                  "{}\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
                  people_.domain(), date_field(letter.at), lost.address)
            : fmt::format("Content-Type: message/disposition-notification\r\n\r\nReporting-UA: "
                          "courrier.example\r\nFinal-Recipient: rfc822; {}\r\nDisposition: "
                          "manual-action/MDN-sent-manually; displayed\r\n",
                          lost.address);
    finish(
        letter,
        multipart("report",
                  {text_entity("plain", letter.text, style), status,
                   "Content-Type: text/rfc822-headers\r\n\r\n" + original},
                  random,
                  std::string("; report-type=") + (bounce ? "delivery-status" : "disposition-notification")),
        style);
    return {letter};
}

Letter Scenes::circular(std::size_t number) const {
    Random random(circular_seed + number);
    const Topic& topic = office_topics()[number % office_topics().size()];
    Person all;
    all.last = "Tous les personnels de l'académie";
    all.address = "tous@listes." + people_.domain();
    Letter letter =
        begin(random,
              calendar_.now() - static_cast<std::int64_t>(number * 6 + 1) * 86400 - random.between(0, 36000),
              people_.office(random), {all});
    letter.subject = fill(topic.subject, random);
    letter.text = words_of(topic, letter.from, "", random);
    letter.fields.push_back(fmt::format("List-Id: <tous.listes.{}>", people_.domain()));
    letter.to_list = true;
    compose(random, letter, random_style(random), topic.enclosed, letter.subject);
    return letter;
}

} // namespace facteur::generate
