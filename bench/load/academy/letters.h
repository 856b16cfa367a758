// What people write: texts and files of the sizes that mail has.
#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace facteur::load::academy {

using Random = std::mt19937_64;

// Takes the time that the first file would else take, which is long. Once, before anything is due.
void prepare_letters();

// French sentences, at least so many octets, lines under 80.
std::string prose(Random& random, std::size_t octets);
// A word that `prose` may hold.
const std::string& word(Random& random);
// Octets of a text: half are under 2 KB, one in a hundred over 15.
std::size_t text_size(Random& random);
// Octets of a file: half are under 150 KB, one in a hundred over 1.4 MB.
std::size_t file_size(Random& random);
// So many octets that no compression makes smaller, with the head of a PDF. No two are the same.
std::string pdf(Random& random, std::size_t octets);

struct Addresses {
    std::string from, to;
};
// A whole message, of which one in six has a file; lines end in CRLF, none begins with a dot.
std::string letter(Random& random, const Addresses& addresses);
// One with a PDF of 80 to 400 KB.
std::string report_card(Random& random, const Addresses& addresses);

} // namespace facteur::load::academy
