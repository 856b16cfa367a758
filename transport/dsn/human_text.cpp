#include "transport/dsn/explain.h"
#include "transport/mime/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

namespace facteur::dsn {
namespace {

constexpr std::size_t most_diagnostic = 300; // octets that are shown
constexpr std::int64_t minute = 60, hour = 3600, day = 86'400;

struct Sentence {
    std::string_view french, english;
    [[nodiscard]] std::string_view in(Language language) const {
        return language == Language::english ? english : french;
    }
};

// {domain} is the recipient's, {span} how long it was tried.
struct Explanation {
    Sentence happened, to_do;
};
Explanation explanation(Reason reason) {
    switch (reason) {
    case Reason::no_such_person:
        return {
            {"Cette adresse n'existe pas.", "There is no such address."},
            {"Vérifiez-la lettre par lettre. Si elle vient de vos contacts, la personne a peut-être changé "
             "d'adresse.",
             "Check it letter by letter. If it came from your contacts, the person may have another one "
             "now."}};
    case Reason::moved:
        return {{"Cette personne a changé d'adresse.", "This person has another address now."},
                {"Demandez-lui la nouvelle par un autre moyen.", "Ask for it by other means."}};
    case Reason::closed:
        return {{"Cette boîte est fermée ou suspendue.", "This mailbox is closed or suspended."},
                {"Joignez la personne par un autre moyen.", "Reach the person by other means."}};
    case Reason::full:
        return {
            {"La boîte de cette personne est pleine.", "This person's mailbox is full."},
            {"Prévenez-la par un autre moyen, puis renvoyez votre message quand elle aura fait de la place.",
             "Tell the person by other means, and send your message again when there is room."}};
    case Reason::spam:
        return {
            {"Le serveur du destinataire a pris votre message pour un courrier indésirable.",
             "The recipient's server took your message for spam."},
            {"Renvoyez-le avec un objet clair et moins de liens. Si cela se répète, transmettez cet avis à "
             "l'assistance.",
             "Send it again with a clear subject and fewer links. If that does not help, forward this notice "
             "to "
             "the help desk."}};
    case Reason::not_allowed:
        return {{"Seules certaines personnes peuvent écrire à cette adresse.",
                 "Only some people may write to this "
                 "address."},
                {"Demandez à qui la gère de vous y autoriser.", "Ask whoever runs it to let you."}};
    case Reason::forged:
        return {{"Le serveur du destinataire n'a pas pu vérifier que ce message vient bien de votre adresse.",
                 "The recipient's server could not make sure that this message comes from your address."},
                {"Transmettez cet avis à l'assistance.", "Forward this notice to the help desk."}};
    case Reason::policy:
        return {
            {"Le serveur du destinataire refuse ce message, selon ses propres règles.",
             "The recipient's server refuses this message by rules of its own."},
            {"Lisez sa réponse ci-dessus. Si elle ne vous éclaire pas, transmettez cet avis à l'assistance.",
             "Read its answer above. If that does not help, forward this notice to the help desk."}};
    case Reason::too_large:
        return {{"Votre message est trop gros pour le serveur du destinataire.",
                 "Your message is too large for the recipient's server."},
                {"Envoyez des pièces jointes plus petites, ou un lien vers le fichier.",
                 "Send smaller attachments, or a link to the file."}};
    case Reason::no_domain:
        return {{"« {domain} », ce qui suit le @, n'existe pas.",
                 "\"{domain}\", which follows the @, does not exist."},
                {"Cherchez-y une faute de frappe, corrigez l'adresse et renvoyez votre message.",
                 "Look for a typing error in it, correct the address and send your message again."}};
    case Reason::takes_no_mail:
        return {{"« {domain} », ce qui suit le @, ne reçoit pas de courrier.",
                 "\"{domain}\", which follows the @, takes no mail."},
                {"Vérifiez l'adresse : elle a sans doute une autre fin.",
                 "Check the address: it probably ends in another way."}};
    case Reason::unreachable:
        return {
            {"Le serveur du destinataire n'a pas pu être joint pendant {span}.",
             "The recipient's server could not be reached for {span}."},
            {"Vérifiez ce qui suit le @ ; si c'est juste, renvoyez votre message plus tard ou joignez la "
             "personne "
             "par un autre moyen.",
             "Check what follows the @; if it is right, send your message again later or reach the person by "
             "other means."}};
    case Reason::put_off:
        return {
            {"Le serveur du destinataire a demandé d'attendre, et n'a pas accepté le message pendant {span}.",
             "The recipient's server asked to wait, and did not take the message for {span}."},
            {"Renvoyez votre message plus tard ou joignez la personne par un autre moyen.",
             "Send your message again later or reach the person by other means."}};
    case Reason::tls:
        return {
            {"Le message doit voyager chiffré, et le serveur du destinataire ne le permet pas.",
             "The message must travel encrypted, and the recipient's server does not allow that."},
            {"Prévenez le destinataire, dont le serveur est mal réglé, ou transmettez cet avis à "
             "l'assistance.",
             "Tell the recipient, whose server is set up wrongly, or forward this notice to the help desk."}};
    case Reason::loop:
        return {
            {"Le message tourne en rond entre des serveurs : un renvoi automatique est mal réglé.",
             "The message goes round in a circle between servers: an automatic forward is set up wrongly."},
            {"Prévenez le destinataire, ou transmettez cet avis à l'assistance.",
             "Tell the recipient, or forward this notice to the help desk."}};
    case Reason::accents:
        return {{"Le serveur du destinataire n'accepte pas les adresses accentuées.",
                 "The recipient's server takes no addresses with accents."},
                {"Écrivez à une adresse sans accent, ou depuis une adresse sans accent.",
                 "Write to an address without accents, or from one."}};
    case Reason::unreadable:
        return {{"Le serveur du destinataire n'a pas pu lire ce message.",
                 "The recipient's server could not read this message."},
                {"Récrivez-le plus simplement, sans mise en forme, puis renvoyez-le.",
                 "Write it again without formatting and send it."}};
    case Reason::our_fault:
        return {{"Un incident technique de notre côté empêche l'envoi.",
                 "A technical fault on our side keeps the message from being sent."},
                {"Transmettez cet avis à l'assistance.", "Forward this notice to the help desk."}};
    case Reason::other: break;
    }
    return {
        {"Le serveur du destinataire a refusé ce message.", "The recipient's server refused this message."},
        {"Lisez sa réponse ci-dessus. Si elle ne vous éclaire pas, transmettez cet avis à l'assistance.",
         "Read its answer above. If that does not help, forward this notice to the help desk."}};
}

// Of a message that is still being tried.
Sentence delay(Reason reason) {
    switch (reason) {
    case Reason::unreachable:
    case Reason::no_domain:
        return {"Le serveur du destinataire ne répond pas pour le moment.",
                "The recipient's server does not answer for the moment."};
    case Reason::put_off:
    case Reason::other:
        return {"Le serveur du destinataire demande de réessayer plus tard.",
                "The recipient's server asks to try again later."};
    default: return explanation(reason).happened;
    }
}

Sentence beginning(Action action) {
    switch (action) {
    case Action::failed:
        return {"{message} n'a pas pu être remis à :", "{message} could not be delivered to:"};
    case Action::delayed:
        return {"{message} n'a pas encore pu être remis à :", "{message} could not be delivered yet to:"};
    case Action::delivered: return {"{message} a été remis à :", "{message} was delivered to:"};
    case Action::relayed:
        return {"{message} a été transmis au serveur de :", "{message} was passed on to the server of:"};
    case Action::expanded: break;
    }
    return {"{message} a été distribué aux membres de :", "{message} was passed on to the members of:"};
}

Sentence ending(Action action) {
    switch (action) {
    case Action::failed:
        return {"Aucun nouvel essai ne sera fait pour ces adresses.",
                "Nothing more will be tried for these addresses."};
    case Action::delayed:
        return {"Vous n'avez rien à faire : la messagerie réessaie d'elle-même{until}. Ne renvoyez pas le "
                "message, il "
                "arriverait deux fois.",
                "There is nothing for you to do: we keep trying{until}. Do not send the message again, or it "
                "will "
                "arrive twice."};
    case Action::delivered:
        return {"Il est dans la boîte ; cela ne dit pas qu'il a été lu.",
                "It is in the mailbox; that does not mean that it has been read."};
    case Action::relayed:
        return {"Ce serveur n'envoie pas d'avis : vous n'aurez plus de nouvelles s'il le remet.",
                "That server sends no notices: you will hear no more if it delivers the message."};
    case Action::expanded: break;
    }
    return {"", ""};
}

std::string duration(std::int64_t seconds, Language language) {
    const auto count = [&](std::int64_t unit) {
        return std::max<std::int64_t>((seconds + unit / 2) / unit, 1);
    };
    const auto say = [&](std::int64_t number, Sentence unit) {
        return fmt::format("{} {}{}", number, unit.in(language), number > 1 ? "s" : "");
    };
    if (seconds >= 36 * hour) return say(count(day), {"jour", "day"});
    if (seconds >= 90 * minute) return say(count(hour), {"heure", "hour"});
    return say(count(minute), {"minute", "minute"});
}

// "lundi 30 novembre 2026 vers 8 h", "Monday 30 November 2026, about 08:00".
std::string moment(std::int64_t seconds, std::int32_t zone_minutes, Language language) {
    constexpr std::array<Sentence, 7> weekdays{{{"dimanche", "Sunday"},
                                                {"lundi", "Monday"},
                                                {"mardi", "Tuesday"},
                                                {"mercredi", "Wednesday"},
                                                {"jeudi", "Thursday"},
                                                {"vendredi", "Friday"},
                                                {"samedi", "Saturday"}}};
    constexpr std::array<Sentence, 12> months{{{"janvier", "January"},
                                               {"février", "February"},
                                               {"mars", "March"},
                                               {"avril", "April"},
                                               {"mai", "May"},
                                               {"juin", "June"},
                                               {"juillet", "July"},
                                               {"août", "August"},
                                               {"septembre", "September"},
                                               {"octobre", "October"},
                                               {"novembre", "November"},
                                               {"décembre", "December"}}};
    const std::chrono::sys_seconds local{std::chrono::seconds(seconds + zone_minutes * minute)};
    const auto days = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(days);
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(local - days).count();
    const auto text = fmt::format(
        "{} {} {} {}", weekdays[std::chrono::weekday(days).c_encoding()].in(language),
        static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1].in(language),
        static_cast<int>(date.year()));
    return language == Language::english ? fmt::format("{}, about {:02}:00", text, hours)
                                         : fmt::format("{} vers {} h", text, hours);
}

std::string domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return std::string(at == std::string_view::npos ? address : address.substr(at + 1));
}

