#include "actors/accounts/guard.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur {
namespace {

constexpr std::uint32_t patience_of_one_side = 10; // times that of the pair
constexpr std::int64_t longest_wait = 3600;
constexpr store::Time forgiven_after = 24 * 3600; // without another failure

std::string pair_key(std::string_view account, std::string_view address) {
    return fmt::format("p{}\n{}", account, address);
}
std::string account_key(std::string_view account) {
    return fmt::format("n{}", account);
}
std::string address_key(std::string_view address) {
    return fmt::format("a{}", address);
}

} // namespace

const Guard::Counter* Guard::find(const std::string& key) const {
    const auto found = counters_.find(key);
    return found == counters_.end() ? nullptr : &found->second;
}

Guard::Counter& Guard::counter(const std::string& key, store::Time now) {
    auto [entry, added] = counters_.try_emplace(key);
    auto& counter = entry->second;
    if (added) {
        counter.age = ages_.insert(ages_.end(), key);
        if (counters_.size() > limits_.counters) {
            counters_.erase(ages_.front());
            ages_.pop_front();
        }
    } else {
        ages_.splice(ages_.end(), ages_, counter.age);
        if (counter.last + forgiven_after < now) counter.failures = 0;
    }
    counter.last = now;
    return counter;
}

void Guard::count(const std::string& key, std::uint32_t patience, store::Time now) {
    auto& counter = this->counter(key, now);
    if (++counter.failures < patience) return;
    const auto doublings = std::min<std::uint32_t>((counter.failures - patience) / patience, 6);
    counter.until = now + std::min(limits_.wait.count() << doublings, longest_wait);
}

std::int64_t Guard::wait(std::string_view account, std::string_view address, store::Time now) {
    const std::lock_guard lock(mutex_);
    const auto* pair = find(pair_key(account, address));
    const auto left = [now](const Counter* counter) {
        return counter == nullptr ? 0 : std::max<std::int64_t>(counter->until - now, 0);
    };
    auto longest = std::max(left(pair), left(find(address_key(address))));
    if (pair == nullptr || !pair->known) longest = std::max(longest, left(find(account_key(account))));
    return longest;
}

void Guard::failed(std::string_view account, std::string_view address, store::Time now) {
    const std::lock_guard lock(mutex_);
    count(pair_key(account, address), limits_.failures, now);
    count(account_key(account), limits_.failures * patience_of_one_side, now);
    count(address_key(address), limits_.failures * patience_of_one_side, now);
}

void Guard::succeeded(std::string_view account, std::string_view address, store::Time now) {
    const std::lock_guard lock(mutex_);
    auto& pair = counter(pair_key(account, address), now);
    pair.failures = 0;
    pair.until = 0;
    pair.known = true;
}

std::size_t Guard::size() const {
    const std::lock_guard lock(mutex_);
    return counters_.size();
}

} // namespace facteur
