// The capabilities that a request may use (RFC 8620 §2, 8621 §1.3, 8887 §4.1, 9404 §3.1, 9425 §3.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace facteur::jmap {

enum class Capability : std::uint8_t { core, mail, submission, vacation_response, websocket, blob, quota };

inline constexpr std::array<std::string_view, 7> capability_urns{
    "urn:ietf:params:jmap:core",       "urn:ietf:params:jmap:mail",
    "urn:ietf:params:jmap:submission", "urn:ietf:params:jmap:vacationresponse",
    "urn:ietf:params:jmap:websocket",  "urn:ietf:params:jmap:blob",
    "urn:ietf:params:jmap:quota"};

inline constexpr std::string_view urn_of(Capability capability) {
    return capability_urns[static_cast<std::size_t>(capability)];
}
inline constexpr std::uint32_t bit_of(Capability capability) {
    return 1u << static_cast<std::uint32_t>(capability);
}
inline constexpr std::optional<Capability> capability_named(std::string_view urn) {
    for (std::size_t i = 0; i < capability_urns.size(); ++i)
        if (capability_urns[i] == urn) return static_cast<Capability>(i);
    return std::nullopt;
}

} // namespace facteur::jmap