class Writer {
public:
    Writer(const HumanText& about, Language language) : about_(about), language_(language) {}

    std::string write() {
        for (const auto action :
             {Action::failed, Action::delayed, Action::delivered, Action::relayed, Action::expanded})
            write_section(action);
        const Sentence end{"Cet avis a été écrit par le serveur {host} : n'y répondez pas.\n",
                           "This notice was written by the server {host}: do not answer it.\n"};
        out_ += fmt::format(fmt::runtime(end.in(language_)), fmt::arg("host", about_.report->host));
        return std::move(out_);
    }

private:
    void write_section(Action action) {
        std::vector<const RecipientReport*> of_action;
        std::int64_t until = 0;
        for (const auto& recipient : about_.report->recipients) {
            if (recipient.action != action) continue;
            of_action.push_back(&recipient);
            until = std::max(until, recipient.retry_until);
        }
        if (of_action.empty()) return;
        out_ +=
            fmt::format(fmt::runtime(beginning(action).in(language_)), fmt::arg("message", message_name())) +
            "\n";
        write_groups(action, of_action);
        const auto text = ending(action).in(language_);
        if (!text.empty())
            out_ += "\n" + fmt::format(fmt::runtime(text), fmt::arg("until", until_text(until))) + "\n";
        out_ += "\n";
    }

