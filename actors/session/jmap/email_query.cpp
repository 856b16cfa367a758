#include "actors/session/jmap/email_query.h"

#include <algorithm>
#include <unordered_set>

namespace facteur {
namespace {

// Opening a candidate's row costs about as much as walking past so many entries of an index.
constexpr std::uint64_t entries_per_row = 8;

store::ListEntry entry_of(const store::EmailView& row) {
    return {row.id(), row.thread(), row.received(), row.flags(), row.has_attachment()};
}

bool is_newer(const store::ListEntry& a, const store::ListEntry& b) {
    return a.received != b.received ? a.received > b.received : a.email > b.email;
}

} // namespace

bool EmailQuery::uses_thread() const {
    bool uses = collapse_threads || sort.uses_thread();
    filter.each_condition([&](const EmailCondition& condition) { uses = uses || condition.uses_thread(); });
    return uses;
}

bool EmailQuery::is_immutable() const {
    bool immutable = sort.is_immutable();
    filter.each_condition(
        [&](const EmailCondition& condition) { immutable = immutable && condition.is_immutable(); });
    return immutable;
}

EmailQueryRun::EmailQueryRun(const EmailQuery& query, const store::Snapshot& now, store::AccountId account)
    : query_(query), now_(now), account_(account) {
    auto fewest = now.state(account).emails;
    for (const auto* condition : required(query.filter)) {
        impossible_ = impossible_ || condition->never;
        if (!condition->in_mailbox) continue;
        const auto emails = now.counters(account, *condition->in_mailbox).emails;
        if (mailbox_ != 0 && emails >= fewest) continue;
        mailbox_ = *condition->in_mailbox;
        fewest = emails;
    }
    for (const auto* condition : required(query.filter))
        if (!condition->texts.empty() && condition->found.size() * entries_per_row < fewest) {
            candidates_ = &condition->found;
            fewest = condition->found.size() * entries_per_row;
        }
}

std::optional<std::uint64_t> EmailQueryRun::known_total() const {
    if (impossible_) return 0;
    const auto mailbox = is_whole_mailbox(query_.filter);
    if (!mailbox) return std::nullopt;
    if (*mailbox == 0)
        return query_.collapse_threads ? std::nullopt : std::optional(now_.state(account_).emails);
    const auto counters = now_.counters(account_, *mailbox);
    return query_.collapse_threads ? counters.threads : counters.emails;
}

void EmailQueryRun::each_match(const Each& each) const {
    if (impossible_) return;
    if (candidates_ != nullptr) return each_match_of(*candidates_, each);
    if (is_whole_mailbox(query_.filter)) return now_.by_received(account_, mailbox_, std::nullopt, each);
    EmailMatcher matcher(query_.filter, now_, account_);
    now_.by_received(account_, mailbox_, std::nullopt, [&](const store::ListEntry& entry) {
        return !matcher.matches(entry, mailbox_) || each(entry);
    });
}

void EmailQueryRun::each_match_of(const std::vector<store::EmailId>& candidates, const Each& each) const {
    EmailMatcher matcher(query_.filter, now_, account_);
    std::vector<store::ListEntry> matches;
    for (const auto email : candidates) {
        const auto row = now_.email(account_, email);
        if (!row) continue;
        const auto entry = entry_of(*row);
        if (matcher.matches(entry, 0)) matches.push_back(entry);
    }
    std::sort(matches.begin(), matches.end(), is_newer);
    for (const auto& entry : matches)
        if (!each(entry)) return;
}

void EmailQueryRun::each_sorted(std::optional<std::uint64_t> front, const Each& each) const {
    if (query_.sort.is_newest_first()) return each_match(each);
    std::vector<store::ListEntry> matches;
    each_match([&](const store::ListEntry& entry) {
        matches.push_back(entry);
        return true;
    });
    if (query_.sort.is_oldest_first()) {
        for (auto entry = matches.rbegin(); entry != matches.rend(); ++entry)
            if (!each(*entry)) return;
        return;
    }
    EmailSortKeys keys(query_.sort, now_, account_);
    std::vector<std::pair<std::string, const store::ListEntry*>> order;
    order.reserve(matches.size());
    for (const auto& entry : matches)
        order.emplace_back(keys.key(entry), &entry);
    // Of equal keys the newer email comes first: it stands before the other in `matches`.
    const auto wanted = std::min<std::uint64_t>(front.value_or(order.size()), order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<long>(wanted), order.end());
    order.resize(wanted);
    for (const auto& [key, entry] : order)
        if (!each(*entry)) return;
}

void EmailQueryRun::each_result(std::optional<std::uint64_t> front, const Each& each) const {
    if (!query_.collapse_threads) return each_sorted(front, each);
    std::unordered_set<store::ThreadId> seen;
    each_sorted(std::nullopt, [&](const store::ListEntry& entry) {
        return !seen.insert(entry.thread).second || each(entry);
    });
}

} // namespace facteur
