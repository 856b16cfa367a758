#include "bench/generate/words.h"

#include <array>

namespace facteur::generate {
namespace {

constexpr std::array classes = {"6e A",           "6e C", "5e B",  "5e D",   "4e A",   "4e C",
                                "3e B",           "3e D", "2de 4", "2de 7",  "1re G3", "Terminale G2",
                                "Terminale STMG", "CM1",  "CM2",   "BTS SIO"};
constexpr std::array days = {"lundi 12 janvier",  "mardi 3 février",       "jeudi 19 mars",
                             "vendredi 10 avril", "lundi 4 mai",           "mardi 16 juin",
                             "jeudi 3 septembre", "vendredi 25 septembre", "lundi 5 octobre",
                             "mardi 17 novembre", "jeudi 3 décembre",      "vendredi 11 décembre"};
constexpr std::array hours = {"8 h",  "9 h 30",  "10 h 15", "12 h 45", "13 h 30",
                              "14 h", "15 h 20", "16 h 45", "17 h 30", "18 h"};
constexpr std::array rooms = {
    "salle 104", "salle 212",    "salle polyvalente", "salle des professeurs",
    "CDI",       "amphithéâtre", "salle B12",         "bureau du principal adjoint"};
constexpr std::array subjects = {"mathématiques",   "français", "anglais", "histoire-géographie",
                                 "physique-chimie", "SVT",      "EPS",     "technologie",
                                 "arts plastiques"};
constexpr std::array schools = {"collège Marcelle-Pardé", "lycée Carnot", "collège Les Loges",
                                "lycée Jacques-Amyot", "collège Le Vallon"};
constexpr std::array towns = {"Dijon", "Beaune", "Nevers",           "Autun",     "Auxerre",
                              "Sens",  "Mâcon",  "Chalon-sur-Saône", "Le Creusot"};

std::string value_of(std::string_view name, Random& random) {
    if (name == "classe") return random.pick(classes);
    if (name == "eleve") return random_first_name(random) + " " + random_last_name(random).substr(0, 1) + ".";
    if (name == "date") return random.pick(days);
    if (name == "heure") return random.pick(hours);
    if (name == "salle") return random.pick(rooms);
    if (name == "matiere") return random.pick(subjects);
    if (name == "college") return random.pick(schools);
    if (name == "ville") return random.pick(towns);
    if (name == "montant") return std::to_string(random.between(8, 480)) + ",50 €";
    if (name == "numero")
        return std::to_string(random.between(2025, 2026)) + "-" + std::to_string(random.between(10, 199));
    if (name == "annee") return "2026-2027";
    return std::string(name);
}

constexpr std::array greetings = {"Bonjour,", "Bonjour à tous,", "Chers collègues,",
                                  "Bonjour à toutes et à tous,", "Bonsoir,"};
constexpr std::array closings = {"Bien cordialement,", "Cordialement,", "Bonne journée,", "Bien à vous,",
                                 "Merci d’avance,",    "Bon week-end,", "À bientôt,",     "Amicalement,"};

} // namespace

std::string fill(std::string_view text, Random& random) {
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('{');
        const auto close = open == std::string_view::npos ? open : text.find('}', open);
        if (close == std::string_view::npos) return out.append(text);
        out += text.substr(0, open);
        out += value_of(text.substr(open + 1, close - open - 1), random);
        text.remove_prefix(close + 1);
    }
    return out;
}

std::string wrapped(std::string_view text, std::size_t width) {
    std::string out;
    std::size_t column = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \n"), text.size());
        const auto word = text.substr(0, end);
        if (column > 0 && column + 1 + word.size() > width) {
            out += '\n';
            column = 0;
        } else if (column > 0) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        if (end < text.size() && text[end] == '\n') {
            out += '\n';
            column = 0;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string signature(const Person& person) {
    std::string out = "-- \n" + person.name() + "\n";
    if (!person.role.empty()) out += person.role + "\n";
    if (!person.school.empty()) out += person.school + "\n";
    return out;
}

std::string words_of(const Topic& topic, const Person& from, const std::string& to_name, Random& random) {
    std::string out =
        to_name.empty() || random.chance(40) ? random.pick(greetings) : "Bonjour " + to_name + ",";
    out += "\n\n";
    const std::size_t count =
        std::min<std::size_t>(topic.sentences.size(), 2 + random.below(topic.sentences.size()));
    const std::size_t start = random.below(2);
    std::string paragraph;
    for (std::size_t i = 0; i < count; ++i) {
        const auto sentence = topic.sentences[(i == 0 ? 0 : start + i) % topic.sentences.size()];
        paragraph += (paragraph.empty() ? "" : " ") + fill(sentence, random);
        if (random.chance(40) || i + 1 == count) {
            out += wrapped(paragraph, 76) + "\n\n";
            paragraph.clear();
        }
    }
    out += random.pick(closings);
    out += "\n" + (from.first.empty() ? from.last : from.first) + "\n";
    return out;
}

std::string short_reply(const Person& from, Random& random) {
    std::string out = random.chance(60) ? "Bonjour,\n\n" : "";
    const auto count = 1 + random.below(3);
    std::string paragraph;
    for (std::size_t i = 0; i < count; ++i)
        paragraph += (i == 0 ? "" : " ") + fill(random.pick(replies()), random);
    return out + wrapped(paragraph, 76) + "\n\n" +
           (random.chance(70) ? std::string(random.pick(closings)) + "\n" : "") + from.first + "\n";
}

} // namespace facteur::generate
