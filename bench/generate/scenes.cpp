#include "bench/generate/scenes.h"

#include "transport/mime/headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace facteur::generate {
namespace {

constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;

std::string reply_mark(Random& random) {
    static const std::vector<std::string> marks = {"Re: ", "RE: ", "Re: ", "RE : ", "Re : "};
    return random.pick(marks);
}

std::string introduction(const Letter& letter) {
    constexpr std::array months = {"janv.", "févr.", "mars",  "avr.", "mai",  "juin",
                                   "juil.", "août",  "sept.", "oct.", "nov.", "déc."};
    const std::string iso = mime::iso_utc(letter.at), local = date_field(letter.at);
    const auto month = static_cast<std::size_t>(iso[5] - '0') * 10 + static_cast<std::size_t>(iso[6] - '0');
    return fmt::format("Le {} {} {} à {}, {} a écrit :", local.substr(5, 2), months[month - 1],
                       local.substr(12, 4), local.substr(17, 5),
                       letter.from.first.empty() ? letter.from.last : letter.from.name());
}

std::string html_reply(const std::string& own, const Letter& to) {
    std::string html = html_of(own);
    html.resize(html.find("</body>"));
    std::string inner = html_of(to.text);
    inner = inner.substr(inner.find("<p>"), inner.rfind("</p>") + 4 - inner.find("<p>"));
    return html + "<div class=\"moz-cite-prefix\">" + introduction(to) +
           "</div>\n<blockquote type=\"cite\">" + inner + "</blockquote></body></html>\n";
}

} // namespace

// ---- time ----------------------------------------------------------------------------------------------

std::int64_t Calendar::working_hour(Random& random, std::int64_t days) const {
    const auto weekday = (days + 4) % 7; // 0: Sunday
    if ((weekday == 0 || weekday == 6) && random.chance(75)) days -= weekday == 0 ? 2 : 1;
    const bool evening = random.chance(25);
    return days * day + (evening ? 17 : 6) * hour +
           static_cast<std::int64_t>(random.below(evening ? 5 * hour : 11 * hour));
}

std::int64_t Calendar::moment(Random& random) const {
    const auto back = static_cast<std::int64_t>(365 * std::pow(random.fraction(), 1.6));
    const auto at = working_hour(random, now_ / day - back);
    return at < now_ ? at : now_ - static_cast<std::int64_t>(random.below(10 * hour)) - minute;
}

std::int64_t Calendar::later(Random& random, std::int64_t than) const {
    const auto kind = random.below(10);
    if (kind < 5) return than + 3 * minute + static_cast<std::int64_t>(random.below(3 * hour));
    if (kind < 8) return than + hour + static_cast<std::int64_t>(random.below(20 * hour));
    return than + day + static_cast<std::int64_t>(random.below(4 * day));
}

// ---- letters -------------------------------------------------------------------------------------------

Letter Scenes::begin(Random& random, std::int64_t at, const Person& from, std::vector<Person> to) const {
    Letter letter;
    letter.at = at;
    letter.from = from;
    letter.to = std::move(to);
    const auto domain = from.address.substr(from.address.find('@') + 1);
    letter.id = new_id(random, domain);
    if (domain != people_.domain())
        letter.fields.push_back(fmt::format("Received: from mx{}.{} (mx{}.{} [192.0.2.{}])\r\n\tby mx.{} "
                                            "with ESMTPS id {:08x}\r\n\t(version=TLSv1.3); {}",
                                            random.between(1, 4), domain, random.between(1, 4), domain,
                                            random.between(2, 250), people_.domain(), random.below(1U << 31),
                                            date_field(at + 2)));
    return letter;
}

Letter Scenes::answer(Random& random, const Letter& to, const Person& from,
                      std::vector<Person> recipients) const {
    Letter letter = begin(random, calendar_.later(random, to.at), from, std::move(recipients));
    letter.subject = to.subject.starts_with("R") && to.subject.find(':') < 5
                         ? to.subject
                         : reply_mark(random) + to.subject;
    letter.references = to.references;
    letter.references.push_back(to.id);
    if (letter.references.size() > 30)
        letter.references.erase(letter.references.begin() + 1, letter.references.end() - 25);
    return letter;
}