    // Those with the same explanation together, in the order in which the explanations first appear.
    void write_groups(Action action, const std::vector<const RecipientReport*>& recipients) {
        std::vector<std::pair<std::string, std::vector<const RecipientReport*>>> groups;
        std::map<std::string, std::size_t> known;
        for (const auto* recipient : recipients) {
            auto text = explained(action, *recipient);
            const auto [place, is_new] = known.try_emplace(text, groups.size());
            if (is_new) groups.emplace_back(std::move(text), std::vector<const RecipientReport*>{});
            groups[place->second].second.push_back(recipient);
        }
        for (const auto& [text, members] : groups) {
            out_ += "\n";
            for (const auto* recipient : members)
                if (told_++ < max_told_recipients) write_recipient(*recipient);
            if (told_ > max_told_recipients) {
                const auto untold = std::min(told_ - max_told_recipients, members.size());
                out_ +=
                    fmt::format("    {} {}\n", Sentence{"… et encore", "… and more:"}.in(language_), untold);
            }
            out_ += text;
        }
    }

    void write_recipient(const RecipientReport& recipient) {
        out_ += "    " + recipient.address + "\n";
        if (recipient.diagnostic.empty() || recipient.diagnostic_type != "smtp") return;
        const auto text = mime::utf8_prefix(recipient.diagnostic, most_diagnostic);
        const Sentence nobody{"réponse", "answer"};
        out_ += fmt::format("      {}{} {}\n",
                            recipient.remote_host.empty() ? nobody.in(language_) : recipient.remote_host,
                            Sentence{" :", ":"}.in(language_), text);
    }

