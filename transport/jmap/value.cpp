#include "transport/jmap/value.h"

#include <algorithm>
#include <vector>

namespace facteur::jmap {
namespace {

// simdjson decodes a lone \uDC00 to the three octets of a surrogate, which is no UTF-8.
bool has_surrogate(std::string_view text) {
    for (auto at = text.find('\xed'); at != std::string_view::npos; at = text.find('\xed', at + 1))
        if (at + 1 < text.size() && static_cast<std::uint8_t>(text[at + 1]) >= 0xa0) return true;
    return false;
}

bool has_duplicates(std::vector<std::string_view>& names) {
    if (names.size() <= 12) {
        for (std::size_t i = 1; i < names.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (names[i] == names[j]) return true;
        return false;
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// Depth is bounded by the parser, so that recursion is.
bool is_i_json(Value value) {
    if (const auto text = as_string(value)) return !has_surrogate(*text);
    if (const auto array = as_array(value)) {
        for (const Value item : *array)
            if (!is_i_json(item)) return false;
    } else if (const auto object = as_object(value)) {
        std::vector<std::string_view> names;
        for (const auto [name, item] : *object) {
            if (has_surrogate(name) || !is_i_json(item)) return false;
            names.push_back(name);
        }
        return !has_duplicates(names);
    }
    return true;
}

} // namespace

Result<Document> Document::parse(std::string_view text, std::uint16_t max_depth) {
    simdjson::dom::parser parser;
    // simdjson cannot hold less than this; an empty text is an error of its own below.
    if (parser.allocate(std::max<std::size_t>(text.size(), 64), max_depth) != simdjson::SUCCESS)
        return fail(Code::too_large, "The text is too long.");
    Document made;
    made.document_ = std::make_unique<simdjson::dom::document>();
    const auto parsed = parser.parse_into_document(*made.document_, text.data(), text.size());
    if (parsed.error() == simdjson::DEPTH_ERROR) return fail(Code::too_large, "The text is nested too deep.");
    if (parsed.error() != simdjson::SUCCESS) return fail(Code::malformed, "The text is not JSON.");
    if (!is_i_json(made.root()))
        return fail(Code::malformed, "The text is not I-JSON: a name stands twice in an object, or a "
                                     "surrogate stands alone.");
    return made;
}

std::optional<Value> member(Object object, std::string_view name) {
    Value found;
    if (object.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

template <typename T>
static std::optional<T> get(Value value) {
    T found;
    if (value.get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

std::optional<Object> as_object(Value value) {
    return get<Object>(value);
}
std::optional<Array> as_array(Value value) {
    return get<Array>(value);
}
std::optional<std::string_view> as_string(Value value) {
    return get<std::string_view>(value);
}
std::optional<bool> as_boolean(Value value) {
    return get<bool>(value);
}
std::optional<std::int64_t> as_integer(Value value) {
    return get<std::int64_t>(value);
}
std::optional<std::uint64_t> as_unsigned(Value value) {
    const auto number = get<std::uint64_t>(value);
    return number && *number <= max_unsigned ? number : std::nullopt;
}

std::size_t member_count(Object object) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto member : object)
        ++count;
    return count;
}

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

} // namespace facteur::jmap