void Scenes::compose(Random& random, Letter& letter, const Style& style, Enclosed enclosed,
                     const std::string& title) const {
    std::string body = text_entity("plain", letter.text, style);
    if (style.writes_html)
        body = multipart("alternative", {body, text_entity("html", html_of(letter.text), style)}, random);
    const auto files = files_for(enclosed, title, random);
    if (style.writes_html && random.chance(12)) {
        const File logo{"image001.png", "image/png", png(landscape(random, 160, 40))};
        const std::string id = "image001." + new_id(random, "local");
        std::string html = html_of(letter.text);
        html.insert(html.find("</body>"), "<p><img src=\"cid:" + id + "\" alt=\"logo\" width=\"160\"></p>");
        body = multipart(
            "related",
            {multipart("alternative",
                       {text_entity("plain", letter.text, style), text_entity("html", html, style)}, random),
             file_entity(logo, style, "inline", id)},
            random, "; type=\"multipart/alternative\"");
    }
    if (!files.empty()) {
        std::vector<std::string> entities = {body};
        for (const auto& file : files)
            entities.push_back(file_entity(file, style, "attachment"));
        body = multipart("mixed", entities, random);
    }
    finish(letter, body, style);
}

// ---- scenes --------------------------------------------------------------------------------------------

std::vector<Letter> Scenes::any(Random& random, const Person& owner) const {
    const auto kind = random.below(100);
    if (kind < 40) return conversation(random, owner);
    if (kind < 54) return list_thread(random, owner);
    if (kind < 68) return from_office(random, owner);
    if (kind < 78) return from_parent(random, owner);
    if (kind < 87) return newsletter(random, owner);
    if (kind < 92) return invitation(random, owner);
    if (kind < 95) return forwarded(random, owner);
    if (kind < 97) return report(random, owner);
    if (kind < 99) return hostile(random, owner, random.below(hostile_count()));
    return broken(random, owner, random.below(broken_count()));
}

std::vector<Letter> Scenes::conversation(Random& random, const Person& owner) const {
    std::vector<Person> circle = {owner};
    for (int i = random.chance(60) ? 1 : random.between(2, 5); i > 0; --i) {
        const auto& other = people_.colleague(random, owner);
        if (std::none_of(circle.begin(), circle.end(),
                         [&](const Person& p) { return p.address == other.address; }))
            circle.push_back(other);
    }
    const auto others = [&](const Person& than) {
        std::vector<Person> out;
        std::copy_if(circle.begin(), circle.end(), std::back_inserter(out),
                     [&](const Person& p) { return p.address != than.address; });
        return out;
    };
    const Person first = circle[random.chance(35) ? 0 : 1];
    const Topic& topic = random.pick(colleague_topics());
    Letter letter = begin(random, calendar_.moment(random), first, others(first));
    if (letter.to.size() > 2 && random.chance(50)) {
        letter.cc.assign(letter.to.begin() + 1, letter.to.end());
        letter.to.resize(1);
    }
    letter.subject = fill(topic.subject, random);
    letter.text = words_of(topic, first, letter.to.front().first, random);
    compose(random, letter, random_style(random), random.chance(60) ? topic.enclosed : Enclosed::nothing,
            letter.subject);
    std::vector<Letter> out = {letter};
    const int longest = random.chance(6) ? random.between(10, 25) : random.between(0, 5);
    for (int i = 0; i < longest; ++i) {
        const Letter& before = out.back();
        const auto answering = others(before.from);
        const Person from = random.pick(answering);
        Letter reply = answer(random, before, from, others(from));
        if (reply.at >= calendar_.now()) break;
        const std::string own = short_reply(from, random);
        const Style style = random_style(random);
        reply.text = own + "\n" + introduction(before) + "\n" + quoted(before.text);
        if (reply.text.size() > 12000) reply.text.resize(reply.text.rfind('\n', 12000) + 1);
        if (style.writes_html) {
            finish(reply,
                   multipart("alternative",
                             {text_entity("plain", reply.text, style),
                              text_entity("html", html_reply(own, before), style)},
                             random),
                   style);
        } else {
            compose(random, reply, style, random.chance(6) ? topic.enclosed : Enclosed::nothing,
                    letter.subject + " v2");
        }
        out.push_back(std::move(reply));
    }
    return out;
}

