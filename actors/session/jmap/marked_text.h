// Text as HTML with the words that a search found in <mark>…</mark> (RFC 8621 §5): all else is escaped, white
// space becomes single spaces. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur {

using Hits = std::vector<std::pair<std::size_t, std::size_t>>; // octets [begin, end), ascending

std::string marked_text(std::string_view text, const Hits& hits);
// At most `longest` octets of HTML around the first hit, cut between characters.
std::string marked_excerpt(std::string_view text, const Hits& hits, std::size_t longest);

} // namespace facteur
