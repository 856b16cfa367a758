#include "transport/jmap/dates.h"

#include <algorithm>
#include <chrono>

namespace facteur::jmap {
namespace {

constexpr std::int64_t earliest = -62167219200; // 0000-01-01T00:00:00Z
constexpr std::int64_t latest = 253402300799;   // 9999-12-31T23:59:59Z

void put(char*& at, int value, int digits) {
    for (int i = digits; i-- > 0; value /= 10)
        at[i] = static_cast<char>('0' + value % 10);
    at += digits;
}

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
    int value = 0;
    for (std::size_t i = from; i < from + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

std::optional<std::int64_t> parse_zone(std::string_view zone) {
    if (zone == "Z") return 0;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
    const auto hours = digits(zone, 1, 2), minutes = digits(zone, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return (zone[0] == '-' ? -60 : 60) * (*hours * 60 + *minutes);
}

} // namespace

DateText date(std::int64_t seconds, std::int32_t zone_minutes) {
    using namespace std::chrono;
    const auto local =
        std::clamp(std::clamp(seconds, earliest, latest) + std::int64_t{zone_minutes} * 60, earliest, latest);
    const sys_seconds time{std::chrono::seconds(local)};
    const auto day = floor<days>(time);
    const year_month_day calendar{day};
    const hh_mm_ss clock{time - day};
    DateText text;
    char* at = text.text_.data();
    put(at, static_cast<int>(calendar.year()), 4);
    *at++ = '-';
    put(at, static_cast<int>(static_cast<unsigned>(calendar.month())), 2);
    *at++ = '-';
    put(at, static_cast<int>(static_cast<unsigned>(calendar.day())), 2);
    *at++ = 'T';
    put(at, static_cast<int>(clock.hours().count()), 2);
    *at++ = ':';
    put(at, static_cast<int>(clock.minutes().count()), 2);
    *at++ = ':';
    put(at, static_cast<int>(clock.seconds().count()), 2);
    if (zone_minutes == 0) {
        *at++ = 'Z';
    } else {
        const auto distance = std::abs(zone_minutes) % (24 * 60);
        *at++ = zone_minutes < 0 ? '-' : '+';
        put(at, distance / 60, 2);
        *at++ = ':';
        put(at, distance % 60, 2);
    }
    text.size_ = static_cast<std::size_t>(at - text.text_.data());
    return text;
}

DateText utc_date(std::int64_t seconds) {
    return date(seconds, 0);
}

std::optional<std::int64_t> parse_date(std::string_view text) {
    using namespace std::chrono;
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':')
        return std::nullopt;
    const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (!y || !m || !d || !hour || !minute || !second) return std::nullopt;
    const year_month_day day{year(*y), month(static_cast<unsigned>(*m)),
                             std::chrono::day(static_cast<unsigned>(*d))};
    if (!day.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    auto rest = text.substr(19);
    if (rest.front() == '.') {
        const auto end = rest.find_first_not_of("0123456789", 1);
        if (end == std::string_view::npos || end == 1) return std::nullopt;
        rest.remove_prefix(end);
    }
    const auto zone = parse_zone(rest);
    if (!zone) return std::nullopt;
    return std::int64_t{sys_days(day).time_since_epoch().count()} * 86400 + *hour * 3600 + *minute * 60 +
           *second - *zone;
}

std::optional<std::int64_t> parse_utc_date(std::string_view text) {
    return text.ends_with('Z') ? parse_date(text) : std::nullopt;
}

} // namespace facteur::jmap
