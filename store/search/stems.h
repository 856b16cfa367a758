// The stems of a folded word: French and English, because an academy writes both and seldom says which. Words
// of other letters have none. Internal to search.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace facteur::store::search {

// Empty when there is none; both may be the word itself, and the second is empty when it equals the first.
using Stems = std::array<std::string, 2>;

Stems make_stems(std::string_view folded);

// The same. Remembers what it was asked lately: words come again and again. The reference lives until the
// next call.
const Stems& stems_of(std::string_view folded);

} // namespace facteur::store::search
