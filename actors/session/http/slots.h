// Bounds on what clients may have under way: so many requests, uploads, downloads and streams of one user at
// a time (RFC 8620 §2: maxConcurrentRequests, maxConcurrentUpload), and so many octets of request bodies, of
// one user and in all. Thread-safe; what was taken is given back when its holder goes.
#pragma once

#include "store/ids.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace facteur {

enum class SlotKind : std::uint8_t { request, upload, download, stream };

class Slots {
public:
    using Most = std::array<std::uint32_t, 4>; // by SlotKind
    explicit Slots(Most most) : most_(most) {}

    bool enter(store::AccountId account, SlotKind kind) {
        const std::lock_guard lock(mutex_);
        auto& count = taken_[account][static_cast<std::size_t>(kind)];
        if (count >= most_[static_cast<std::size_t>(kind)]) return false;
        ++count;
        return true;
    }
    void leave(store::AccountId account, SlotKind kind) {
        const std::lock_guard lock(mutex_);
        const auto found = taken_.find(account);
        --found->second[static_cast<std::size_t>(kind)];
        if (found->second == Most{}) taken_.erase(found);
    }

private:
    Most most_;
    std::mutex mutex_;
    std::unordered_map<store::AccountId, Most> taken_;
};

// One place taken in `Slots`, or none.
class Slot {
public:
    Slot() = default;
    ~Slot() { release(); }
    Slot(Slot&&) = default;
    Slot& operator=(Slot&& other) noexcept {
        release();
        slots_ = std::move(other.slots_);
        account_ = other.account_;
        kind_ = other.kind_;
        return *this;
    }

    bool take(std::shared_ptr<Slots> slots, store::AccountId account, SlotKind kind) {
        release();
        if (!slots->enter(account, kind)) return false;
        slots_ = std::move(slots);
        account_ = account;
        kind_ = kind;
        return true;
    }
    [[nodiscard]] bool is_taken() const { return slots_ != nullptr; }
    void release() {
        if (slots_) slots_->leave(account_, kind_);
        slots_.reset();
    }

private:
    std::shared_ptr<Slots> slots_;
    store::AccountId account_ = 0;
    SlotKind kind_ = SlotKind::request;
};

// Octets that the bodies under way may hold: all of them together, and those of one user, so that one cannot
// fill what all share.
class BodyBudget {
public:
    BodyBudget(std::uint64_t most, std::uint64_t most_of_user) : most_(most), most_of_user_(most_of_user) {}

    bool take(store::AccountId user, std::uint64_t octets) {
        const std::lock_guard lock(mutex_);
        const auto found = of_users_.find(user);
        const auto of_user = found == of_users_.end() ? 0 : found->second;
        if (octets > most_ - taken_ || octets > most_of_user_ - of_user) return false;
        taken_ += octets;
        of_users_[user] = of_user + octets;
        return true;
    }
    void give_back(store::AccountId user, std::uint64_t octets) {
        const std::lock_guard lock(mutex_);
        taken_ -= octets;
        const auto found = of_users_.find(user);
        if ((found->second -= octets) == 0) of_users_.erase(found);
    }
    [[nodiscard]] std::uint64_t taken() const {
        const std::lock_guard lock(mutex_);
        return taken_;
    }

private:
    const std::uint64_t most_, most_of_user_;
    mutable std::mutex mutex_;
    std::uint64_t taken_ = 0;
    std::unordered_map<store::AccountId, std::uint64_t> of_users_;
};

// What one body has of the budget; grows with it. One user's for life.
class Share {
public:
    Share() = default;
    ~Share() {
        if (octets_ > 0) budget_->give_back(user_, octets_);
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    bool grow(const std::shared_ptr<BodyBudget>& budget, store::AccountId user, std::uint64_t octets) {
        if (!budget->take(user, octets)) return false;
        budget_ = budget;
        user_ = user;
        octets_ += octets;
        return true;
    }

    [[nodiscard]] std::uint64_t octets() const { return octets_; }

private:
    std::shared_ptr<BodyBudget> budget_;
    store::AccountId user_ = 0;
    std::uint64_t octets_ = 0;
};

} // namespace facteur
