// To whom the mail of an account goes on, and aliases: rows of the directory without a mailbox, which only
// lead to others. Kept in the row's profile. Pure functions.
#pragma once

#include "store/rows.h"

#include <string>
#include <vector>

namespace facteur {

struct Forwarding {
    std::vector<std::string> to; // normalised addresses, here or elsewhere; empty: nothing is forwarded
    bool keeps_copy = true;      // never true of an alias
    bool is_alias = false;
    bool operator==(const Forwarding&) const = default;
};
Forwarding forwarding_of(const store::AccountRow& account);
void set_forwarding(store::AccountRow& account, const Forwarding& forwarding);

[[nodiscard]] bool is_forwarded(const store::AccountRow& account);
[[nodiscard]] bool is_alias(const store::AccountRow& account);

// Addresses that one account or alias may lead to: for more there are lists.
inline constexpr std::size_t most_forwarded_to = 500;

} // namespace facteur
