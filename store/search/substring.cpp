#include "store/search/substring.h"

#include "store/search/words.h"

#include <unicode/utf8.h>

#include <algorithm>

namespace facteur::store::search {
namespace {

constexpr std::string_view folded_space = " \t\r\n\f\v";

void append_between(std::string_view between, std::string& out) {
    for (std::size_t i = 0; i < between.size(); ++i) {
        const bool space = folded_space.find(between[i]) != std::string_view::npos;
        if (!space)
            out.push_back(between[i]);
        else if (i == 0 || folded_space.find(between[i - 1]) == std::string_view::npos)
            out.push_back(' ');
    }
}

// Of what may be written without spaces; Vietnamese and Greek lie among it.
bool may_be_spaceless(std::string_view text) {
    for (std::int32_t at = 0, size = static_cast<std::int32_t>(text.size()); at < size;) {
        UChar32 c = 0;
        U8_NEXT(text.data(), at, size, c);
        if (c >= 0x0e00 && (c < 0x1e00 || c >= 0x2000)) return true;
    }
    return false;
}

// What stands before the first word or after the last may be nothing, or accents, which belong to a word.
bool is_open(std::string_view outside) {
    return std::all_of(outside.begin(), outside.end(), [](char c) { return (c & 0x80) != 0; });
}

} // namespace

std::string fold_text(std::string_view text) {
    text = text.substr(0, longest_text);
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    WordCutter cutter(text);
    for (Word word; cutter.next(word); at = word.end) {
        append_between(text.substr(at, word.begin - at), out);
        out += word.folded;
    }
    append_between(text.substr(at), out);
    return out;
}

Substring make_substring(std::string_view text) {
    Substring made;
    made.folded = fold_text(text);
    std::size_t end = 0;
    WordCutter cutter(text);
    for (Word word; cutter.next(word); end = word.end)
        made.pieces.push_back(
            {std::string(word.folded), made.pieces.empty() && is_open(text.substr(0, word.begin)), false});
    if (made.pieces.empty()) return made;
    made.pieces.back().open_back = is_open(text.substr(end));
    if (may_be_spaceless(text)) made.pieces.clear();
    return made;
}

} // namespace facteur::store::search
