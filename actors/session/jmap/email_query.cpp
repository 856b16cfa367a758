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

EmailQueryRun::EmailQueryRun(const EmailQuery& query, const store::Snapshot& now, store::AccountId account,
                             Turn& turn)
    : query_(query), now_(now), account_(account), turn_(turn) {
    const auto state = now.state(account);
    auto fewest = state.emails;
    for (const auto* condition : required(query.filter)) {
        impossible_ = impossible_ || condition->never;
        if (!condition->in_mailbox) continue;
        const auto emails = now.counters(account, *condition->in_mailbox).emails;
        if (mailbox_ != 0 && emails >= fewest) continue;
        mailbox_ = *condition->in_mailbox;
        fewest = emails;
    }
    for (const auto* condition : required(query.filter)) {
        if (condition->texts.empty()) continue;
        const auto& candidates = condition->candidates;
        const auto not_indexed = state.next_email - std::min(state.next_email, candidates.below);
        const auto rows = (candidates.emails.size() + not_indexed) * entries_per_row;
        if (rows >= fewest) continue;
        candidates_ = &candidates;
        fewest = rows;
    }
}

std::optional<std::uint64_t> EmailQueryRun::known_total() const {
    if (impossible_) return 0;
    const auto mailbox = is_whole_mailbox(query_.filter);
    if (!mailbox) return std::nullopt;
    if (*mailbox == 0)
        return query_.collapse_threads ? std::nullopt : std::optional(visible_emails(now_.state(account_)));
    const auto counters = now_.counters(account_, *mailbox);
    return query_.collapse_threads ? counters.threads : counters.emails;
}

void EmailQueryRun::each_match(const Each& each) const {
    if (impossible_) return;
    if (candidates_ != nullptr) return each_candidate(each);
    if (is_whole_mailbox(query_.filter))
        return now_.by_received(account_, mailbox_, std::nullopt,
                                [&](const store::ListEntry& entry) { return turn_.go_on() && each(entry); });
    EmailMatcher matcher(query_.filter, now_, account_, turn_);
    now_.by_received(account_, mailbox_, std::nullopt, [&](const store::ListEntry& entry) {
        return turn_.go_on() && (!matcher.matches(entry, mailbox_) || each(entry));
    });
}

void EmailQueryRun::each_candidate(const Each& each) const {
    std::vector<store::ListEntry> entries;
    const auto add = [&](const store::EmailView& row) {
        entries.push_back(entry_of(row));
        return turn_.go_on(steps_of_row) && turn_.hold(sizeof(store::ListEntry));
    };
    for (const auto email : candidates_->emails)
        if (const auto row = now_.email(account_, email); row && !add(*row)) return;
    now_.by_id(account_, candidates_->below,
               [&](const store::EmailView& row) { return row.is_hidden() || add(row); });
    std::sort(entries.begin(), entries.end(), is_newer);
    EmailMatcher matcher(query_.filter, now_, account_, turn_);
    for (const auto& entry : entries)
        if (!turn_.go_on() || (matcher.matches(entry, 0) && !each(entry))) return;
}

void EmailQueryRun::each_sorted(const Each& each) const {
    if (query_.sort.is_newest_first()) return each_match(each);
    std::vector<store::ListEntry> matches;
    each_match([&](const store::ListEntry& entry) {
        matches.push_back(entry);
        return turn_.hold(sizeof(store::ListEntry));
    });
    if (!query_.sort.is_oldest_first()) return each_by_keys(std::move(matches), each);
    for (auto entry = matches.rbegin(); entry != matches.rend(); ++entry)
        if (!turn_.go_on() || !each(*entry)) return;
}

// As a heap: who wants the first few of many does not pay for the order of all.
void EmailQueryRun::each_by_keys(std::vector<store::ListEntry> matches, const Each& each) const {
    using Keyed = std::pair<std::string, const store::ListEntry*>;
    EmailSortKeys keys(query_.sort, now_, account_);
    std::vector<Keyed> heap;
    heap.reserve(matches.size());
    for (const auto& entry : matches) {
        heap.emplace_back(keys.key(entry), &entry);
        const auto octets = sizeof(Keyed) + heap.back().first.capacity();
        if (!turn_.go_on(steps_of_key) || !turn_.hold(octets)) return;
    }
    // Of equal keys the newer email comes first: it stands before the other in `matches`.
    const auto later = [](const Keyed& a, const Keyed& b) { return b < a; };
    std::make_heap(heap.begin(), heap.end(), later);
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), later);
        if (!turn_.go_on(steps_of_key) || !each(*heap.back().second)) return;
        heap.pop_back();
    }
}

void EmailQueryRun::each_result(const Each& each) const {
    if (!query_.collapse_threads) return each_sorted(each);
    std::unordered_set<store::ThreadId> seen;
    each_sorted([&](const store::ListEntry& entry) {
        return !seen.insert(entry.thread).second || (turn_.hold(octets_of_thread) && each(entry));
    });
}

} // namespace facteur
