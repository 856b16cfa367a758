// Filters of /query (RFC 8620 §5.5): a tree of operators whose leaves are conditions of the type's own.
#pragma once

#include "transport/jmap/errors.h"
#include "transport/jmap/limits.h"
#include "transport/jmap/value.h"

#include <memory>
#include <optional>
#include <vector>

namespace facteur::jmap {

struct Filter {
    enum class Kind { condition, and_, or_, not_ } kind = Kind::condition;
    std::optional<Object> condition; // of Kind::condition
    std::vector<Filter> children;
};

// Bounded by `max_filter_depth` and `max_filter_nodes`: what is larger is unsupportedFilter. Conditions are
// not looked into.
Expected<Filter> parse_filter(Value value, const Limits& limits = {});

} // namespace facteur::jmap
