// A filter whose conditions have been read (RFC 8620 §5.5).
#pragma once

#include "transport/jmap/errors.h"
#include "transport/jmap/filter.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

template <typename Condition>
struct FilterTree {
    jmap::Filter::Kind kind = jmap::Filter::Kind::and_; // with no children: everything
    Condition condition{};                              // of Kind::condition
    std::vector<FilterTree> children;

    // `match(condition)` is asked as few times as the answer allows. NOT: none of the children match.
    template <typename Match>
    [[nodiscard]] bool matches(const Match& match) const {
        const auto child_matches = [&](const FilterTree& child) { return child.matches(match); };
        switch (kind) {
        case jmap::Filter::Kind::condition: return match(condition);
        case jmap::Filter::Kind::and_: return std::all_of(children.begin(), children.end(), child_matches);
        case jmap::Filter::Kind::or_: return std::any_of(children.begin(), children.end(), child_matches);
        case jmap::Filter::Kind::not_: return std::none_of(children.begin(), children.end(), child_matches);
        }
        return false;
    }
    template <typename Each>
    void each_condition(const Each& each) const {
        if (kind == jmap::Filter::Kind::condition) each(condition);
        for (const auto& child : children)
            child.each_condition(each);
    }
};

// Bounded as `parse_filter` is. `read`: from the condition's object.
template <typename Condition, typename Read>
jmap::Expected<FilterTree<Condition>> read_filter_tree(const jmap::Filter& filter, const Read& read) {
    FilterTree<Condition> tree;
    tree.kind = filter.kind;
    if (filter.condition) {
        auto condition = read(*filter.condition);
        if (!condition) return tl::unexpected(condition.error());
        tree.condition = std::move(*condition);
    }
    for (const auto& child : filter.children) {
        auto read_child = read_filter_tree<Condition>(child, read);
        if (!read_child) return read_child;
        tree.children.push_back(std::move(*read_child));
    }
    return tree;
}
template <typename Condition, typename Read>
jmap::Expected<FilterTree<Condition>> read_filter_tree(const std::optional<jmap::Value>& value,
                                                       const jmap::Limits& limits, const Read& read) {
    if (!value) return FilterTree<Condition>{};
    const auto filter = jmap::parse_filter(*value, limits);
    if (!filter) return tl::unexpected(filter.error());
    return read_filter_tree<Condition>(*filter, read);
}

// A condition that the server does not know makes the filter one that it cannot process.
inline jmap::MethodResult check_condition(jmap::Object condition,
                                          std::initializer_list<std::string_view> known) {
    for (const auto [name, value] : condition)
        if (std::find(known.begin(), known.end(), name) == known.end())
            return jmap::method_error("unsupportedFilter",
                                      "There is no condition \"" + std::string(name) + "\".");
    return {};
}

} // namespace facteur
