// The part of a query's results that was asked for (RFC 8620 §5.5): position or anchor, limit, total.
//
//     QueryWindow window(query, limits);
//     for each result, in order: { results.push_back(id); if (window.is_filled(results)) break; }
//     return window.write(results, total, …);
#pragma once

#include "transport/jmap/arguments.h"
#include "transport/jmap/errors.h"
#include "transport/jmap/limits.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// Results by the number of their id (ids.h), in order.
using QueryResults = std::vector<std::uint64_t>;

class QueryWindow {
public:
    // `letter`: of the ids. `total_known`: how many results there are is known without finding them all.
    QueryWindow(const jmap::QueryArguments& query, const jmap::Limits& limits, char letter,
                bool total_known = false);

    // Results from the front on that have to be known; nothing: all.
    [[nodiscard]] std::optional<std::uint64_t> front() const;
    // Whether these results from the front on are enough.
    [[nodiscard]] bool is_filled(const QueryResults& results) const;

    // The whole answer. `total`: nothing when `results` is all there is. Fails with anchorNotFound.
    jmap::MethodResult write(const QueryResults& results, std::optional<std::uint64_t> total,
                             std::string_view state, bool can_calculate_changes, jmap::Writer& out) const;

private:
    [[nodiscard]] std::optional<std::uint64_t> begin(const QueryResults& results) const;

    const jmap::QueryArguments& query_;
    char letter_;
    std::uint64_t limit_;
    bool needs_all_;
    std::optional<std::uint64_t> anchor_;
    mutable std::size_t looked_at_ = 0; // results that were compared with the anchor
    mutable std::optional<std::size_t> anchor_at_;
};

// What a client has to do to its list of results (RFC 8620 §5.6).
struct QueryDelta {
    std::vector<std::uint64_t> removed;
    struct Added {
        std::uint64_t id = 0;
        std::uint64_t index = 0;
    };
    std::vector<Added> added; // by index
    std::optional<std::uint64_t> total;
};
// Fails with tooManyChanges.
jmap::MethodResult write_query_changes(const jmap::QueryChangesArguments& asked, const jmap::Limits& limits,
                                       std::string_view new_state, const QueryDelta& delta, char letter,
                                       jmap::Writer& out);

} // namespace facteur
