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

// Dates are a good part of what FETCH writes.
void add_padded(Output& out, unsigned value, std::size_t width) {
    std::array<char, 10> digits{};
    const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    for (auto missing = width; missing > size; --missing)
        out.put('0');
    out.put({digits.data(), size});
}

void add_two(Output& out, unsigned value, char fill = '0') {
    if (value > 99) return add_padded(out, value, 2);
    char* const at = out.room(2);
    at[0] = value < 10 ? fill : static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
    out.wrote(at + 2);
}

void add_year(Output& out, int year) {
    if (year >= 0 && year <= 9999) {
        add_two(out, static_cast<unsigned>(year) / 100);
        return add_two(out, static_cast<unsigned>(year) % 100);
    }
    if (year < 0) out.put('-');
    add_padded(out, static_cast<unsigned>(std::abs(year)), 4);
}

// "16:13:11 +0000"
void add_time(Output& out, const CivilTime& time, std::int32_t zone) {
    add_two(out, static_cast<unsigned>(time.hour));
    out.put(':');
    add_two(out, static_cast<unsigned>(time.minute));
    out.put(':');
    add_two(out, static_cast<unsigned>(time.second));
    out.put(zone < 0 ? std::string_view(" -") : std::string_view(" +"));
    const auto size = static_cast<unsigned>(std::abs(zone));
    add_two(out, size / 60);
    add_two(out, size % 60);
}

// "Jul" between two of `between`.
void add_month(Output& out, unsigned month, char between) {
    out.put(between);
    out.put(month_names[month - 1]);
    out.put(between);
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

void write_date_time(Output& out, const mime::Date& date) {
    const auto t = civil_of(date);
    add_two(out, t.day, ' ');
    add_month(out, t.month, '-');
    add_year(out, t.year);
    out.put(' ');
    add_time(out, t, date.zone_minutes);
}

std::string format_date_time(const mime::Date& date) {
    std::string text;
    Output out(text);
    write_date_time(out, date);
    out.trim();
    return text;
}

std::string format_day(std::int32_t day) {
    const auto t = civil_of({std::int64_t{day} * 86400, 0});
    std::string text;
    Output out(text);
    add_padded(out, t.day, 1);
    add_month(out, t.month, '-');
    add_year(out, t.year);
    out.trim();
    return text;
}

std::int32_t day_of(const mime::Date& date) {
    const std::int64_t local = date.seconds + std::int64_t{date.zone_minutes} * 60;
    return static_cast<std::int32_t>(local / 86400 - (local % 86400 < 0 ? 1 : 0));
}

std::string format_mail_date(const mime::Date& date) {
    const auto t = civil_of(date);
    std::string text;
    Output out(text);
    out.put(weekday_names[t.weekday]);
    out.put(", ");
    add_padded(out, t.day, 1);
    add_month(out, t.month, ' ');
    add_year(out, t.year);
    out.put(' ');
    add_time(out, t, date.zone_minutes);
    out.trim();
    return text;
}

} // namespace facteur::imap
