#include "actors/mailfiles/from_line.h"

#include "transport/mime/headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace facteur::mailfiles {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::size_t longest_from_line = 1000;
constexpr std::size_t longest_fields = 64u << 10;
constexpr std::size_t most_keywords = 100;

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
        const auto begin = text.find_first_not_of(" \t,\r\n");
        if (begin == std::string_view::npos) return words;
        text.remove_prefix(begin);
        const auto size = std::min(text.find_first_of(" \t,\r\n"), text.size());
        words.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
}

std::optional<int> number(std::string_view text, int base = 10) {
    int value = 0;
    const auto end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc() || at != end) return std::nullopt;
    return value;
}

std::optional<int> month_of(std::string_view word) {
    for (std::size_t n = 0; n < months.size(); ++n)
        if (word.size() >= 3 && mime::same_name(word.substr(0, 3), months[n])) return static_cast<int>(n);
    return std::nullopt;
}

// "10:00:00" or "10:00".
bool read_clock(std::string_view word, std::tm& time) {
    if (word.size() != 5 && word.size() != 8) return false;
    const auto hour = number(word.substr(0, 2)), minute = number(word.substr(3, 2));
    const auto second = word.size() == 8 ? number(word.substr(6, 2)) : 0;
    if (word[2] != ':' || (word.size() == 8 && word[5] != ':') || !hour || !minute || !second) return false;
    time.tm_hour = *hour;
    time.tm_min = *minute;
    time.tm_sec = *second;
    return *hour < 24 && *minute < 60 && *second <= 60;
}

// "+0100": minutes east.
std::optional<int> zone_of(std::string_view word) {
    if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return std::nullopt;
    const auto digits = number(word.substr(1));
    if (!digits) return std::nullopt;
    const int minutes = *digits / 100 * 60 + *digits % 100;
    return word[0] == '-' ? -minutes : minutes;
}

struct FlagLetter {
    char letter;
    std::uint32_t flag;
};
constexpr std::array<FlagLetter, 4> x_status{{{'A', store::flag_answered},
                                              {'F', store::flag_flagged},
                                              {'T', store::flag_draft},
                                              {'P', store::flag_forwarded}}};
struct FlagName {
    std::string_view name;
    std::uint32_t flag;
};
constexpr std::array<FlagName, 10> flag_names{{{"$seen", store::flag_seen},
                                               {"$answered", store::flag_answered},
                                               {"$flagged", store::flag_flagged},
                                               {"$draft", store::flag_draft},
                                               {"$forwarded", store::flag_forwarded},
                                               {"$junk", store::flag_junk},
                                               {"$notjunk", store::flag_notjunk},
                                               {"$phishing", store::flag_phishing},
                                               {"$mdnsent", store::flag_mdnsent},
                                               {"$important", store::flag_important}}};
// In Status and X-Status already.
constexpr std::uint32_t flags_with_letters =
    store::flag_seen | store::flag_answered | store::flag_flagged | store::flag_draft | store::flag_forwarded;

constexpr std::array<std::string_view, 3> unix_fields{"Status", "X-Status", "X-Keywords"};
constexpr std::array<std::string_view, 3> mozilla_fields{"X-Mozilla-Status", "X-Mozilla-Status2",
                                                         "X-Mozilla-Keys"};

void read_field(const mime::Field& field, OwnFields& own) {
    if (mime::same_name(field.name, "Status")) {
        if (field.value.find('R') != std::string_view::npos) own.keywords.flags |= store::flag_seen;
    } else if (mime::same_name(field.name, "X-Status")) {
        for (const auto& [letter, flag] : x_status)
            if (field.value.find(letter) != std::string_view::npos) own.keywords.flags |= flag;
        own.deleted = field.value.find('D') != std::string_view::npos;
    } else if (mime::same_name(field.name, "X-Mozilla-Status")) {
        const auto words = words_of(field.value);
        const auto bits = words.empty() ? 0 : number(words[0], 16).value_or(0);
        if ((bits & 0x0001) != 0) own.keywords.flags |= store::flag_seen;
        if ((bits & 0x0002) != 0) own.keywords.flags |= store::flag_answered;
        if ((bits & 0x0004) != 0) own.keywords.flags |= store::flag_flagged;
        if ((bits & 0x1000) != 0) own.keywords.flags |= store::flag_forwarded;
        own.deleted = (bits & 0x0008) != 0;
    } else if (!mime::same_name(field.name, "X-Mozilla-Status2")) {
        const auto words = words_of(field.value);
        for (std::size_t n = 0; n < words.size() && n < most_keywords; ++n)
            add_keyword(own.keywords, words[n]);
    }
}

