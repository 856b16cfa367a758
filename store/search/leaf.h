// A leaf of an expression made ready: what the index looks up and what a text is judged by. Internal to
// search.
#pragma once

#include "store/search/search.h"
#include "store/search/stems.h"
#include "store/search/words.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur::store::search {

// Names and addresses have no stems.
inline constexpr std::uint32_t stemmed_fields =
    bit(Field::subject) | bit(Field::body) | bit(Field::attachment);

struct Leaf {
    std::vector<std::string> words; // folded; none: it matches nothing
    bool stems = false;             // of its only word also count
    bool prefix = false;            // the last word is the beginning of one
    std::uint32_t in = all_fields;

    // Whether the word of a text is the n-th of these; `field` says if stems may count.
    [[nodiscard]] bool is(std::size_t n, std::string_view folded, std::uint32_t field_bit) const;

private:
    friend Leaf make_leaf(const Expression& expression);
    Stems own_stems_;
};
Leaf make_leaf(const Expression& expression);

inline bool is_leaf(const Expression& expression) {
    using enum Expression::Kind;
    return expression.kind == word || expression.kind == prefix || expression.kind == phrase;
}

// Judges one text by one leaf.
bool stands_in(const Leaf& leaf, std::string_view text, Field field);
// The same for a document: in any field that the leaf names.
bool stands_in(const Leaf& leaf, const Document& document);

bool too_deep(const Expression& expression);

} // namespace facteur::store::search
