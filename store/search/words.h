// Cuts text into words and folds them: the one place that says what a word is, for the index, for `matches`
// and for `hits`. Internal to search.
#pragma once

#include "store/ids.h"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store::search {

inline constexpr std::size_t longest_word = 64; // characters after folding; the rest does not count
inline constexpr std::size_t longest_folding = 4 * longest_word; // octets, before it is cut to that
inline constexpr std::size_t longest_text = 1 << 20;             // octets of one field that are looked at

struct Word {
    std::string_view folded;        // valid until the next call
    std::size_t begin = 0, end = 0; // octets of the text
};

// Malformed UTF-8 stands between words.
class WordCutter {
public:
    explicit WordCutter(std::string_view text);
    bool next(Word& word);

private:
    struct Place {
        std::size_t begin, end;
    };
    bool take_simple(Word& word);
    bool find_run();
    void cut_run();

    std::string_view text_;
    std::size_t at_ = 0;
    Place run_{};
    bool simple_ = true;       // the run has Latin letters and digits only: folded by a table
    bool spaceless_ = false;   // it has letters of a script that is written without spaces
    std::vector<Place> parts_; // of such a run, last first
    std::string folded_;
    std::array<char, longest_folding + 8> buffer_; // of a simple word
};

// The whole folding of a text that is one word; what WordCutter does to each.
std::string fold(std::string_view word);

} // namespace facteur::store::search