std::vector<Letter> Scenes::list_thread(Random& random, const Person& owner) const {
    struct List {
        const char *tag, *local, *name;
        bool is_union;
    };
    static const std::vector<List> lists = {
        {"profs-maths", "profs-maths", "Professeurs de mathématiques", false},
        {"salle-des-profs", "salle-des-profs", "Salle des professeurs", false},
        {"formation-num", "formation-numerique", "Formation numérique", false},
        {"intersyndicale-21", "intersyndicale21", "Intersyndicale de Côte-d'Or", true},
        {"doc-academie", "documentalistes", "Professeurs documentalistes", false}};
    const List& list = random.pick(lists);
    Person address;
    address.last = list.name;
    address.address = std::string(list.local) + "@listes." + people_.domain();
    const Topic& topic = list.is_union ? random.pick(union_topics()) : random.pick(colleague_topics());
    std::vector<Letter> out;
    const int size = random.chance(10) ? random.between(8, 30) : random.between(1, 6);
    for (int i = 0; i < size; ++i) {
        const Person from = i > 0 && random.chance(12) ? owner : people_.colleague(random, owner);
        Letter letter = out.empty() ? begin(random, calendar_.moment(random), from, {address})
                                    : answer(random, out[random.below(out.size())], from, {address});
        if (letter.at >= calendar_.now()) break;
        if (out.empty()) letter.subject = fmt::format("[{}] {}", list.tag, fill(topic.subject, random));
        letter.text =
            (out.empty() ? words_of(topic, from, "", random)
                         : short_reply(from, random) + "\n> " +
                               wrapped(fill(random.pick(topic.sentences), random), 70).substr(0, 70) + "\n") +
            fmt::format(
                "\n_______________________________________________\nListe {}\nhttps://listes.{}/info/{}\n",
                list.name, people_.domain(), list.local);
        letter.fields.insert(
            letter.fields.end(),
            {fmt::format("List-Id: <{}.listes.{}>", list.local, people_.domain()),
             fmt::format("List-Post: <mailto:{}>", address.address),
             fmt::format("List-Unsubscribe: <mailto:sympa@listes.{}?subject=unsubscribe%20{}>",
                         people_.domain(), list.local),
             "Precedence: list"});
        compose(random, letter, random_style(random), out.empty() ? topic.enclosed : Enclosed::nothing,
                fill(topic.subject, random));
        letter.to_list = true;
        out.push_back(std::move(letter));
    }
    return out;
}

std::vector<Letter> Scenes::from_office(Random& random, const Person& owner) const {
    const Topic& topic = random.pick(office_topics());
    Letter letter = begin(random, calendar_.moment(random), people_.office(random), {owner});
    letter.subject = fill(topic.subject, random);
    letter.text = words_of(topic, letter.from, owner.first, random);
    if (random.chance(20)) letter.fields.push_back("Disposition-Notification-To: " + letter.from.address);
    if (random.chance(30))
        letter.fields.insert(letter.fields.end(), {"X-Priority: 1 (Highest)", "Importance: high"});
    compose(random, letter, random_style(random), topic.enclosed, letter.subject);
    std::vector<Letter> out = {letter};
    if (random.chance(25)) {
        Letter reply = answer(random, letter, owner, {letter.from});
        if (reply.at < calendar_.now()) {
            reply.text = short_reply(owner, random) + "\n" + signature(owner) + "\n" + introduction(letter) +
                         "\n" + quoted(letter.text);
            compose(random, reply, random_style(random), Enclosed::nothing, "");
            out.push_back(std::move(reply));
        }
    }
    return out;
}

