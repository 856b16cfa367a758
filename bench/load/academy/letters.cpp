#include "bench/load/academy/letters.h"

#include "bench/load/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace facteur::load::academy {
namespace {

constexpr std::size_t line_length = 76;
constexpr std::string_view pdf_head = "%PDF-1.7\n"; // nine octets: needs no padding in base64

const std::array<std::string, 40>& words() {
    static const std::array<std::string, 40> all{
        "réunion",  "conseil",  "classe",   "bulletin",   "sortie",     "élèves",    "collège",
        "lycée",    "service",  "date",     "retour",     "merci",      "projet",    "salle",
        "note",     "vacances", "rectorat", "inspection", "formation",  "stage",     "orientation",
        "parents",  "emploi",   "temps",    "matériel",   "commande",   "signature", "dossier",
        "examen",   "brevet",   "cantine",  "transport",  "calendrier", "absence",   "mathématiques",
        "histoire", "musique",  "sport",    "infirmière", "réponse"};
    return all;
}

// Half of them under `middle`, one in a hundred over `middle` × e^(2.33 × spread).
std::size_t log_normal(Random& random, double middle, double spread, std::size_t most) {
    const auto octets = std::lognormal_distribution<double>(std::log(middle), spread)(random);
    return std::min(most, static_cast<std::size_t>(octets));
}

// What files are cut from: random octets are made before the day begins, because who makes them on the way is
// late.
constexpr std::size_t octets_of_line = line_length / 4 * 3, largest_file = 8'000'000;
constexpr std::size_t noise_octets = 150'000 * octets_of_line;
static_assert(noise_octets > largest_file);

const std::string& noise() {
    static const std::string made = [] {
        Random random(1);
        std::string octets;
        octets.reserve(noise_octets + sizeof(Random::result_type));
        while (octets.size() < noise_octets) {
            const auto piece = random();
            octets.append(reinterpret_cast<const char*>(&piece), sizeof piece);
        }
        octets.resize(noise_octets);
        return octets;
    }();
    return made;
}

const std::string& noise_in_lines() {
    static const std::string made = [] {
        const auto text = base64(noise());
        std::string lines;
        lines.reserve(text.size() / line_length * (line_length + 2));
        for (std::size_t at = 0; at < text.size(); at += line_length)
            lines.append(text, at, line_length).append("\r\n");
        return lines;
    }();
    return made;
}

// A part of it, from a random place on; `unit` octets are not torn apart.
std::string piece_of(const std::string& whole, Random& random, std::size_t octets, std::size_t unit) {
    const auto count = octets / unit, all = whole.size() / unit;
    return whole.substr(random() % (all - count) * unit, count * unit);
}

std::string head(Random& random, const Addresses& addresses) {
    return fmt::format(
        "From: <{}>\r\nTo: <{}>\r\nSubject: Note de service {}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n"
        "Message-ID: <{:016x}{:016x}@elsewhere.test>\r\nMIME-Version: 1.0\r\n",
        addresses.from, addresses.to, random() % 100000, random(), random());
}

std::string with_file(Random& random, const Addresses& addresses, std::size_t octets) {
    return head(random, addresses) +
           "Content-Type: multipart/mixed; boundary=\"piece\"\r\n\r\n--piece\r\n"
           "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
           prose(random, text_size(random)) +
           "\r\n--piece\r\nContent-Type: application/pdf; name=\"document.pdf\"\r\n"
           "Content-Disposition: attachment; filename=\"document.pdf\"\r\n"
           "Content-Transfer-Encoding: base64\r\n\r\n" +
           base64(pdf_head) + "\r\n" + piece_of(noise_in_lines(), random, octets * 4 / 3, line_length + 2) +
           "\r\n--piece--\r\n";
}

} // namespace

const std::string& word(Random& random) {
    return words()[random() % words().size()];
}

std::string prose(Random& random, std::size_t octets) {
    std::string text;
    std::size_t in_line = 0;
    while (text.size() < octets) {
        const auto& next = word(random);
        if (in_line + next.size() > line_length) {
            text += "\r\n";
            in_line = 0;
        }
        text.append(next).append(" ");
        in_line += next.size() + 1;
    }
    return text + "\r\n";
}

std::size_t text_size(Random& random) {
    return log_normal(random, 2000, 0.87, 200'000);
}

std::size_t file_size(Random& random) {
    return log_normal(random, 150'000, 0.96, largest_file);
}

std::string pdf(Random& random, std::size_t octets) {
    return fmt::format("{}%{:016x}\n", pdf_head, random()) + piece_of(noise(), random, octets, 1);
}

void prepare_letters() {
    noise_in_lines();
}

std::string letter(Random& random, const Addresses& addresses) {
    if (random() % 6 == 0) return with_file(random, addresses, file_size(random));
    return head(random, addresses) +
           "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
           prose(random, text_size(random));
}

std::string report_card(Random& random, const Addresses& addresses) {
    return with_file(random, addresses, 80'000 + random() % 320'000);
}

} // namespace facteur::load::academy
