// The notice that tells a sender which recipients were not reached: a delivery status notification (RFC 3462,
// 3464) with a text in the sender's language. Pure function but for the random numbers that it is handed.
#pragma once

#include "store/ids.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

struct FailedRecipient {
    std::string address;
    std::string reply; // "550 5.1.1 There is no such account."
};
struct FailureReport {
    std::string_view domain;  // ours
    std::string_view sender;  // who is told
    std::string_view locale;  // "fr", "en"
    std::string_view message; // that was not delivered; its header goes into the report
    std::vector<FailedRecipient> failed;
    std::string_view envelope_id; // ENVID, may be empty
    store::Time submitted = 0, at = 0;
    std::function<std::uint64_t()> random;
};
// Whole message bytes.
std::string write_failure_report(const FailureReport& report);

} // namespace facteur