std::vector<Letter> Scenes::from_parent(Random& random, const Person& owner) const {
    const Topic& topic = random.pick(parent_topics());
    const Person parent = people_.parent(random);
    Letter letter = begin(random, calendar_.moment(random), parent, {owner});
    letter.subject = fill(topic.subject, random);
    letter.text =
        words_of(topic, parent, "", random) + (random.chance(40) ? "\nEnvoyé de mon téléphone\n" : "");
    compose(random, letter, random_style(random), topic.enclosed, letter.subject);
    std::vector<Letter> out = {letter};
    for (int i = random.between(0, 3); i > 0; --i) {
        const bool ours = out.size() % 2 == 1;
        Letter reply = answer(random, out.back(), ours ? owner : parent, {ours ? parent : owner});
        if (reply.at >= calendar_.now()) break;
        reply.text = short_reply(reply.from, random) + (ours ? "\n" + signature(owner) : "") + "\n" +
                     introduction(out.back()) + "\n" + quoted(out.back().text);
        compose(random, reply, random_style(random), Enclosed::nothing, "");
        out.push_back(std::move(reply));
    }
    return out;
}

std::vector<Letter> Scenes::newsletter(Random& random, const Person& owner) const {
    static const std::vector<std::string> titles = {"La lettre de la rentrée",
                                                    "Nos nouveautés du mois",
                                                    "Offre spéciale enseignants : -30 % jusqu’à dimanche",
                                                    "Programme des ateliers scolaires",
                                                    "L’actualité de votre mutuelle",
                                                    "Dix idées pour le dernier trimestre",
                                                    "★ Ventes flash fournitures ★"};
    Letter letter = begin(random, calendar_.moment(random), people_.outside(random), {owner});
    const std::string title = random.pick(titles);
    letter.subject = title;
    letter.text = newsletter_text(title, random);
    letter.fields.insert(
        letter.fields.end(),
        {"List-Unsubscribe: <https://lettres.example/desinscription>, <mailto:stop@lettres.example>",
         "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Precedence: bulk"});
    Style style{"X-Mailer: Envoi de lettres 4.2",
                "utf-8",
                random.chance(50) ? TextEncoding::quoted_printable : TextEncoding::base64,
                true,
                NameForm::extended,
                true};
    const std::string html = text_entity("html", newsletter_html(letter.from, title, random), style);
    finish(letter,
           random.chance(75)
               ? multipart("alternative", {text_entity("plain", letter.text, style), html}, random)
               : html,
           style);
    return {letter};
}

std::vector<Letter> Scenes::hostile(Random& random, const Person& owner, std::size_t which) const {
    Person pretender; // the name is another's address
    pretender.last =
        random.chance(50) ? "assistance@" + people_.domain() : "Service informatique du rectorat";
    pretender.address = fmt::format("support{}@pirate.example", random.between(1, 999));
    Letter letter = begin(random, calendar_.moment(random), pretender, {owner});
    letter.subject = hostile_title(which);
    letter.fields.insert(letter.fields.end(),
                         {"Reply-To: \"Assistance\" <vol@autre-pirate.example>", "X-Spam-Flag: YES"});
    const Style style{"",
                      "utf-8",
                      random.chance(50) ? TextEncoding::quoted_printable : TextEncoding::base64,
                      true,
                      NameForm::extended,
                      true};
    std::string body = text_entity("html", hostile_html(which), style);
    if (random.chance(30))
        body = multipart(
            "mixed",
            {body, file_entity({"facture.pdf.html", "text/html", hostile_html(which)}, style, "attachment"),
             file_entity({"logo.svg", "image/svg+xml",
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert('svg "
                          "joint')\"><script>alert(1)</script></svg>"},
                         style, "inline")},
            random);
    finish(letter, body, style);
    return {letter};
}

std::vector<Letter> Scenes::broken(Random& random, const Person& owner, std::size_t which) const {
    Letter letter = begin(random, calendar_.moment(random), people_.parent(random), {owner});
    letter.bytes = broken_message(which, letter.from, owner, letter.at, random);
    return {letter};
}

} // namespace facteur::generate
