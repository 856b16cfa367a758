// How much mail an account may hold.
#pragma once

#include "actors/config.h"
#include "store/rows.h"

namespace facteur {

// Octets; its own limit, or the configured one. 0: no limit.
inline std::uint64_t quota_of(const store::AccountRow& account, const Config& config) {
    return account.quota > 0 ? account.quota : config.limits.quota;
}

} // namespace facteur
