// Date and UTCDate (RFC 8620 §1.4) between text and seconds since 1970.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace facteur::jmap {

// A date as text, in place: lists have one in each line.
class DateText {
public:
    operator std::string_view() const { return {text_.data(), size_}; }
    bool operator==(std::string_view text) const { return std::string_view(*this) == text; }

private:
    friend DateText date(std::int64_t seconds, std::int32_t zone_minutes);
    std::array<char, 25> text_{};
    std::size_t size_ = 0;
};

// "2014-10-30T14:12:00+08:00", or "Z" when the zone is 0. Years outside 0 to 9999 are clamped.
DateText date(std::int64_t seconds, std::int32_t zone_minutes);
// "2014-10-30T06:12:00Z".
DateText utc_date(std::int64_t seconds);

// Fractions of a second are read and dropped; letters must be upper case. Nothing on any other form.
std::optional<std::int64_t> parse_utc_date(std::string_view text);
std::optional<std::int64_t> parse_date(std::string_view text); // with any zone

} // namespace facteur::jmap
