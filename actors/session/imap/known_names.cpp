#include "actors/session/imap/known_names.h"

#include <utility>

namespace facteur {
namespace {

// About half a kilobyte each.
constexpr std::size_t most_kept = 50'000;

std::size_t weight_of(const KnownNames::Names& names) {
    return names ? 1 + names->all().size() : 0;
}

} // namespace

KnownNames::Names KnownNames::get(const store::Store& store, const store::Snapshot& now,
                                  store::AccountId account) {
    const auto damage = store.damage(account);
    const auto changed = now.state(account).changed[static_cast<std::size_t>(store::StateType::mailbox)];
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = kept_.find(account); found != kept_.end() && found->second.changed == changed)
            return found->second.names;
    }
    auto names = std::make_shared<const MailboxNames>(now, account);
    // What lacks something is read anew each time, so that each answer made of it is known to.
    if (store.damage(account) == damage) keep(account, {changed, names});
    return names;
}

void KnownNames::keep(store::AccountId account, Known known) {
    const std::lock_guard lock(mutex_);
    auto& kept = kept_[account];
    if (kept.names && kept.changed > known.changed) return; // another session has a newer snapshot
    weight_ += weight_of(known.names) - weight_of(kept.names);
    kept = std::move(known);
    if (weight_ <= most_kept) return;
    // What is in use is soon here again.
    kept_.clear();
    weight_ = 0;
}

} // namespace facteur
