#include "bench/generate/people.h"

#include <algorithm>
#include <array>
#include <set>

namespace facteur::generate {
namespace {

constexpr std::array first_names = {
    "Sophie",    "Nicolas",     "Hélène",        "François",    "Élodie",      "Jérôme",   "Aïcha",
    "Mohamed",   "Béatrice",    "Loïc",          "Anaïs",       "Thierry",     "Céline",   "Stéphane",
    "Noémie",    "Gaël",        "Maëlle",        "Benoît",      "Inès",        "Frédéric", "Zoé",
    "Raphaël",   "Chloé",       "Cédric",        "Fatima",      "Guillaume",   "Agnès",    "Olivier",
    "Valérie",   "Emmanuel",    "Solène",        "Yann",        "Mireille",    "Aurélien", "Pénélope",
    "Théo",      "Marie-Laure", "Jean-Baptiste", "Anne-Sophie", "Pierre-Yves", "Ségolène", "Rémi",
    "Joséphine", "Clément",     "Myriam",        "Hugo",        "Dominique",   "Xavier"};
constexpr std::array last_names = {
    "Lefèvre",  "Moreau",     "Girard",   "Lefebvre",  "Roux",      "Fournier",   "Mercier", "Blanc",
    "Guérin",   "Boyer",      "Garnier",  "Chevalier", "Faure",     "Rousseau",   "Clément", "Gauthier",
    "Perrin",   "Robin",      "Morin",    "Nicolas",   "Henry",     "Roussel",    "Mathieu", "Gautier",
    "Masson",   "Marchand",   "Duval",    "Denis",     "Dumont",    "Marie",      "Lemaire", "Noël",
    "Meyer",    "Dufour",     "Meunier",  "Brun",      "Blanchard", "Giraud",     "Joly",    "Rivière",
    "Lucas",    "Brunet",     "Gaillard", "Barbier",   "Arnaud",    "Martínez",   "Gérard",  "Roche",
    "Renard",   "Schmitt",    "Roy",      "Leroux",    "Colin",     "Vidal",      "Caron",   "Picard",
    "Roger",    "Fabre",      "Aubert",   "Lemoine",   "Renaud",    "Dumas",      "Lacroix", "Olivier",
    "Philippe", "Bourgeois",  "Pierre",   "Benoît",    "Rey",       "Leclerc",    "Payet",   "Rolland",
    "Leclercq", "Guillaume",  "Lecomte",  "López",     "Jean",      "Dupuy",      "Guillot", "Hubert",
    "Berger",   "Carpentier", "Sánchez",  "Dupuis",    "Le Goff",   "De La Tour", "N'Diaye", "Ben Salah",
    "Traoré",   "Nguyen",     "D'Angelo", "Haddad"};

struct School {
    const char *name, *department;
};
constexpr std::array schools = {School{"Collège Marcelle-Pardé, Dijon", "Côte-d'Or"},
                                School{"Lycée Carnot, Dijon", "Côte-d'Or"},
                                School{"École élémentaire Les Violettes, Beaune", "Côte-d'Or"},
                                School{"Lycée Étienne-Jules-Marey, Beaune", "Côte-d'Or"},
                                School{"Collège Les Loges, Nevers", "Nièvre"},
                                School{"Lycée Jules-Renard, Nevers", "Nièvre"},
                                School{"Collège Le Vallon, Autun", "Saône-et-Loire"},
                                School{"Lycée Léon-Blum, Le Creusot", "Saône-et-Loire"},
                                School{"Lycée La Prat's, Cluny", "Saône-et-Loire"},
                                School{"Collège Bienvenu-Martin, Auxerre", "Yonne"},
                                School{"Lycée Jacques-Amyot, Auxerre", "Yonne"},
                                School{"École maternelle Les Tilleuls, Sens", "Yonne"}};

constexpr std::array subjects = {"mathématiques",
                                 "lettres modernes",
                                 "anglais",
                                 "allemand",
                                 "espagnol",
                                 "histoire-géographie",
                                 "physique-chimie",
                                 "sciences de la vie et de la Terre",
                                 "éducation physique et sportive",
                                 "arts plastiques",
                                 "éducation musicale",
                                 "technologie",
                                 "philosophie",
                                 "sciences économiques et sociales",
                                 "NSI"};
constexpr std::array other_roles = {"CPE",
                                    "Professeure documentaliste",
                                    "Principale adjointe",
                                    "Proviseur",
                                    "Gestionnaire",
                                    "Secrétaire de direction",
                                    "Infirmière scolaire",
                                    "AESH",
                                    "Assistant d'éducation",
                                    "Directeur d'école",
                                    "IA-IPR",
                                    "Psychologue de l'Éducation nationale"};

Person office_of(const std::string& name, const std::string& address) {
    Person out;
    out.last = name;
    out.address = address;
    return out;
}

} // namespace

std::string random_first_name(Random& random) {
    return random.pick(first_names);
}
std::string random_last_name(Random& random) {
    return random.pick(last_names);
}

std::string plain_letters(const std::string& name) {
    constexpr std::array<std::pair<const char*, char>, 22> letters = {
        {{"é", 'e'}, {"è", 'e'}, {"ê", 'e'}, {"ë", 'e'}, {"É", 'e'}, {"à", 'a'}, {"â", 'a'}, {"ï", 'i'},
         {"î", 'i'}, {"í", 'i'}, {"ô", 'o'}, {"ö", 'o'}, {"ó", 'o'}, {"ç", 'c'}, {"ù", 'u'}, {"û", 'u'},
         {"ü", 'u'}, {"á", 'a'}, {"ñ", 'n'}, {"È", 'e'}, {"Ç", 'c'}, {"À", 'a'}}};
    std::string out;
    for (std::size_t i = 0; i < name.size();) {
        const auto found = std::find_if(letters.begin(), letters.end(), [&](const auto& letter) {
            return name.compare(i, 2, letter.first) == 0;
        });
        if (found != letters.end()) {
            out += found->second;
            i += 2;
            continue;
        }
        const char c = name[i++];
        if (c >= 'A' && c <= 'Z')
            out += static_cast<char>(c + 32);
        else if ((c >= 'a' && c <= 'z') || c == '-')
            out += c;
        else if (c == ' ')
            out += '-';
    }
    return out;
}

People::People(Random random, std::string domain, std::size_t accounts)
    : accounts_(accounts), domain_(std::move(domain)) {
    staff_ = {{"Anne", "Martin", "anne.martin@" + domain_, "Professeure de mathématiques",
               "Collège Marcelle-Pardé, Dijon", "Côte-d'Or", "mathématiques", true},
              {"Karim", "Benali", "karim.benali@" + domain_, "Principal adjoint",
               "Collège Marcelle-Pardé, Dijon", "Côte-d'Or", "", true},
              {"Claire", "Dubois", "claire.dubois@" + domain_,
               "Gestionnaire, division des personnels enseignants", "Rectorat, Dijon", "Côte-d'Or", "",
               true}};
    std::set<std::string> taken;
    for (const auto& person : staff_)
        taken.insert(person.address);
    const std::size_t size =
        std::max<std::size_t>(accounts + 20, 60); // colleagues without an account write too
    while (staff_.size() < size) {
        Person person;
        person.first = random_first_name(random);
        person.last = random_last_name(random);
        const std::string local = plain_letters(person.first) + "." + plain_letters(person.last);
        person.address = local + "@" + domain_;
        for (int i = 2; !taken.insert(person.address).second; ++i)
            person.address = local + std::to_string(i) + "@" + domain_;
        const School& school = staff_.size() < 20 ? schools[0] : random.pick(schools);
        person.school = school.name;
        person.department = school.department;
        if (random.chance(70)) {
            person.subject = random.pick(subjects);
            person.role = (random.chance(50) ? "Professeur de " : "Professeure de ") + person.subject;
        } else {
            person.role = random.pick(other_roles);
        }
        person.has_account = staff_.size() < accounts;
        staff_.push_back(std::move(person));
    }
    for (std::size_t i = accounts; i < 3; ++i)
        staff_[i].has_account = false;
}

const Person& People::colleague(Random& random, const Person& of) const {
    while (true) {
        // Half of the mail is between people who have accounts, so that both ends can be looked at.
        const auto& person = accounts_ > 1 && random.chance(50)
                                 ? staff_[random.below(accounts_)]
                                 : staff_[random.below(std::min<std::size_t>(staff_.size(), 60))];
        if (person.address != of.address) return person;
    }
}

Person People::parent(Random& random) const {
    constexpr std::array providers = {"courriel-libre.example", "boite-postale.example",
                                      "fournisseur.example"};
    Person out;
    out.first = random_first_name(random);
    out.last = random_last_name(random);
    out.address = plain_letters(out.first) + plain_letters(out.last) + std::to_string(random.between(1, 99)) +
                  "@" + random.pick(providers);
    return out;
}

Person People::office(Random& random) const {
    switch (random.below(8)) {
    case 0: return office_of("DSDEN 21 - Secrétariat général", "dsden21.secretariat@" + domain_);
    case 1: return office_of("Division des examens et concours (DEC)", "dec@" + domain_);
    case 2: return office_of("EAFC - Formation continue", "eafc@" + domain_);
    case 3: return office_of("DRANE Bourgogne", "drane@" + domain_);
    case 4: return office_of("Cabinet du recteur", "ce.recteur@" + domain_);
    case 5: return office_of("Service mouvement 2nd degré", "mvt2nddegre@" + domain_);
    case 6: return office_of("Plateforme d'assistance", "assistance@" + domain_);
    default: return office_of("DPE 3 - Gestion collective", "dpe3@" + domain_);
    }
}

Person People::outside(Random& random) const {
    switch (random.below(7)) {
    case 0: return office_of("Éditions du Savoir", "lettre@editions-du-savoir.example");
    case 1: return office_of("Musée des Beaux-Arts — service éducatif", "scolaires@musee.example");
    case 2: return office_of("Voyages Scolaires & Cie", "contact@voyages-scolaires.example");
    case 3: return office_of("Mutuelle des enseignants", "information@mutuelle-enseignants.example");
    case 4: return office_of("Théâtre du Parvis", "rp@theatre-parvis.example");
    case 5: return office_of("Association des professeurs de mathématiques", "lettre@assoc-maths.example");
    default: return office_of("Papeterie Bureau Plus", "promo@bureau-plus.example");
    }
}

} // namespace facteur::generate
