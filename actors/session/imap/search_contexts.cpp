#include "actors/session/imap/search_contexts.h"

#include "actors/searching/searches.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace facteur {
namespace {

using Uids = std::vector<store::Uid>;
using Changes = std::vector<imap::EsearchResponse::Change>;
using Set = std::unordered_set<store::Uid>;

// What sequence numbers mean changes with each EXPUNGE.
bool has_numbers(const imap::SearchKey& key) {
    return key.kind == imap::SearchKey::Kind::sequence ||
           std::any_of(key.keys.begin(), key.keys.end(), has_numbers);
}

Uids without(const Uids& uids, const Set& others) {
    Uids left;
    for (const auto uid : uids)
        if (!others.contains(uid)) left.push_back(uid);
    return left;
}

// Those of `known` that have to go: they are not in `newest`, or the others would have to change places.
Set leaving(const Uids& known, const Uids& newest, bool sorted) {
    const Set kept(newest.begin(), newest.end());
    Set gone;
    for (const auto uid : known)
        if (!kept.contains(uid)) gone.insert(uid);
    if (!sorted) return gone;
    const Set before(known.begin(), known.end());
    Uids order; // of those that stay, as they are to stand
    for (const auto uid : newest)
        if (before.contains(uid)) order.push_back(uid);
    if (without(known, gone) != order) gone.insert(known.begin(), known.end());
    return gone;
}

Changes removals(const Uids& known, const Set& gone, bool sorted) {
    Changes changes;
    if (!sorted) {
        Uids uids;
        for (const auto uid : known)
            if (gone.contains(uid)) uids.push_back(uid);
        if (!uids.empty()) changes.push_back({true, 0, std::move(uids)});
        return changes;
    }
    for (auto position = known.size(); position > 0; --position)
        if (gone.contains(known[position - 1]))
            changes.push_back({true, static_cast<std::uint32_t>(position), {known[position - 1]}});
    return changes;
}

} // namespace

void add_items(std::vector<imap::FetchItem>& all, const std::vector<imap::FetchItem>& more) {
    for (const auto& item : more)
        if (std::find(all.begin(), all.end(), item) == all.end()) all.push_back(item);
}

Changes result_changes(const Uids& known, const Uids& newest, bool sorted) {
    const auto gone = leaving(known, newest, sorted);
    auto changes = removals(known, gone, sorted);
    const auto left = without(known, gone);
    const Set staying(left.begin(), left.end());
    if (!sorted) {
        auto come = without(newest, staying);
        if (!come.empty()) changes.push_back({false, 0, std::move(come)});
        return changes;
    }
    for (std::size_t place = 0; place < newest.size(); ++place)
        if (!staying.contains(newest[place]))
            changes.push_back({false, static_cast<std::uint32_t>(place + 1), {newest[place]}});
    return changes;
}

std::size_t SearchContexts::results() const {
    std::size_t sum = 0;
    for (const auto& each : followed_)
        sum += each.known.size();
    return sum;
}

bool SearchContexts::follow(std::string tag, const std::shared_ptr<ImapSearch>& search,
                            const ImapFound& found, std::vector<imap::FetchItem> new_items) {
    if (followed_.size() >= most || results() + found.matches.size() > most_results ||
        has_numbers(search->key))
        return false;
    Followed& added = followed_.emplace_back();
    added.tag = std::move(tag);
    added.search = search;
    added.new_items = std::move(new_items);
    for (const auto& match : found.matches)
        added.known.push_back(match.uid);
    return true;
}

bool SearchContexts::follows(const std::string& tag) const {
    return std::any_of(followed_.begin(), followed_.end(),
                       [&](const Followed& each) { return each.tag == tag; });
}

void SearchContexts::cancel(const std::vector<std::string>& tags) {
    std::erase_if(followed_, [&](const Followed& each) {
        return std::find(tags.begin(), tags.end(), each.tag) != tags.end();
    });
}

void SearchContexts::tell(Followed& of, const Uids& newest, const UidMap& map, std::string& out) {
    imap::EsearchResponse response;
    response.tag = of.tag;
    response.uid = of.search->uid;
    response.changes = result_changes(of.known, newest, !of.search->order.empty());
    of.known = newest;
    if (response.changes.empty()) return;
    if (!response.uid)
        for (auto& change : response.changes)
            for (auto& number : change.numbers)
                number = map.number_of(number).value_or(0);
    imap::write_esearch(out, response);
}

void SearchContexts::forget(const Uids& gone, const UidMap& map, std::string& out) {
    for (auto& each : followed_) {
        Uids left;
        for (const auto uid : each.known)
            if (!std::binary_search(gone.begin(), gone.end(), uid)) left.push_back(uid);
        if (left.size() != each.known.size()) tell(each, left, map, out);
    }
}

void SearchContexts::catch_up(const Services& services, const std::shared_ptr<const UidMap>& map,
                              store::Uid new_from, Wanted& wanted, std::string& out) {
    for (auto each = followed_.begin(); each != followed_.end();) {
        each->search->scope.map = map;
        Turn turn(services.searches.limits().on_the_spot);
        const auto found = run_search(services, *each->search, turn);
        if (found.error || turn.wants_thread() ||
            results() - each->known.size() + found.matches.size() > most_results) {
            imap::write_condition(out, "*", imap::Condition::no, imap::code::no_update(each->tag),
                                  "This search takes too long to be followed");
            each = followed_.erase(each);
            continue;
        }
        Uids newest;
        for (const auto& match : found.matches)
            newest.push_back(match.uid);
        for (const auto uid : newest)
            if (uid >= new_from && !each->new_items.empty()) add_items(wanted[uid], each->new_items);
        tell(*each, newest, *map, out);
        ++each;
    }
}

} // namespace facteur
