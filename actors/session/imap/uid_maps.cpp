#include "actors/session/imap/uid_maps.h"

#include <algorithm>
#include <vector>

namespace facteur {
namespace {

// What is kept of maps that no session may hold any more.
constexpr std::size_t most_kept_octets = 64u << 20;
constexpr std::size_t most_kept = 50'000;
constexpr std::size_t octets_of_entry = 256;

std::size_t octets_of(const UidMaps::Known& known) {
    return octets_of_entry + known.map->octets();
}

// Brings `known` to `now` by the account's history; false when that does not reach back.
bool follow(UidMaps::Known& known, const store::Snapshot& now, store::AccountId account,
            store::MailboxId mailbox) {
    std::vector<store::Uid> gone;
    const auto walked = now.history(account, known.at, [&](const store::Digest& digest) {
        for (const auto& expunged : digest.expunged)
            if (expunged.mailbox == mailbox) gone.push_back(expunged.uid);
        return true;
    });
    if (!walked) return false;
    std::vector<store::Uid> come;
    now.by_uid(account, mailbox, known.uid_next, [&](const store::UidEntry& entry) {
        come.push_back(entry.uid);
        return true;
    });
    if (gone.empty() && come.empty()) return true;
    auto map = *known.map;
    std::sort(gone.begin(), gone.end());
    map.remove(gone);
    for (const auto uid : come)
        map.append(uid);
    map.shrink();
    known.map = std::make_shared<const UidMap>(std::move(map));
    return true;
}

void read_all(UidMaps::Known& known, const store::Snapshot& now, store::AccountId account,
              store::MailboxId mailbox) {
    UidMap map;
    now.by_uid(account, mailbox, 0, [&](const store::UidEntry& entry) {
        map.append(entry.uid);
        return true;
    });
    map.shrink();
    known.map = std::make_shared<const UidMap>(std::move(map));
}

} // namespace

UidMaps::Known UidMaps::get(const store::Snapshot& now, store::AccountId account, store::MailboxId mailbox) {
    const auto counters = now.counters(account, mailbox);
    const auto modseq = now.state(account).modseq;
    const auto row = now.mailbox(account, mailbox);
    const auto uid_validity = row ? row->uid_validity : 0;
    Known known;
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find({account, mailbox});
        if (found != entries_.end() && found->second.known.uid_validity == uid_validity) {
            by_use_.splice(by_use_.begin(), by_use_, found->second.used);
            known = found->second.known;
            if (found->second.highest == counters.highest_modseq) {
                known.at = modseq;
                if (modseq > found->second.known.at) found->second.known.at = modseq;
                return known;
            }
        }
    }
    // A snapshot older than what is kept (another session was quicker) is read for itself.
    const bool follows = known.map && known.at <= modseq && follow(known, now, account, mailbox);
    if (!follows) read_all(known, now, account, mailbox);
    known.at = modseq;
    known.uid_next = counters.uid_next;
    known.uid_validity = uid_validity;
    keep({account, mailbox}, known, counters.highest_modseq);
    return known;
}

void UidMaps::keep(const Key& key, const Known& known, store::Modseq highest) {
    const std::lock_guard lock(mutex_);
    auto [entry, is_new] = entries_.try_emplace(key);
    auto& kept = entry->second;
    if (is_new) {
        by_use_.push_front(key);
        kept.used = by_use_.begin();
    } else {
        if (kept.known.at > known.at && kept.known.uid_validity == known.uid_validity) return;
        octets_ -= octets_of(kept.known);
    }
    kept.known = known;
    kept.highest = highest;
    octets_ += octets_of(known);
    while ((octets_ > most_kept_octets || entries_.size() > most_kept) && by_use_.size() > 1) {
        const auto oldest = entries_.find(by_use_.back());
        octets_ -= octets_of(oldest->second.known);
        entries_.erase(oldest);
        by_use_.pop_back();
    }
}

} // namespace facteur
