#include "transport/imap/dates.h"

#include "transport/base/ascii.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>

namespace facteur::imap {
namespace {

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekday_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// All digits, or -1.
int digits_value(std::string_view text) {
    int value = 0;
    for (const char c : text) {
        if (!ascii::is_digit(c)) return -1;
        value = value * 10 + (c - '0');
    }
    return text.empty() ? -1 : value;
}

struct CivilTime {
    int year = 1970;
    unsigned month = 1, day = 1, weekday = 0;
    int hour = 0, minute = 0, second = 0;
};

CivilTime civil_of(const mime::Date& date) {
    using namespace std::chrono;
    const std::int64_t local = date.seconds + std::int64_t{date.zone_minutes} * 60;
    std::int64_t day = local / 86400, rest = local % 86400;
    if (rest < 0) {
        --day;
        rest += 86400;
    }
    const sys_days point{days{day}};
    const year_month_day ymd{point};
    return {static_cast<int>(ymd.year()),     static_cast<unsigned>(ymd.month()),
            static_cast<unsigned>(ymd.day()), weekday{point}.c_encoding(),
            static_cast<int>(rest / 3600),    static_cast<int>(rest / 60 % 60),
            static_cast<int>(rest % 60)};
}

// Dates are a good part of what FETCH writes: fmt takes three times as long to read what it is to write.
void add_padded(std::string& out, unsigned value, std::size_t width, char fill = '0') {
    std::array<char, 10> digits{};
    const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    if (size < width) out.append(width - size, fill);
    out.append(digits.data(), size);
}

void add_year(std::string& out, int year) {
    if (year < 0) out += '-';
    add_padded(out, static_cast<unsigned>(std::abs(year)), 4);
}

// "16:13:11 +0000"
void add_time(std::string& out, const CivilTime& time, std::int32_t zone) {
    add_padded(out, static_cast<unsigned>(time.hour), 2);
    out += ':';
    add_padded(out, static_cast<unsigned>(time.minute), 2);
    out += ':';
    add_padded(out, static_cast<unsigned>(time.second), 2);
    out += zone < 0 ? " -" : " +";
    const auto size = static_cast<unsigned>(std::abs(zone));
    add_padded(out, size / 60, 2);
    add_padded(out, size % 60, 2);
}

} // namespace

std::optional<std::int32_t> parse_day(std::string_view text) {
    using namespace std::chrono;
    const auto dash = text.find('-');
    if (dash != 1 && dash != 2) return std::nullopt;
    if (text.size() != dash + 9 || text[dash + 4] != '-') return std::nullopt;
    const int d = digits_value(text.substr(0, dash)), y = digits_value(text.substr(dash + 5));
    unsigned m = 0;
    while (m < 12 && !ascii::same_text(month_names[m], text.substr(dash + 1, 3)))
        ++m;
    if (m == 12 || d < 1 || y < 0) return std::nullopt;
    const year_month_day ymd{year{y}, month{m + 1}, day{static_cast<unsigned>(d)}};
    if (!ymd.ok()) return std::nullopt;
    return static_cast<std::int32_t>(sys_days{ymd}.time_since_epoch().count());
}

std::optional<mime::Date> parse_date_time(std::string_view text) {
    if (text.size() != 26 || text[11] != ' ' || text[14] != ':' || text[17] != ':' || text[20] != ' ')
        return std::nullopt;
    auto day_text = text.substr(0, 11);
    if (day_text.front() == ' ') day_text.remove_prefix(1);
    const auto day = parse_day(day_text);
    const int h = digits_value(text.substr(12, 2)), m = digits_value(text.substr(15, 2)),
              s = digits_value(text.substr(18, 2)), zone_h = digits_value(text.substr(22, 2)),
              zone_m = digits_value(text.substr(24, 2));
    const char sign = text[21];
    if (!day || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60 || zone_h < 0 || zone_m < 0 ||
        zone_m > 59 || (sign != '+' && sign != '-'))
        return std::nullopt;
    const std::int32_t zone = (sign == '-' ? -1 : 1) * (zone_h * 60 + zone_m);
    return mime::Date{std::int64_t{*day} * 86400 + h * 3600 + m * 60 + s - std::int64_t{zone} * 60, zone};
}

std::string format_date_time(const mime::Date& date) {
    const auto t = civil_of(date);
    std::string out;
    out.reserve(32);
    add_padded(out, t.day, 2, ' ');
    out.append("-").append(month_names[t.month - 1]).append("-");
    add_year(out, t.year);
    out += ' ';
    add_time(out, t, date.zone_minutes);
    return out;
}

std::string format_day(std::int32_t day) {
    const auto t = civil_of({std::int64_t{day} * 86400, 0});
    std::string out;
    add_padded(out, t.day, 1);
    out.append("-").append(month_names[t.month - 1]).append("-");
    add_year(out, t.year);
    return out;
}

std::int32_t day_of(const mime::Date& date) {
    const std::int64_t local = date.seconds + std::int64_t{date.zone_minutes} * 60;
    return static_cast<std::int32_t>(local / 86400 - (local % 86400 < 0 ? 1 : 0));
}

std::string format_mail_date(const mime::Date& date) {
    const auto t = civil_of(date);
    std::string out;
    out.reserve(32);
    out.append(weekday_names[t.weekday]).append(", ");
    add_padded(out, t.day, 1);
    out.append(" ").append(month_names[t.month - 1]).append(" ");
    add_year(out, t.year);
    out += ' ';
    add_time(out, t, date.zone_minutes);
    return out;
}

} // namespace facteur::imap