    [[nodiscard]] std::string explained(Action action, const RecipientReport& recipient) const {
        if (action != Action::failed && action != Action::delayed) return {};
        const auto reason = reason_of(recipient);
        const auto format = [&](Sentence sentence) {
            const auto tried = std::max<std::int64_t>(about_.at - about_.report->arrival, 0);
            return fmt::format(fmt::runtime(sentence.in(language_)),
                               fmt::arg("domain", domain_of(recipient.address)),
                               fmt::arg("span", duration(tried, language_)));
        };
        if (action == Action::delayed) return "  " + format(delay(reason)) + "\n";
        const auto [happened, to_do] = explanation(reason);
        const Sentence heading{"À faire : ", "What to do: "};
        return "  " + format(happened) + "\n  " + std::string(heading.in(language_)) + format(to_do) + "\n";
    }

    [[nodiscard]] std::string message_name() const {
        if (about_.subject.empty())
            return std::string(
                Sentence{"Votre message sans objet", "Your message without a subject"}.in(language_));
        return fmt::format(
            fmt::runtime(Sentence{"Votre message « {} »", "Your message \"{}\""}.in(language_)),
            about_.subject);
    }

    [[nodiscard]] std::string until_text(std::int64_t until) const {
        if (until == 0) return {};
        return std::string(Sentence{" jusqu'au ", " until "}.in(language_)) +
               moment(until, about_.zone_minutes, language_);
    }

    const HumanText& about_;
    Language language_;
    std::string out_;
    std::size_t told_ = 0;
};

Sentence short_name(Action action) {
    switch (action) {
    case Action::failed: return {"Non remis", "Not delivered"};
    case Action::delayed: return {"Retardé", "Delayed"};
    case Action::delivered: return {"Remis", "Delivered"};
    case Action::relayed: return {"Transmis", "Passed on"};
    case Action::expanded: break;
    }
    return {"Distribué", "Passed on"};
}

} // namespace

Language language_of(std::string_view locale) {
    if (locale.empty()) return Language::both;
    return locale.starts_with("en") ? Language::english : Language::french;
}

std::string human_text(const HumanText& about, Language language) {
    if (language != Language::both) return Writer(about, language).write();
    return Writer(about, Language::french).write() + "\n--------\n\n" +
           Writer(about, Language::english).write();
}

std::string subject_of(const Report& report, std::string_view subject, Language language) {
    auto worst = Action::expanded;
    for (const auto& recipient : report.recipients)
        worst = std::min(worst, recipient.action);
    const auto name = short_name(worst);
    std::string out(name.in(language));
    if (language == Language::both) out += fmt::format(" / {}", name.english);
    if (subject.empty()) return out;
    out += language == Language::english ? ": " : " : ";
    return out.append(subject);
}

} // namespace facteur::dsn
