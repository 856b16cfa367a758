#include "actors/session/imap/mailbox_names.h"

#include "transport/base/ascii.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace facteur {
namespace {

constexpr std::size_t deepest_name = 100; // whatever the rows say

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> special_uses{
    {{"drafts", "\\Drafts"},
     {"sent", "\\Sent"},
     {"archive", "\\Archive"},
     {"junk", "\\Junk"},
     {"trash", "\\Trash"},
     {"all", "\\All"},
     {"flagged", "\\Flagged"}}};

std::string shown(const store::MailboxRow& row) {
    if (row.role == "inbox" && row.parent == 0) return "INBOX";
    return level_of(row.name);
}

// "inbox" is one name in any case.
std::string compared(const std::string& name) {
    return ascii::same_text(name, "INBOX") ? "INBOX" : name;
}

} // namespace

bool is_of_others(std::string_view name) {
    return name.starts_with(others_root) &&
           (name.size() == others_root.size() || name[others_root.size()] == mailbox_separator);
}

std::string level_of(std::string_view name) {
    std::string level;
    for (const char c : name) {
        if (c == mailbox_separator)
            level += "\u2215";
        else
            level += c;
    }
    return level;
}

MailboxNames::MailboxNames(const store::Snapshot& now, store::AccountId account) {
    read(now, account, "");
}

MailboxNames::MailboxNames(const store::Snapshot& now, const std::string& prefix, store::AccountId user,
                           const Sharing& sharing) {
    const auto rights = all_rights_of(now, sharing.owner, user);
    if (std::none_of(rights.begin(), rights.end(),
                     [](const auto& each) { return (each.second & right_lookup) != 0; }))
        return;
    read(now, sharing.owner, prefix);
    std::erase_if(entries_, [&](Entry& entry) {
        const auto found = rights.find(entry.row.id);
        entry.rights = found == rights.end() ? Rights{0} : static_cast<Rights>(found->second & entry.rights);
        return (entry.rights & right_lookup) == 0;
    });
    for (std::size_t at = 0; at < entries_.size(); ++at) {
        auto& entry = entries_[at];
        entry.has_children =
            at + 1 < entries_.size() && entries_[at + 1].name.starts_with(entry.name + mailbox_separator);
        entry.row.role.clear();
        entry.row.subscribed =
            std::binary_search(sharing.subscribed.begin(), sharing.subscribed.end(), entry.row.id);
    }
}

void MailboxNames::read(const store::Snapshot& now, store::AccountId account, const std::string& prefix) {
    std::map<store::MailboxId, std::vector<store::MailboxRow>> children;
    for (auto& row : now.mailboxes(account))
        children[row.parent].push_back(std::move(row));
    for (auto& [parent, rows] : children)
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return std::make_tuple(a.role != "inbox", a.sort_order, std::string_view(a.name), a.id) <
                   std::make_tuple(b.role != "inbox", b.sort_order, std::string_view(b.name), b.id);
        });
    const auto add = [&](const auto& again, store::MailboxId parent, const std::string& above,
                         std::size_t depth) -> void {
        const auto found = children.find(parent);
        if (found == children.end() || depth > deepest_name) return;
        std::set<std::string> taken;
        if (parent == 0) taken.emplace(others_root);
        for (const auto& row : found->second) {
            const auto own = shown(row);
            auto name = own;
            for (int number = 2; !taken.insert(compared(name)).second; ++number)
                name = own + "~" + std::to_string(number);
            auto path = above.empty() ? name : above + mailbox_separator + name;
            entries_.push_back({path, row, children.contains(row.id), possible_rights(row)});
            again(again, row.id, path, depth + 1);
        }
    };
    add(add, 0, prefix, 0);
}

const MailboxNames::Entry* MailboxNames::find(std::string_view name) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.name == name; });
    return found == entries_.end() ? nullptr : &*found;
}

const MailboxNames::Entry* MailboxNames::find(store::MailboxId id) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.row.id == id; });
    return found == entries_.end() ? nullptr : &*found;
}

imap::ListResponse list_response_of(const MailboxNames::Entry& entry, bool tells_subscription) {
    imap::ListResponse response;
    response.separator = mailbox_separator;
    response.mailbox = entry.name;
    response.attributes.push_back(entry.has_children ? "\\HasChildren" : "\\HasNoChildren");
    if (tells_subscription && entry.row.subscribed) response.attributes.push_back("\\Subscribed");
    // As the best servers do, also when nobody asked (RFC 6154 §2 allows it).
    if (const auto use = special_use_of(entry.row.role); !use.empty()) response.attributes.push_back(use);
    return response;
}

std::string_view special_use_of(std::string_view role) {
    for (const auto& [known, use] : special_uses)
        if (known == role) return use;
    return {};
}

std::string_view role_of_special_use(std::string_view use) {
    for (const auto& [role, known] : special_uses)
        if (ascii::same_text(known, use)) return role;
    return {};
}

} // namespace facteur
