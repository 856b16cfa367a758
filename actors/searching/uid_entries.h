// The UID indices of mailboxes that were searched last, in memory: whoever types into a search field asks a
// dozen times in a few seconds about a mailbox that has not changed, and walking a hundred thousand entries
// of the store takes longer than everything else about it.
//
// A list is of one modseq of its account, so that any commit makes another one, and of one number of damages
// found, so that a list that lacks what could not be read is not taken for whole. Lists that were not asked
// for lately go when there is no room. Thread-safe.
#pragma once

#include "actors/searching/turn.h"
#include "store/snapshot.h"

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace facteur {

class UidEntries {
public:
    using List = std::shared_ptr<const std::vector<store::UidEntry>>; // by UID

    explicit UidEntries(std::size_t most_octets = std::size_t{64} << 20) : most_(most_octets) {}

    struct Place {
        store::AccountId account = 0;
        store::MailboxId mailbox = 0;
        std::uint64_t damage = 0; // the store's, of the account, before the snapshot was opened
    };
    // Null: it is not kept.
    List kept(const store::Snapshot& now, const Place& place);
    // Reads it unless it is kept. `about`: how many entries to expect. Null: there are too many to be kept,
    // or the turn has ended.
    List of(const store::Snapshot& now, const Place& place, std::size_t about, Turn& turn);

    [[nodiscard]] std::size_t octets() const; // of all lists

private:
    struct Kept {
        Place place;
        store::Modseq modseq = 0;
        List list;
    };
    void keep(Kept made);

    const std::size_t most_;
    mutable std::mutex mutex_;
    std::list<Kept> kept_; // what was asked for last comes first
    std::size_t octets_ = 0;
};

} // namespace facteur
