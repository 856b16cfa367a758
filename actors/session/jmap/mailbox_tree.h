// The mailboxes of an account while a plan changes them (RFC 8621 §2): what a change may be, and whether the
// whole of them is a forest of distinct names and roles. Runs on the lane.
#pragma once

#include "actors/session/jmap/set_answer.h"
#include "store/snapshot.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace facteur {

// What one account may have.
inline constexpr std::size_t most_mailboxes = 2000;

class MailboxTree {
public:
    MailboxTree(const store::Snapshot& now, store::AccountId account, std::size_t deepest);

    [[nodiscard]] const store::MailboxRow* find(store::MailboxId id) const;
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] bool has_child(store::MailboxId id) const;
    [[nodiscard]] std::size_t depth(store::MailboxId id) const; // 1: top level

    // The changed row, or the new one, once it fits with all others. Errors name the property at fault.
    SetResult<void> put(const store::MailboxRow& row);
    // Without looking: a set of changes may fit as a whole though none fits alone. Then ask `is_sound`.
    void put_unchecked(const store::MailboxRow& row) { rows_[row.id] = row; }
    [[nodiscard]] bool is_sound() const;
    void remove(store::MailboxId id) { rows_.erase(id); }

private:
    // How many mailboxes lie one in the other from here downward, itself included.
    [[nodiscard]] std::size_t height(store::MailboxId id) const;
    // Whether the way up from `id` ends at the top level.
    [[nodiscard]] bool ends(store::MailboxId id) const { return depth(id) <= rows_.size(); }

    std::map<store::MailboxId, store::MailboxRow> rows_;
    std::size_t deepest_;
};

} // namespace facteur
