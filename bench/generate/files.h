// Small files that programs open: what mail of an academy has attached.
#pragma once

#include "bench/generate/random.h"
#include "bench/generate/words.h"

#include <string>
#include <utility>
#include <vector>

namespace facteur::generate {

struct File {
    std::string name; // UTF-8
    std::string type; // "application/pdf"
    std::string bytes;
};

struct Picture {
    int width = 0, height = 0;
    std::string rgb; // three octets a pixel
};
Picture landscape(Random& random, int width, int height);
std::string png(const Picture& picture);
std::string jpeg(const Picture& picture); // squares of 8 pixels, each of one colour

std::string zip(const std::vector<std::pair<std::string, std::string>>& files); // names and octets
std::string pdf(const std::vector<std::string>& pages);                         // plain lines, UTF-8
std::string docx(const std::string& text);
std::string odt(const std::string& text);
std::string xlsx(const std::vector<std::vector<std::string>>& rows);

std::vector<std::vector<std::string>> marks(Random& random); // a table of pupils and their marks
std::string csv(const std::vector<std::vector<std::string>>& rows, char separator);

// Nothing comes back empty but for Enclosed::nothing.
std::vector<File> files_for(Enclosed kind, const std::string& title, Random& random);

} // namespace facteur::generate
