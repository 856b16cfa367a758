// Protection against guessing passwords: who failed too often has to wait, longer each time.
//
// Failures are counted for the pair of account and address, for the account from anywhere, and for the
// address at any account. A whole school sits behind one address, and an account may be attacked from many:
// those two have ten times the patience of the pair, and the account's own count does not hold up an address
// from which it was signed in before. Names that do not exist are counted like any other. Bounded: the
// counters that slept longest are forgotten. Thread-safe. Times are seconds UTC.
#pragma once

#include "store/ids.h"

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace facteur {

class Guard {
public:
    struct Limits {
        std::uint32_t failures = 10;
        std::chrono::seconds wait{60};
        std::size_t counters = 100'000;
    };
    explicit Guard(Limits limits) : limits_(limits) {}

    // Seconds until another try is heard; 0: now.
    [[nodiscard]] std::int64_t wait(std::string_view account, std::string_view address, store::Time now);
    void failed(std::string_view account, std::string_view address, store::Time now);
    void succeeded(std::string_view account, std::string_view address, store::Time now);
    [[nodiscard]] std::size_t size() const;

private:
    struct Counter {
        std::uint32_t failures = 0;
        bool known = false; // there was a success
        store::Time last = 0, until = 0;
        std::list<std::string>::iterator age;
    };
    Counter& counter(const std::string& key, store::Time now);
    void count(const std::string& key, std::uint32_t patience, store::Time now);
    [[nodiscard]] const Counter* find(const std::string& key) const;

    Limits limits_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Counter> counters_;
    std::list<std::string> ages_; // the one that slept longest first
};

} // namespace facteur
