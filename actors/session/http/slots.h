// Bounds on what clients may have under way: so many requests, uploads, downloads and streams of one user at
// a time (RFC 8620 §2: maxConcurrentRequests, maxConcurrentUpload), and so many octets of request bodies in
// all. Thread-safe; what was taken is given back when its holder goes.
#pragma once

#include "store/ids.h"

#include <array>
#include <atomic>
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

// Octets that all bodies under way may hold together.
class BodyBudget {
public:
    explicit BodyBudget(std::uint64_t most) : most_(most) {}
    bool take(std::uint64_t octets) {
        if (taken_.fetch_add(octets, std::memory_order_relaxed) + octets <= most_) return true;
        give_back(octets);
        return false;
    }
    void give_back(std::uint64_t octets) { taken_.fetch_sub(octets, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

private:
    std::uint64_t most_;
    std::atomic<std::uint64_t> taken_{0};
};

// A part of a budget that grows with a body.
class Share {
public:
    Share() = default;
    ~Share() {
        if (budget_) budget_->give_back(octets_);
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    bool grow(const std::shared_ptr<BodyBudget>& budget, std::uint64_t octets) {
        if (!budget->take(octets)) return false;
        budget_ = budget;
        octets_ += octets;
        return true;
    }

    [[nodiscard]] std::uint64_t octets() const { return octets_; }

private:
    std::shared_ptr<BodyBudget> budget_;
    std::uint64_t octets_ = 0;
};

} // namespace facteur
