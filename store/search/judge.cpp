// What the index answers about many documents, said of one by its text.
#include "store/search/leaf.h"
#include "store/search/substring.h"

#include <algorithm>
#include <deque>

namespace facteur::store::search {
namespace {

// Calls `each(begin, end)` for every place where the leaf's words stand one after the other, until it returns
// false.
template <typename Each>
void occurrences(const Leaf& leaf, std::string_view text, Field field, Each&& each) {
    if (leaf.words.empty() || (leaf.in & bit(field)) == 0) return;
    const auto count = leaf.words.size();
    // Where the words that may still become an occurrence begin, by how many of the leaf's they are.
    std::vector<std::size_t> begun(count, 0);
    std::vector<bool> is_begun(count, false);
    WordCutter cutter(text);
    for (Word word; cutter.next(word);) {
        for (std::size_t n = count; n-- > 0;) {
            const bool fits = (n == 0 || is_begun[n]) && leaf.is(n, word.folded, bit(field));
            if (n > 0) is_begun[n] = false;
            if (!fits) continue;
            const auto begin = n == 0 ? word.begin : begun[n];
            if (n + 1 == count) {
                if (!each(begin, word.end)) return;
            } else {
                begun[n + 1] = begin;
                is_begun[n + 1] = true;
            }
        }
    }
}

bool has_substring(const Document& document, const Expression& expression) {
    const auto wanted = make_substring(expression.text);
    for (std::size_t field = 0; field < fields; ++field)
        if ((fields_of(expression) & 1u << field) != 0 && has_substring(document.text[field], wanted))
            return true;
    return false;
}

bool judge(const Document& document, const Expression& expression) {
    using enum Expression::Kind;
    const auto child = [&](const Expression& of) { return judge(document, of); };
    const auto& children = expression.children;
    switch (expression.kind) {
    case all: return true;
    case and_: return std::all_of(children.begin(), children.end(), child);
    case or_: return std::any_of(children.begin(), children.end(), child);
    case not_: return std::none_of(children.begin(), children.end(), child);
    case word:
    case prefix:
    case phrase: return stands_in(make_leaf(expression), document);
    case contains: return has_substring(document, expression);
    }
    return false;
}

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

void mark(std::string_view text, Field field, const Expression& expression, Ranges& ranges) {
    if (expression.kind == Expression::Kind::not_) return;
    if (expression.kind == Expression::Kind::contains) return;
    if (is_leaf(expression)) {
        occurrences(make_leaf(expression), text, field, [&](std::size_t begin, std::size_t end) {
            ranges.emplace_back(begin, end);
            return true;
        });
        return;
    }
    for (const auto& child : expression.children)
        mark(text, field, child, ranges);
}

} // namespace

bool Leaf::is(std::size_t n, std::string_view folded, std::uint32_t field_bit) const {
    const auto& wanted = words[n];
    if (folded == wanted) return true;
    if (prefix && n + 1 == words.size()) return folded.starts_with(wanted);
    if (!stems || (field_bit & stemmed_fields) == 0) return false;
    const auto& other = stems_of(folded);
    return std::any_of(own_stems_.begin(), own_stems_.end(), [&](const std::string& stem) {
        return !stem.empty() && (stem == other[0] || stem == other[1]);
    });
}

Leaf make_leaf(const Expression& expression) {
    Leaf leaf;
    leaf.in = expression.in == 0 ? all_fields : expression.in & all_fields;
    leaf.prefix = expression.kind == Expression::Kind::prefix;
    WordCutter cutter(expression.text);
    for (Word word; cutter.next(word);)
        leaf.words.emplace_back(word.folded);
    leaf.stems = expression.kind == Expression::Kind::word && leaf.words.size() == 1;
    if (leaf.stems) leaf.own_stems_ = stems_of(leaf.words.front());
    return leaf;
}

bool stands_in(const Leaf& leaf, std::string_view text, Field field) {
    bool found = false;
    occurrences(leaf, text, field, [&](auto, auto) { return !(found = true); });
    return found;
}

bool stands_in(const Leaf& leaf, const Document& document) {
    for (std::size_t field = 0; field < fields; ++field)
        if (stands_in(leaf, document.text[field], static_cast<Field>(field))) return true;
    return false;
}

bool too_deep(const Expression& expression) {
    // Level by level, so that the depth of the tree is not the depth of the stack.
    std::vector<const Expression*> level{&expression};
    for (std::size_t depth = 0; !level.empty(); ++depth) {
        if (depth == deepest_expression) return true;
        std::vector<const Expression*> below;
        for (const auto* node : level)
            for (const auto& child : node->children)
                below.push_back(&child);
        level = std::move(below);
    }
    return false;
}

bool matches(const Document& document, const Expression& expression) {
    return !too_deep(expression) && judge(document, expression);
}

bool has_phrase(const Expression& expression) {
    if (too_deep(expression)) return false;
    if (is_leaf(expression)) return make_leaf(expression).words.size() > 1;
    if (expression.kind == Expression::Kind::contains)
        return !make_substring(expression.text).is_within_word();
    return std::any_of(expression.children.begin(), expression.children.end(), has_phrase);
}

std::uint32_t fields_of(const Expression& expression) {
    if (too_deep(expression)) return 0;
    if (is_leaf(expression) || expression.kind == Expression::Kind::contains)
        return expression.in == 0 ? all_fields : expression.in & all_fields;
    std::uint32_t in = 0;
    for (const auto& child : expression.children)
        in |= fields_of(child);
    return in;
}

Ranges hits(std::string_view text, Field field, const Expression& expression) {
    Ranges ranges, apart;
    if (too_deep(expression)) return apart;
    mark(text, field, expression, ranges);
    std::sort(ranges.begin(), ranges.end());
    for (const auto& range : ranges)
        if (!apart.empty() && range.first < apart.back().second)
            apart.back().second = std::max(apart.back().second, range.second);
        else
            apart.push_back(range);
    return apart;
}

} // namespace facteur::store::search
