#include "actors/searching/uid_entries.h"

#include <algorithm>

namespace facteur {
namespace {

// Of all the room, so that one mailbox does not drive out all others.
constexpr std::size_t share_of_one = 4;

std::size_t octets_of(const UidEntries::List& list) {
    return list->capacity() * sizeof(store::UidEntry);
}

bool is_same(const UidEntries::Place& a, const UidEntries::Place& b) {
    return a.account == b.account && a.mailbox == b.mailbox;
}

} // namespace

UidEntries::List UidEntries::kept(const store::Snapshot& now, const Place& place) {
    const auto modseq = now.state(place.account).modseq;
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& each) {
        return is_same(each.place, place) && each.modseq == modseq && each.place.damage == place.damage;
    });
    if (found == kept_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, found);
    return found->list;
}

UidEntries::List UidEntries::of(const store::Snapshot& now, const Place& place, std::size_t about,
                                Turn& turn) {
    if (auto list = kept(now, place)) return list;
    if (about > most_ / share_of_one / sizeof(store::UidEntry) || !turn.hold(about * sizeof(store::UidEntry)))
        return nullptr;
    auto made = std::make_shared<std::vector<store::UidEntry>>();
    made->reserve(about);
    bool fits = true;
    now.by_uid(place.account, place.mailbox, 0, [&](const store::UidEntry& entry) {
        fits = made->size() < 2 * about; // else more came than anybody knew of
        if (!fits || !turn.go_on()) return false;
        made->push_back(entry);
        return true;
    });
    if (!fits || turn.has_ended()) return nullptr;
    keep({place, now.state(place.account).modseq, made});
    return made;
}

std::size_t UidEntries::octets() const {
    const std::lock_guard lock(mutex_);
    return octets_;
}

void UidEntries::keep(Kept made) {
    const std::lock_guard lock(mutex_);
    // An older one of the mailbox is of no use to anybody any more.
    kept_.remove_if([&](const Kept& each) {
        const bool is_old = is_same(each.place, made.place);
        if (is_old) octets_ -= octets_of(each.list);
        return is_old;
    });
    octets_ += octets_of(made.list);
    kept_.push_front(std::move(made));
    while (octets_ > most_) {
        octets_ -= octets_of(kept_.back().list);
        kept_.pop_back();
    }
}

} // namespace facteur
