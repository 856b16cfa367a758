#include "actors/session/imap/places.h"

#include "actors/accounts/directory.h"
#include "store/store.h"

#include <algorithm>

namespace facteur {
namespace {

std::string prefix_of(const store::AccountRow& owner) {
    return std::string(others_root) + mailbox_separator + level_of(owner.address);
}

// Whether a name below "Other Users" may match, by what comes before the first wildcard.
bool may_match_others(std::string_view pattern) {
    const auto literal = pattern.substr(0, pattern.find_first_of("*%"));
    const auto shorter = std::min(literal.size(), others_root.size());
    return literal.substr(0, shorter) == others_root.substr(0, shorter);
}

} // namespace

Places::Places(const Services& services, const SharedWithAnyone& sharing, KnownNames& known,
               const store::AccountRow& user)
    : services_(services), anyone_(sharing), known_(known), user_(user) {}

std::vector<Sharing> Places::sharings() const {
    auto all = sharings_of(*read(user_.id), user_.id);
    const auto by_owner = [](const Sharing& a, const Sharing& b) { return a.owner < b.owner; };
    const auto known = static_cast<std::ptrdiff_t>(all.size());
    for (const auto owner : *anyone_.owners())
        if (owner != user_.id &&
            !std::binary_search(all.begin(), all.begin() + known, Sharing{owner, {}}, by_owner))
            all.push_back({owner, {}});
    std::inplace_merge(all.begin(), all.begin() + known, all.end(), by_owner);
    return all;
}

std::shared_ptr<const store::Snapshot> Places::read(store::AccountId account) const {
    auto& snapshot = snapshots_[services_.store.shard_of(account)];
    if (!snapshot) snapshot = std::make_shared<const store::Snapshot>(services_.store.read(account));
    return snapshot;
}

Places::View Places::own() const {
    auto now = read(user_.id);
    auto names = known_.get(services_.store, *now, user_.id);
    const std::shared_ptr<const store::AccountRow> himself(std::shared_ptr<void>(), &user_); // outlives this
    return std::make_shared<const AccountView>(
        AccountView{himself, true, "", std::move(now), std::move(names)});
}

Places::View Places::other(const Sharing& sharing) const {
    auto owner = services_.directory.find(sharing.owner);
    if (!owner) return nullptr;
    auto now = read(sharing.owner);
    auto prefix = prefix_of(*owner);
    auto names = std::make_shared<const MailboxNames>(*now, prefix, user_.id, sharing);
    if (names->all().empty()) return nullptr;
    auto row = std::make_shared<const store::AccountRow>(std::move(*owner));
    return std::make_shared<const AccountView>(
        AccountView{std::move(row), false, std::move(prefix), std::move(now), std::move(names)});
}

std::vector<Places::View> Places::others(std::string_view pattern) const {
    std::vector<View> views;
    if (!may_match_others(pattern)) return views;
    for (const auto& sharing : sharings())
        if (auto view = other(sharing)) views.push_back(std::move(view));
    std::sort(views.begin(), views.end(),
              [](const View& a, const View& b) { return a->owner->address < b->owner->address; });
    return views;
}

Places::View Places::view_of(std::string_view name) const {
    if (!is_of_others(name)) return own();
    for (const auto& sharing : sharings()) {
        const auto owner = services_.directory.find(sharing.owner);
        const auto prefix = owner ? prefix_of(*owner) : std::string();
        const bool is_his = owner && name.starts_with(prefix) &&
                            (name.size() == prefix.size() || name[prefix.size()] == mailbox_separator);
        if (is_his) return other(sharing);
    }
    return nullptr;
}

Places::View Places::view_of(store::AccountId account) const {
    if (account == user_.id) return own();
    for (const auto& sharing : sharings())
        if (sharing.owner == account) return other(sharing);
    return nullptr;
}

std::optional<Place> Places::find(std::string_view name) const {
    auto view = view_of(name);
    const auto* entry = view ? view->names->find(name) : nullptr;
    if (entry == nullptr) return std::nullopt;
    return Place{std::move(view), entry};
}

std::optional<Place> Places::find(store::AccountId account, store::MailboxId mailbox) const {
    auto view = view_of(account);
    const auto* entry = view ? view->names->find(mailbox) : nullptr;
    if (entry == nullptr) return std::nullopt;
    return Place{std::move(view), entry};
}

Rights Places::rights_on(store::AccountId account, store::MailboxId mailbox) const {
    if (account == user_.id) return all_rights;
    if (!services_.directory.find(account)) return 0;
    return rights_of(*read(account), account, mailbox, user_.id);
}

} // namespace facteur
