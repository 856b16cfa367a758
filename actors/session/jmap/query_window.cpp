#include "actors/session/jmap/query_window.h"

#include "actors/session/jmap/ids.h"

#include <algorithm>

namespace facteur {
namespace {

constexpr std::uint64_t add(std::uint64_t from, std::int64_t offset) {
    if (offset >= 0) return from + static_cast<std::uint64_t>(offset);
    const auto back = static_cast<std::uint64_t>(-offset);
    return from > back ? from - back : 0;
}

} // namespace

QueryWindow::QueryWindow(const jmap::QueryArguments& query, const jmap::Limits& limits, char letter,
                         bool total_known)
    : query_(query), letter_(letter),
      limit_(std::min<std::uint64_t>(query.limit.value_or(limits.max_query_limit), limits.max_query_limit)),
      needs_all_((query.calculate_total && !total_known) || (query.position < 0 && !query.anchor)),
      // 0 is no object's number: an anchor that is no id is never found.
      anchor_(query.anchor ? std::optional(read_id(letter, *query.anchor).value_or(0)) : std::nullopt) {}

std::optional<std::uint64_t> QueryWindow::front() const {
    if (needs_all_ || anchor_) return std::nullopt;
    return static_cast<std::uint64_t>(query_.position) + limit_;
}

bool QueryWindow::is_filled(const QueryResults& results) const {
    if (needs_all_) return false;
    const auto from = begin(results);
    return from && results.size() >= *from + limit_;
}

std::optional<std::uint64_t> QueryWindow::begin(const QueryResults& results) const {
    if (!anchor_) {
        if (query_.position >= 0) return static_cast<std::uint64_t>(query_.position);
        return add(results.size(), query_.position);
    }
    for (; !anchor_at_ && looked_at_ < results.size(); ++looked_at_)
        if (results[looked_at_] == *anchor_) anchor_at_ = looked_at_;
    if (!anchor_at_) return std::nullopt;
    return add(*anchor_at_, query_.anchor_offset);
}

jmap::MethodResult QueryWindow::write(const QueryResults& results, std::optional<std::uint64_t> total,
                                      std::string_view state, bool can_calculate_changes,
                                      jmap::Writer& out) const {
    const auto from = begin(results);
    if (!from) return jmap::method_error("anchorNotFound", "The anchor is not among the results.");
    out.begin_object().member("accountId", query_.account).member("queryState", state);
    out.member("canCalculateChanges", can_calculate_changes).member("position", *from);
    out.key("ids").begin_array();
    const auto end = std::min<std::uint64_t>(results.size(), *from + limit_);
    for (auto i = *from; i < end; ++i)
        out.value(write_id(letter_, results[i]));
    out.end_array();
    if (query_.calculate_total) out.member("total", total.value_or(results.size()));
    if (query_.limit != limit_) out.member("limit", limit_);
    out.end_object();
    return {};
}

jmap::MethodResult write_query_changes(const jmap::QueryChangesArguments& asked, const jmap::Limits& limits,
                                       std::string_view new_state, const QueryDelta& delta, char letter,
                                       jmap::Writer& out) {
    const auto most = asked.most.value_or(limits.max_changes_limit);
    if (delta.removed.size() + delta.added.size() > most)
        return jmap::method_error("tooManyChanges", "The results have changed too much: query them again.");
    out.begin_object().member("accountId", asked.account).member("oldQueryState", asked.since);
    out.member("newQueryState", new_state);
    if (delta.total) out.member("total", *delta.total);
    out.key("removed").begin_array();
    for (const auto id : delta.removed)
        out.value(write_id(letter, id));
    out.end_array().key("added").begin_array();
    for (const auto& added : delta.added)
        out.begin_object().member("id", write_id(letter, added.id)).member("index", added.index).end_object();
    out.end_array().end_object();
    return {};
}

} // namespace facteur
