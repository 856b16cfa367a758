// The memory for messages under way, in octets, shared by all connections. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

namespace facteur {

class Budget {
public:
    explicit Budget(std::uint64_t total) : total_(total) {}

    bool take(std::uint64_t octets) {
        auto used = used_.load(std::memory_order_relaxed);
        do {
            if (octets > total_ || used > total_ - octets) return false;
        } while (!used_.compare_exchange_weak(used, used + octets, std::memory_order_relaxed));
        return true;
    }
    void give_back(std::uint64_t octets) { used_.fetch_sub(octets, std::memory_order_relaxed); }
    [[nodiscard]] bool has(std::uint64_t octets) const {
        const auto used = used_.load(std::memory_order_relaxed);
        return octets <= total_ && used <= total_ - octets;
    }
    [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

private:
    std::uint64_t total_;
    std::atomic<std::uint64_t> used_{0};
};

// What one message has of a budget; goes back when the reservation goes. One caller at a time.
class Reservation {
public:
    explicit Reservation(Budget& budget) : budget_(budget) {}
    ~Reservation() { budget_.give_back(octets_); }
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;

    bool grow(std::uint64_t octets) {
        if (!budget_.take(octets)) return false;
        octets_ += octets;
        return true;
    }

private:
    Budget& budget_;
    std::uint64_t octets_ = 0;
};

} // namespace facteur
