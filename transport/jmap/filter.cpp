#include "transport/jmap/filter.h"

namespace facteur::jmap {
namespace {

std::optional<Filter::Kind> operator_named(std::string_view name) {
    if (name == "AND") return Filter::Kind::and_;
    if (name == "OR") return Filter::Kind::or_;
    if (name == "NOT") return Filter::Kind::not_;
    return std::nullopt;
}

Expected<Filter> parse(Value value, const Limits& limits, std::uint32_t depth, std::uint32_t& nodes) {
    if (depth > limits.max_filter_depth || ++nodes > limits.max_filter_nodes)
        return method_error("unsupportedFilter", "The filter is too large.");
    const auto object = as_object(value);
    if (!object) return invalid_arguments("A filter must be an object.");
    Filter filter;
    const auto name = member(*object, "operator");
    if (!name) {
        filter.condition = *object;
        return filter;
    }
    const auto text = as_string(*name);
    const auto kind = text ? operator_named(*text) : std::nullopt;
    const auto conditions = member(*object, "conditions");
    const auto list = conditions ? as_array(*conditions) : std::nullopt;
    if (!kind || !list || member_count(*object) != 2)
        return invalid_arguments("A filter operator has an operator (AND, OR, NOT) and conditions.");
    filter.kind = *kind;
    for (const Value item : *list) {
        auto child = parse(item, limits, depth + 1, nodes);
        if (!child) return child;
        filter.children.push_back(std::move(*child));
    }
    return filter;
}

} // namespace

Expected<Filter> parse_filter(Value value, const Limits& limits) {
    std::uint32_t nodes = 0;
    return parse(value, limits, 0, nodes);
}

} // namespace facteur::jmap
