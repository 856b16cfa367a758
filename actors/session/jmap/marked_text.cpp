#include "actors/session/jmap/marked_text.h"

#include <algorithm>
#include <limits>

namespace facteur {
namespace {

constexpr std::string_view open_mark = "<mark>", close_mark = "</mark>";
constexpr std::size_t context = 60; // octets before the first hit

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_inside_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::string_view escaped(std::string_view character) {
    switch (character.front()) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return is_space(character.front()) ? " " : character;
    }
}

std::string_view character_at(std::string_view text, std::size_t at) {
    auto end = at + 1;
    while (end < text.size() && is_inside_character(text[end]))
        ++end;
    return text.substr(at, end - at);
}

// Where an excerpt begins: some words before the hit, at the start of a word if there is one.
std::size_t start_of_excerpt(std::string_view text, std::size_t hit) {
    auto from = hit > context ? hit - context : 0;
    while (from < hit && is_inside_character(text[from]))
        ++from;
    if (from == 0) return 0;
    const auto space =
        std::find_if(text.begin() + static_cast<long>(from), text.begin() + static_cast<long>(hit), is_space);
    const auto word = static_cast<std::size_t>(space - text.begin());
    return word < hit ? word + 1 : from;
}

std::string mark(std::string_view text, const Hits& hits, std::size_t from, std::size_t longest) {
    std::string html;
    auto hit = hits.begin();
    bool open = false;
    for (auto at = from; at < text.size();) {
        while (hit != hits.end() && !open && hit->second <= at)
            ++hit;
        const bool opens = !open && hit != hits.end() && hit->first <= at;
        const auto character = character_at(text, at);
        const auto piece = escaped(character);
        const auto needed =
            piece.size() + (opens ? open_mark.size() : 0) + (open || opens ? close_mark.size() : 0);
        if (html.size() + needed > longest) break;
        if (opens) html.append(open_mark);
        open = open || opens;
        if (piece != " " || (!html.empty() && html.back() != ' ')) html.append(piece);
        at += character.size();
        if (open && at >= hit->second) {
            html.append(close_mark);
            open = false;
        }
    }
    if (open) html.append(close_mark);
    return html;
}

} // namespace

std::string marked_text(std::string_view text, const Hits& hits) {
    return mark(text, hits, 0, std::numeric_limits<std::size_t>::max());
}

std::string marked_excerpt(std::string_view text, const Hits& hits, std::size_t longest) {
    return mark(text, hits, hits.empty() ? 0 : start_of_excerpt(text, hits.front().first), longest);
}

} // namespace facteur
