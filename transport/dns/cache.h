// Answers, kept as long as their TTLs say, negative ones too (RFC 2308), within a number of entries and of
// octets. The clock is handed in. Thread-safety: one caller.
#pragma once

#include "transport/dns/records.h"

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace facteur::dns {

struct CacheLimits {
    std::size_t entries = 20'000;
    std::size_t octets = 16u << 20;
    std::uint32_t longest = 86'400;         // seconds, whatever the TTL says
    std::uint32_t longest_negative = 3'600; // RFC 2308 §5: one to three hours
    std::uint32_t failures = 10;            // seconds that a failure is believed (RFC 2308 §7: at most 300)
};

class Cache {
public:
    explicit Cache(const CacheLimits& limits = {}) : limits_(limits) {}

    // With what is left of its TTL. `now`: seconds of any clock that does not go back. `name` is normalised.
    std::optional<Answer> find(const std::string& name, Type type, std::int64_t now);
    // A TTL of zero is not kept.
    void put(const std::string& name, Type type, const Answer& answer, std::int64_t now);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t octets() const { return octets_; }

private:
    using Key = std::pair<std::string, Type>;
    struct Entry {
        Answer answer;
        std::int64_t until = 0;
        std::size_t octets = 0;
        std::list<Key>::iterator use;
    };
    void erase(std::map<Key, Entry>::iterator entry);

    CacheLimits limits_;
    std::map<Key, Entry> entries_;
    std::list<Key> by_use_; // the oldest first
    std::size_t octets_ = 0;
};

} // namespace facteur::dns
