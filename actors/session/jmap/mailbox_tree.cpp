#include "actors/session/jmap/mailbox_tree.h"

#include <algorithm>
#include <unordered_map>

namespace facteur {

using jmap::invalid_properties;

MailboxTree::MailboxTree(const store::Snapshot& now, store::AccountId account, std::size_t deepest)
    : deepest_(deepest) {
    for (auto& row : now.mailboxes(account))
        rows_.emplace(row.id, std::move(row));
}

const store::MailboxRow* MailboxTree::find(store::MailboxId id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : &found->second;
}

bool MailboxTree::has_child(store::MailboxId id) const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const auto& entry) { return entry.second.parent == id; });
}

// More than there are mailboxes when the way up is a loop.
std::size_t MailboxTree::depth(store::MailboxId id) const {
    std::size_t steps = 0;
    for (const auto* row = find(id); row != nullptr && steps <= rows_.size(); ++steps)
        row = row->parent == 0 ? nullptr : find(row->parent);
    return steps;
}

std::size_t MailboxTree::height(store::MailboxId id) const {
    std::unordered_map<store::MailboxId, std::vector<store::MailboxId>> children;
    for (const auto& [child, row] : rows_)
        children[row.parent].push_back(child);
    std::size_t levels = 0;
    for (std::vector<store::MailboxId> level{id}; !level.empty() && levels <= rows_.size(); ++levels) {
        std::vector<store::MailboxId> next;
        for (const auto parent : level)
            if (const auto found = children.find(parent); found != children.end())
                next.insert(next.end(), found->second.begin(), found->second.end());
        level = std::move(next);
    }
    return levels;
}

SetResult<void> MailboxTree::put(const store::MailboxRow& row) {
    if (row.parent != 0 && find(row.parent) == nullptr)
        return refuse(invalid_properties({"parentId"}, "The parent does not exist."));
    for (const auto& [id, other] : rows_) {
        if (id == row.id) continue;
        if (other.parent == row.parent && other.name == row.name)
            return refuse(invalid_properties({"name"}, "A mailbox of this name is there already."));
        if (!row.role.empty() && other.role == row.role)
            return refuse(invalid_properties({"role"}, "Another mailbox has this role."));
    }
    const auto before = rows_.find(row.id);
    const bool moves = before == rows_.end() || before->second.parent != row.parent;
    const auto kept = before == rows_.end() ? std::nullopt : std::optional(before->second);
    rows_[row.id] = row;
    if (!moves) return {};
    const bool loops = !ends(row.id);
    if (!loops && depth(row.id) + height(row.id) - 1 <= deepest_) return {};
    if (kept)
        rows_[row.id] = *kept;
    else
        rows_.erase(row.id);
    return refuse(invalid_properties({"parentId"}, loops ? "A mailbox cannot lie within itself."
                                                         : "Mailboxes cannot lie so deep."));
}

bool MailboxTree::is_sound() const {
    std::set<std::pair<store::MailboxId, std::string_view>> names;
    std::set<std::string_view> roles;
    for (const auto& [id, row] : rows_) {
        if (row.parent != 0 && find(row.parent) == nullptr) return false;
        if (!names.emplace(row.parent, row.name).second) return false;
        if (!row.role.empty() && !roles.insert(row.role).second) return false;
        if (!ends(id) || depth(id) > deepest_) return false;
    }
    return true;
}

} // namespace facteur
