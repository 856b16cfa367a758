// Date and UTCDate (RFC 8620 §1.4) between text and seconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::jmap {

// "2014-10-30T06:12:00Z". Years outside 0 to 9999 are clamped.
std::string utc_date(std::int64_t seconds);
// "2014-10-30T14:12:00+08:00", or "Z" when the zone is 0.
std::string date(std::int64_t seconds, std::int32_t zone_minutes);

// Fractions of a second are read and dropped; letters must be upper case. Nothing on any other form.
std::optional<std::int64_t> parse_utc_date(std::string_view text);
std::optional<std::int64_t> parse_date(std::string_view text); // with any zone

} // namespace facteur::jmap
