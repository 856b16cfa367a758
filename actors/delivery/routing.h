// Where a message for some recipients goes in the end: the accounts that file it, and what their forwarding
// sends on. Chains within the house are followed here, so that everybody gets the message once and its body
// stays one; only what leaves the house, or cannot be filed now, becomes a copy of its own in the queue.
//
// Circles are cut where they close: an account whose mail would come back to it keeps a copy instead, an
// alias fails. What came back from another server is known by the Delivered-To field that forwarding adds.
// Pure function but for the look-ups that it is handed.
#pragma once

#include "actors/delivery/local.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

struct Routing {
    struct Stop { // where the message is filed
        LocalRecipient recipient;
        std::optional<std::size_t> of;  // which recipient it is itself; nothing:
        std::optional<std::size_t> via; // which of `forwards` leads there
    };
    struct Forward {
        store::AccountRow from;
        std::vector<std::string> to; // elsewhere, and here where nothing can be filed now
        bool fails = false;          // an alias in a circle
        bool silent = false;         // its sender wants no reports of failure
    };
    std::vector<Stop> stops;
    std::vector<Forward> forwards;
    std::vector<std::size_t> forwarded; // the recipients that depend on `forwards`
};

// `resolve`: who an address here is (`resolve_recipient`). `message` as it is delivered.
using ResolveAddress = std::function<store::Result<LocalRecipient>(std::string_view address)>;
Routing route_message(const std::vector<LocalRecipient>& recipients, std::string_view message,
                      const ResolveAddress& resolve);
// Accounts that a chain within the house may pass through.
inline constexpr std::size_t most_forwards_in_a_row = 10;

// A copy that `by` sends on: with the Delivered-To field that makes a circle known.
std::string forwarded_copy(std::string_view message, std::string_view by);

} // namespace facteur
