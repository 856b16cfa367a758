// The identifiers of the store. All are unsigned, start at 1, only grow and are never used again; 0 means
// none. Keys in LMDB hold them big-endian, so that key order is numeric order.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>

namespace facteur::store {

using AccountId = std::uint32_t; // one per person or functional mailbox, unique in the whole academy
using EmailId = std::uint64_t;   // within an account
using ThreadId = std::uint64_t;  // within an account: the id of the thread's first email
using MailboxId = std::uint32_t; // within an account
using Uid = std::uint32_t;       // within a mailbox (RFC 9051 §2.3.1.1)
using Modseq = std::uint64_t;    // within an account: one per commit; JMAP states are made of it
using Sequence = std::uint64_t;  // within a shard: one per commit, dense
using ShardId = std::uint16_t;
using Time = std::int64_t; // seconds since 1970 UTC

// SHA-256 of a body's bytes.
struct Hash {
    std::array<std::uint8_t, 32> bytes{};
    auto operator<=>(const Hash&) const = default;
};

} // namespace facteur::store

template <>
struct std::hash<facteur::store::Hash> {
    std::size_t operator()(const facteur::store::Hash& of) const noexcept {
        std::size_t value = 0;
        for (std::size_t i = 0; i < sizeof value; ++i)
            value = value << 8 | of.bytes[i];
        return value;
    }
};
