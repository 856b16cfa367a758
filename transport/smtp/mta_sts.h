// MTA-STS (RFC 8461): the TXT record that says which policy there is, the policy itself, and whether a host
// fits it. Fetching and keeping are the caller's. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::smtp {

inline constexpr std::size_t max_policy_octets = 64u << 10; // RFC 8461 §3.3 suggests that
inline constexpr std::size_t max_policy_hosts = 100;        // patterns that are kept

struct StsPolicy {
    enum class Mode { none, testing, enforce } mode = Mode::none;
    std::vector<std::string> hosts; // "mail.example.com", "*.example.net": lower case
    std::uint32_t max_age = 0;      // seconds, at most 31,557,600
    bool operator==(const StsPolicy&) const = default;
};

// The id of "v=STSv1; id=20160831085700Z;". Nothing when the text is no such record (§3.1).
std::optional<std::string> parse_sts_record(std::string_view text);

// Nothing when it breaks the grammar or lacks a field that its mode needs (§3.2).
std::optional<StsPolicy> parse_sts_policy(std::string_view text);

// The policy as it is written, without line ends: "version: STSv1", "mode: enforce", … (for the reports of
// RFC 8460).
std::vector<std::string> lines_of(const StsPolicy& policy);

// Whether the MX host (lower case, without the last dot) is one of the policy's (§4.1).
bool fits(const StsPolicy& policy, std::string_view host);

} // namespace facteur::smtp
