// French academic mail: subjects, sentences and signatures, with places filled by chance.
#pragma once

#include "bench/generate/people.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur::generate {

enum class Enclosed { nothing, pdf, docx, odt, xlsx, csv, photo, zip };

struct Topic {
    std::string_view subject;
    std::vector<std::string_view> sentences;
    Enclosed enclosed = Enclosed::nothing;
};

const std::vector<Topic>& colleague_topics();
const std::vector<Topic>& office_topics(); // circulars, calls, notes
const std::vector<Topic>& parent_topics();
const std::vector<Topic>& union_topics();
const std::vector<std::string_view>& replies();

// Replaces {classe}, {eleve}, {date}, {heure}, {salle}, {matiere}, {college}, {ville}, {montant}, {numero},
// {annee}.
std::string fill(std::string_view text, Random& random);

// Paragraphs of a message: greeting, sentences, closing; lines end in LF and are short.
std::string words_of(const Topic& topic, const Person& from, const std::string& to_name, Random& random);
std::string short_reply(const Person& from, Random& random);
std::string signature(const Person& person); // "-- \n…"

std::string wrapped(std::string_view text, std::size_t width); // at spaces, lines end in LF

} // namespace facteur::generate
