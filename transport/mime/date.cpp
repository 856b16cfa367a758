#include "transport/mime/ascii.h"
#include "transport/mime/headers.h"
#include "transport/mime/write.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace facteur::mime {
namespace {

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};

struct Zone {
    std::string_view name;
    int minutes;
};
// RFC 5322 §4.3, and what programs of our part of the world write.
constexpr std::array zones = {Zone{"ut", 0},     Zone{"utc", 0},    Zone{"gmt", 0},    Zone{"z", 0},
                              Zone{"est", -300}, Zone{"edt", -240}, Zone{"cst", -360}, Zone{"cdt", -300},
                              Zone{"mst", -420}, Zone{"mdt", -360}, Zone{"pst", -480}, Zone{"pdt", -420},
                              Zone{"wet", 0},    Zone{"west", 60},  Zone{"bst", 60},   Zone{"cet", 60},
                              Zone{"met", 60},   Zone{"cest", 120}, Zone{"mest", 120}, Zone{"eet", 120},
                              Zone{"eest", 180}, Zone{"msk", 180},  Zone{"jst", 540}};

struct Civil {
    int year = 0;
    unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<std::int64_t> seconds_of(const Civil& civil) {
    using namespace std::chrono;
    const year_month_day date{year{civil.year}, month{civil.month}, day{civil.day}};
    if (!date.ok() || civil.year < 1 || civil.year > 9999 || civil.hour > 23 || civil.minute > 59 ||
        civil.second > 60)
        return std::nullopt;
    const std::int64_t days = sys_days{date}.time_since_epoch().count();
    return ((days * 24 + civil.hour) * 60 + civil.minute) * 60 + civil.second;
}

Civil civil_of(std::int64_t seconds) {
    using namespace std::chrono;
    const auto since = sys_seconds{std::chrono::seconds{seconds}};
    const auto days = floor<std::chrono::days>(since);
    const year_month_day date{days};
    const auto rest = static_cast<unsigned>((since - days).count());
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            rest / 3600,
            rest / 60 % 60,
            rest % 60};
}

// A number of at most `most` digits at the front, which it takes off.
std::optional<unsigned> take_number(std::string_view& text, std::size_t least, std::size_t most) {
    unsigned value = 0;
    std::size_t size = 0;
    while (size < text.size() && is_digit(text[size])) {
        if (++size > most) return std::nullopt;
        value = value * 10 + static_cast<unsigned>(text[size - 1] - '0');
    }
    if (size < least) return std::nullopt;
    text.remove_prefix(size);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// "hh:mm", "hh:mm:ss", "hh.mm.ss", fractions dropped.
bool read_time(std::string_view text, Civil& civil) {
    const auto hour = take_number(text, 1, 2);
    if (!hour || text.empty() || (text.front() != ':' && text.front() != '.')) return false;
    const char separator = text.front();
    take(text, separator);
    const auto minute = take_number(text, 1, 2);
    if (!minute) return false;
    civil.hour = *hour;
    civil.minute = *minute;
    if (take(text, separator)) civil.second = take_number(text, 1, 2).value_or(0);
    return true;
}

// "+0100", "-0330", "+01:00", "+1".
std::optional<int> read_offset(std::string_view text) {
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    std::string digits;
    for (const char c : text)
        if (is_digit(c)) digits += c;
    if (digits.empty() || digits.size() > 4) return std::nullopt;
    const bool hours_only = digits.size() <= 2;
    const int number = std::stoi(digits);
    const int minutes = hours_only ? number * 60 : number / 100 * 60 + number % 100;
    return minutes <= 24 * 60 ? std::optional(sign * minutes) : std::nullopt;
}

// Words of a date, comments left out; "," and "-" between day, month and year separate too.
class DateParser {
public:
    explicit DateParser(std::string_view value) : rest_(value) {}

    std::optional<Date> parse() {
        for (std::string_view word = next(); !word.empty(); word = next())
            take_word(word);
        if (!has_day_ || civil_.month == 0 || !has_year_ || !has_time_) return std::nullopt;
        if (afternoon_ && civil_.hour < 12) civil_.hour += 12;
        if (forenoon_ && civil_.hour == 12) civil_.hour = 0;
        const auto seconds = seconds_of(civil_);
        if (!seconds) return std::nullopt;
        return Date{*seconds - zone_ * 60, zone_};
    }

private:
    std::string_view next() {
        std::size_t depth = 0;
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c == '(')
                ++depth;
            else if (c == ')' && depth > 0)
                --depth;
            else if (depth == 0 && !is_space(c) && c != ',' && c != '"' && c != '-' && c != ')')
                break;
            else if (depth == 0 && c == '-' && has_time_)
                break;
            rest_.remove_prefix(1);
        }
        std::size_t end = rest_.empty() ? 0 : 1;
        while (end < rest_.size() && !is_space(rest_[end]) &&
               std::string_view(",-+(\"").find(rest_[end]) == std::string_view::npos)
            ++end;
        const auto word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return word;
    }

    void take_word(std::string_view word) {
        if (is_digit(word.front())) {
            take_digits(word);
        } else if ((word.front() == '+' || word.front() == '-') && word.size() > 1) {
            if (const auto offset = has_time_ ? read_offset(word) : std::nullopt; offset && !has_offset_) {
                zone_ = *offset;
                has_offset_ = true;
            }
        } else if (is_alpha(word.front())) {
            take_name(word);
        }
    }

    void take_digits(std::string_view word) {
        if (!has_time_ && word.find_first_of(":.") != std::string_view::npos) {
            has_time_ = read_time(word, civil_);
            return;
        }
        std::string_view text = word;
        const auto number = take_number(text, 1, 4);
        if (!number) return;
        const std::size_t digits = word.size() - text.size();
        if (!has_day_ && digits <= 2) {
            civil_.day = *number;
            has_day_ = true;
        } else if (!has_year_ && civil_.month != 0) { // RFC 5322 §4.3: two and three digits
            const int year = static_cast<int>(*number);
            civil_.year = digits >= 4 ? year : digits == 3 || year >= 50 ? year + 1900 : year + 2000;
            has_year_ = true;
        }
    }

    void take_name(std::string_view word) {
        const std::string name = lowered(word);
        const auto month = std::find(months.begin(), months.end(), std::string_view(name).substr(0, 3));
        if (civil_.month == 0 && name.size() >= 3 && month != months.end()) {
            civil_.month = static_cast<unsigned>(month - months.begin()) + 1;
        } else if (has_time_ && name == "pm") {
            afternoon_ = true;
        } else if (has_time_ && name == "am") {
            forenoon_ = true;
        } else if (has_time_ && !has_offset_) {
            const auto zone =
                std::find_if(zones.begin(), zones.end(), [&](const Zone& z) { return z.name == name; });
            if (zone != zones.end()) zone_ = zone->minutes;
        }
    }

    std::string_view rest_;
    Civil civil_;
    std::int32_t zone_ = 0;
    bool has_day_ = false, has_year_ = false, has_time_ = false, has_offset_ = false;
    bool afternoon_ = false, forenoon_ = false;
};