std::optional<store::Time> time_of(const std::vector<std::string_view>& words) {
    std::tm time{};
    bool clock = false;
    std::optional<int> month, day, year;
    int zone = 0;
    for (std::size_t n = 0; n < words.size(); ++n) {
        const auto word = words[n];
        if (!month) {
            month = month_of(word);
            if (!month) continue;
            // The day stands before it (RFC 5322) or behind it (ctime).
            if (n > 0 && words[n - 1].size() <= 2) day = number(words[n - 1]);
            continue;
        }
        if (!clock && read_clock(word, time))
            clock = true;
        else if (const auto offset = zone_of(word))
            zone = *offset;
        else if (!day && word.size() <= 2)
            day = number(word);
        else if (!year && (word.size() == 4 || (word.size() == 2 && clock)))
            year = number(word);
    }
    if (!month || !clock || !day || !year || *day < 1 || *day > 31) return std::nullopt;
    if (*year < 100) *year += *year < 70 ? 2000 : 1900;
    if (*year < 1970 || *year > 2200) return std::nullopt;
    time.tm_mon = *month;
    time.tm_mday = *day;
    time.tm_year = *year - 1900;
    return ::timegm(&time) - zone * 60;
}

} // namespace

std::optional<FromLine> read_from_line(std::string_view line) {
    if (!line.starts_with("From ") || line.size() > longest_from_line) return std::nullopt;
    const auto words = words_of(line.substr(5));
    const bool mozillas = !words.empty() && words.front() == "-";
    const auto time = time_of(words);
    if (!time && !(mozillas && words.size() == 1)) return std::nullopt;
    return FromLine{time.value_or(0), mozillas};
}

std::string from_line(std::string_view sender, store::Time received) {
    const std::time_t seconds = received;
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    std::string name;
    for (const char c : sender)
        if (static_cast<unsigned char>(c) > ' ' && c != 0x7f) name.push_back(c);
    if (name.empty() || name.size() > 320) name = "MAILER-DAEMON";
    return fmt::format("From {} {} {} {:2} {:02}:{:02}:{:02} {}\n", name,
                       days[static_cast<std::size_t>(time.tm_wday)],
                       months[static_cast<std::size_t>(time.tm_mon)], time.tm_mday, time.tm_hour, time.tm_min,
                       time.tm_sec, time.tm_year + 1900);
}

OwnFields read_own_fields(std::string_view message) {
    OwnFields own;
    const auto head = message.substr(0, longest_fields);
    const auto first = *mime::Fields(head).begin();
    const auto& names = mime::same_name(first.name, unix_fields[0]) ? unix_fields : mozilla_fields;
    std::array<bool, 3> seen{};
    for (const auto& field : mime::Fields(head)) {
        if (field.offset != own.size) break; // a line that is no field stands before it
        const auto name = std::find_if(names.begin(), names.end(),
                                       [&](std::string_view of) { return mime::same_name(of, field.name); });
        if (name == names.end()) break;
        const auto index = static_cast<std::size_t>(name - names.begin());
        if (seen[index]) break; // the message's own
        seen[index] = true;
        read_field(field, own);
        own.size = field.offset + field.size;
    }
    return own;
}

std::string own_fields(const store::Keywords& keywords) {
    std::string letters, names;
    for (const auto& [letter, flag] : x_status)
        if ((keywords.flags & flag) != 0) letters.push_back(letter);
    for (const auto& [name, flag] : flag_names)
        if ((keywords.flags & flag & ~flags_with_letters) != 0) names += fmt::format(" {}", name);
    for (const auto& name : keywords.others)
        names += fmt::format(" {}", name);
    return fmt::format("Status: {}O\nX-Status: {}\nX-Keywords:{}\n",
                       (keywords.flags & store::flag_seen) != 0 ? "R" : "", letters, names);
}

void add_keyword(store::Keywords& keywords, std::string_view keyword) {
    std::string name;
    for (const char c : keyword.substr(0, 255))
        name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    for (const auto& [known, flag] : flag_names)
        if (name == known) {
            keywords.flags |= flag;
            return;
        }
    // RFC 8621 §4.1.1.
    const bool allowed = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return c > ' ' && c < 0x7f && std::string_view("(){]%*\"\\").find(c) == std::string_view::npos;
    });
    const auto at = std::lower_bound(keywords.others.begin(), keywords.others.end(), name);
    if (allowed && (at == keywords.others.end() || *at != name)) keywords.others.insert(at, name);
}

std::vector<std::string> keyword_names(const store::Keywords& keywords) {
    std::vector<std::string> names;
    for (const auto& [name, flag] : flag_names)
        if ((keywords.flags & flag) != 0) names.emplace_back(name);
    names.insert(names.end(), keywords.others.begin(), keywords.others.end());
    return names;
}

} // namespace facteur::mailfiles
