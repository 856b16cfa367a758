#include "transport/smtp/mta_sts.h"

#include "transport/base/ascii.h"

#include <algorithm>
#include <charconv>

namespace facteur::smtp {
namespace {

constexpr std::uint32_t longest_age = 31'557'600; // RFC 8461 §3.2

// Takes what stands before `separator` off `text`.
std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return piece;
}

bool is_alphanumeric(char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c);
}

} // namespace

std::optional<std::string> parse_sts_record(std::string_view text) {
    if (ascii::trimmed(take(text, ';')) != "v=STSv1") return std::nullopt;
    while (!text.empty()) {
        const auto field = ascii::trimmed(take(text, ';'));
        if (!field.starts_with("id=")) continue;
        const auto id = field.substr(3);
        if (id.empty() || id.size() > 32 || !std::all_of(id.begin(), id.end(), is_alphanumeric))
            return std::nullopt;
        return std::string(id);
    }
    return std::nullopt;
}

std::optional<StsPolicy> parse_sts_policy(std::string_view text) {
    if (text.size() > max_policy_octets) return std::nullopt;
    StsPolicy policy;
    bool has_version = false, has_mode = false, has_age = false;
    while (!text.empty()) {
        auto line = take(text, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (ascii::trimmed(line).empty()) continue;
        if (line.find(':') == std::string_view::npos) return std::nullopt;
        const auto key = ascii::trimmed(take(line, ':')), value = ascii::trimmed(line);
        // A field that may stand once counts the first time (§3.2).
        if (key == "version" && !has_version) {
            if (value != "STSv1") return std::nullopt;
            has_version = true;
        } else if (key == "mode" && !has_mode) {
            if (value != "none" && value != "testing" && value != "enforce") return std::nullopt;
            using Mode = StsPolicy::Mode;
            policy.mode = value == "enforce"   ? Mode::enforce
                          : value == "testing" ? Mode::testing
                                               : Mode::none;
            has_mode = true;
        } else if (key == "max_age" && !has_age) {
            const auto [end, error] =
                std::from_chars(value.data(), value.data() + value.size(), policy.max_age);
            if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
            policy.max_age = std::min(policy.max_age, longest_age);
            has_age = true;
        } else if (key == "mx" && policy.hosts.size() < max_policy_hosts) {
            if (value.empty()) return std::nullopt;
            policy.hosts.push_back(ascii::lowered(value));
        }
    }
    const bool needs_hosts = policy.mode != StsPolicy::Mode::none;
    if (!has_version || !has_mode || !has_age || (needs_hosts && policy.hosts.empty())) return std::nullopt;
    return policy;
}

std::vector<std::string> lines_of(const StsPolicy& policy) {
    using Mode = StsPolicy::Mode;
    std::vector<std::string> lines{"version: STSv1", policy.mode == Mode::enforce   ? "mode: enforce"
                                                     : policy.mode == Mode::testing ? "mode: testing"
                                                                                    : "mode: none"};
    for (const auto& host : policy.hosts)
        lines.push_back("mx: " + host);
    lines.push_back("max_age: " + std::to_string(policy.max_age));
    return lines;
}

bool fits(const StsPolicy& policy, std::string_view host) {
    return std::any_of(policy.hosts.begin(), policy.hosts.end(), [&](std::string_view pattern) {
        if (!pattern.starts_with("*.")) return pattern == host;
        // The star stands for the leftmost label alone.
        const auto dot = host.find('.');
        return dot != std::string_view::npos && dot > 0 && host.substr(dot) == pattern.substr(1);
    });
}

} // namespace facteur::smtp