std::string iso(const Civil& civil) {
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02u:%02u:%02u", civil.year, civil.month, civil.day,
                  civil.hour, civil.minute, civil.second);
    return out.data();
}

} // namespace

std::optional<Date> date(std::string_view value) {
    return DateParser(value).parse();
}

std::string iso_date(const Date& date) {
    if (date.zone_minutes == 0) return iso_utc(date.seconds);
    const int zone = std::abs(date.zone_minutes);
    std::array<char, 16> offset{};
    std::snprintf(offset.data(), offset.size(), "%c%02d:%02d", date.zone_minutes < 0 ? '-' : '+',
                  zone / 60 % 100, zone % 60);
    return iso(civil_of(date.seconds + date.zone_minutes * 60)) + offset.data();
}

std::string iso_utc(std::int64_t seconds) {
    return iso(civil_of(seconds)) + 'Z';
}

std::string write_date(const Date& date) {
    constexpr std::array<const char*, 7> day_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::int64_t local = date.seconds + date.zone_minutes * 60;
    const Civil civil = civil_of(local);
    const auto days =
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{std::chrono::seconds{local}});
    const int zone = std::abs(date.zone_minutes);
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02u:%02u:%02u %c%02d%02d",
                  day_names[std::chrono::weekday{days}.c_encoding()], civil.day, month_names[civil.month - 1],
                  civil.year, civil.hour, civil.minute, civil.second, date.zone_minutes < 0 ? '-' : '+',
                  zone / 60 % 100, zone % 60);
    return out.data();
}

std::optional<Date> parse_iso_date(std::string_view text) {
    const auto number = [&text](std::size_t digits) { return take_number(text, digits, digits); };
    const auto year = number(4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = number(2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = number(2);
    if (!day || !(take(text, 'T') || take(text, 't'))) return std::nullopt;
    const auto hour = number(2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = number(2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = number(2);
    if (!second) return std::nullopt;
    if (take(text, '.') && !take_number(text, 1, 9)) return std::nullopt;
    const auto seconds = seconds_of({static_cast<int>(*year), *month, *day, *hour, *minute, *second});
    if (!seconds) return std::nullopt;
    if (text == "Z" || text == "z") return Date{*seconds, 0};
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
    const int sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto zone_hours = number(2);
    take(text, ':');
    const auto zone_minutes = number(2);
    if (!zone_hours || !zone_minutes || *zone_hours > 23 || *zone_minutes > 59) return std::nullopt;
    const int zone = sign * static_cast<int>(*zone_hours * 60 + *zone_minutes);
    return Date{*seconds - zone * 60, zone};
}

} // namespace facteur::mime
