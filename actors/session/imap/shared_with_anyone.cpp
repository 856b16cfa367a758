#include "actors/session/imap/shared_with_anyone.h"

#include "actors/mailbox/rights.h"

#include <algorithm>

namespace facteur {

SharedWithAnyone::SharedWithAnyone(const store::Store& store) : store_(store) {
    Owners owners;
    for (store::ShardId shard = 0; shard < store.shards(); ++shard) {
        const auto now = store.read_shard(shard);
        now.states(0, [&](store::AccountId account, const store::AccountState&) {
            if (shares_with_anyone(now, account)) owners.push_back(account);
            return true;
        });
    }
    std::sort(owners.begin(), owners.end());
    owners_ = std::make_shared<const Owners>(std::move(owners));
}

std::shared_ptr<const SharedWithAnyone::Owners> SharedWithAnyone::owners() const {
    const std::lock_guard lock(mutex_);
    return owners_;
}

bool SharedWithAnyone::add(store::AccountId owner) {
    const std::lock_guard lock(mutex_);
    if (std::binary_search(owners_->begin(), owners_->end(), owner)) return true;
    auto owners = *owners_;
    if (owners.size() >= most)
        std::erase_if(owners,
                      [&](store::AccountId each) { return !shares_with_anyone(store_.read(each), each); });
    if (owners.size() >= most) return false;
    owners.insert(std::lower_bound(owners.begin(), owners.end(), owner), owner);
    owners_ = std::make_shared<const Owners>(std::move(owners));
    return true;
}

} // namespace facteur
