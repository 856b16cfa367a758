#include "transport/smtp/parameters.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <vector>

namespace facteur::smtp {
namespace {

constexpr std::size_t max_envelope_id = 100; // RFC 3461 §4.4, before it is decoded
constexpr std::size_t max_original = 500;    // RFC 3461 §4.2

char upper_letter(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
std::string upper_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), upper_letter);
    return out;
}

Reply syntax(std::string_view what) {
    return {501, "5.5.4", "Bad parameter " + std::string(what)};
}

struct Parameter {
    std::string keyword; // upper case
    std::optional<std::string_view> value;
};

// RFC 5321 §4.1.2 esmtp-param: keyword [ "=" value ]
std::optional<Parameter> parse_parameter(std::string_view word) {
    const auto equals = word.find('=');
    const auto keyword = word.substr(0, equals);
    const auto is_alnum = [](char c) {
        return (upper_letter(c) >= 'A' && upper_letter(c) <= 'Z') || (c >= '0' && c <= '9');
    };
    if (keyword.empty() || !is_alnum(keyword.front())) return std::nullopt;
    if (!std::all_of(keyword.begin(), keyword.end(), [&](char c) { return is_alnum(c) || c == '-'; }))
        return std::nullopt;
    Parameter parameter{upper_case(keyword), std::nullopt};
    if (equals == std::string_view::npos) return parameter;
    const auto value = word.substr(equals + 1);
    const bool printable = std::all_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != '=' && c != 0x7f; // with UTF-8: RFC 6531 §3.3
    });
    if (value.empty() || !printable) return std::nullopt;
    parameter.value = value;
    return parameter;
}

// Splits the parameters and gives each to `take`, which says what is wrong with it.
template <typename Take>
std::optional<Reply> each_parameter(std::string_view text, Take&& take) {
    std::vector<std::string> seen;
    while (!text.empty()) {
        if (text.front() != ' ') return Reply{501, "5.5.4", "Space expected before a parameter"};
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        const auto word = text.substr(0, text.find(' '));
        if (word.empty()) break;
        text.remove_prefix(word.size());
        const auto parameter = parse_parameter(word);
        if (!parameter) return Reply{501, "5.5.4", "Malformed parameter"};
        if (std::find(seen.begin(), seen.end(), parameter->keyword) != seen.end())
            return syntax(parameter->keyword);
        seen.push_back(parameter->keyword);
        if (auto wrong = take(*parameter)) return wrong;
    }
    return std::nullopt;
}

template <typename Number>
bool read_number(std::string_view text, std::size_t max_digits, Number& out) {
    if (text.empty() || text.size() > max_digits) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() && text.front() != '-';
}

std::optional<Reply> take_size(MailParameters& out, std::string_view value) {
    if (!read_number(value, 20, out.size)) return syntax("SIZE");
    return std::nullopt;
}

std::optional<Reply> take_body(MailParameters& out, std::string_view value) {
    const auto body = upper_case(value);
    if (body != "7BIT" && body != "8BITMIME") return syntax("BODY");
    out.body = body == "7BIT" ? Body::seven_bit : Body::eight_bit_mime;
    return std::nullopt;
}

std::optional<Reply> take_ret(MailParameters& out, std::string_view value) {
    const auto ret = upper_case(value);
    if (ret != "FULL" && ret != "HDRS") return syntax("RET");
    out.ret = ret == "FULL" ? Return::full : Return::headers;
    return std::nullopt;
}

std::optional<Reply> take_envelope_id(MailParameters& out, std::string_view value) {
    auto decoded = decode_xtext(value);
    if (!decoded || value.size() > max_envelope_id) return syntax("ENVID");
    out.envelope_id = std::move(*decoded);
    return std::nullopt;
}

std::optional<Reply> take_auth(MailParameters& out, std::string_view value) {
    if (value == "<>") {
        out.auth = "";
        return std::nullopt;
    }
    auto decoded = decode_xtext(value);
    if (!decoded || decoded->size() > max_path_octets) return syntax("AUTH");
    out.auth = std::move(*decoded);
    return std::nullopt;
}

std::optional<Reply> take_hold(MailParameters& out, const Parameter& parameter, const Offered& offered) {
    if (out.hold_until != 0) return syntax("HOLDFOR with HOLDUNTIL"); // RFC 4865 §4
    if (parameter.keyword == "HOLDFOR") {
        std::int64_t seconds = 0;
        if (!read_number(*parameter.value, 9, seconds) || seconds == 0) return syntax("HOLDFOR");
        out.hold_until = offered.now + seconds;
    } else {
        // RFC 4865 §4 lets ";C" or ";R" follow the date: what a relay shall do that cannot hold so long.
        const auto until = parse_date_time(parameter.value->substr(0, parameter.value->find(';')));
        if (!until || *until <= 0) return syntax("HOLDUNTIL");
        out.hold_until = *until;
    }
    if (out.hold_until > offered.now + offered.hold_seconds) return syntax("HOLDFOR: too far in the future");
    return std::nullopt;
}

std::optional<Reply> take_mail(MailParameters& out, const Parameter& parameter, const Offered& offered) {
    const auto& keyword = parameter.keyword;
    if (keyword == "SMTPUTF8") {
        if (parameter.value) return syntax(keyword);
        out.smtputf8 = true;
        return std::nullopt;
    }
    const bool hold = offered.hold && (keyword == "HOLDFOR" || keyword == "HOLDUNTIL");
    const bool known = hold || keyword == "SIZE" || keyword == "BODY" || keyword == "RET" ||
                       keyword == "ENVID" || keyword == "AUTH";
    if (!known) return Reply{555, "5.5.4", "Unknown parameter of MAIL"};
    if (!parameter.value) return syntax(keyword);
    if (keyword == "SIZE") return take_size(out, *parameter.value);
    if (keyword == "BODY") return take_body(out, *parameter.value);
    if (keyword == "RET") return take_ret(out, *parameter.value);
    if (keyword == "ENVID") return take_envelope_id(out, *parameter.value);
    if (keyword == "AUTH") return take_auth(out, *parameter.value);
    return take_hold(out, parameter, offered);
}

// RFC 3461 §4.1: NEVER alone, or a list of the others.
std::optional<Reply> take_notify(RcptParameters& out, std::string_view value) {
    while (true) {
        const auto comma = value.find(',');
        const auto word = upper_case(value.substr(0, comma));
        std::uint8_t bit = 0;
        if (word == "NEVER") bit = notify_never;
        if (word == "SUCCESS") bit = notify_success;
        if (word == "FAILURE") bit = notify_failure;
        if (word == "DELAY") bit = notify_delay;
        if (bit == 0 || (out.notify & bit) != 0) return syntax("NOTIFY");
        out.notify = static_cast<std::uint8_t>(out.notify | bit);
        if (comma == std::string_view::npos) break;
        value.remove_prefix(comma + 1);
    }
    if ((out.notify & notify_never) != 0 && out.notify != notify_never) return syntax("NOTIFY");
    return std::nullopt;
}

// RFC 3461 §4.2: addr-type ";" xtext
std::optional<Reply> take_original(RcptParameters& out, std::string_view value) {
    const auto semicolon = value.find(';');
    if (semicolon == 0 || semicolon == std::string_view::npos || value.size() > max_original)
        return syntax("ORCPT");
    auto address = decode_xtext(value.substr(semicolon + 1));
    if (!address || address->empty()) return syntax("ORCPT");
    std::string type(value.substr(0, semicolon));
    std::transform(type.begin(), type.end(), type.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const bool atom = std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!atom) return syntax("ORCPT");
    out.original = OriginalRecipient{std::move(type), std::move(*address)};
    return std::nullopt;
}

int hex_value(char c) { // RFC 3461 §4: upper case only
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace

tl::expected<MailParameters, Reply> parse_mail_parameters(std::string_view text, const Offered& offered) {
    MailParameters out;
    auto wrong =
        each_parameter(text, [&](const Parameter& parameter) { return take_mail(out, parameter, offered); });
    if (wrong) return tl::unexpected(std::move(*wrong));
    return out;
}

tl::expected<RcptParameters, Reply> parse_rcpt_parameters(std::string_view text) {
    RcptParameters out;
    auto wrong = each_parameter(text, [&](const Parameter& parameter) -> std::optional<Reply> {
        const auto& keyword = parameter.keyword;
        if (keyword != "NOTIFY" && keyword != "ORCPT")
            return Reply{555, "5.5.4", "Unknown parameter of RCPT"};
        if (!parameter.value) return syntax(keyword);
        return keyword == "NOTIFY" ? take_notify(out, *parameter.value)
                                   : take_original(out, *parameter.value);
    });
    if (wrong) return tl::unexpected(std::move(*wrong));
    return out;
}

std::optional<std::string> decode_xtext(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c < '!' || c > '~' || c == '=') {
            if (static_cast<unsigned char>(c) < 0x80) return std::nullopt;
            out += c; // UTF-8: RFC 6533 §3
            continue;
        }
        if (c != '+') {
            out += c;
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high << 4 | low);
        i += 2;
    }
    return out;
}

std::string encode_xtext(std::string_view octets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : octets) {
        if (c >= '!' && c <= '~' && c != '+' && c != '=') {
            out += c;
            continue;
        }
        out += '+';
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

std::optional<std::int64_t> parse_date_time(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00";
    if (text.size() < shape.size() + 1) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = 0;
        for (std::size_t i = at; i < at + size; ++i)
            value = text[i] >= '0' && text[i] <= '9' && value >= 0 ? value * 10 + (text[i] - '0') : -1;
        return value;
    };
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] != '0' && upper_letter(text[i]) != shape[i]) return std::nullopt;
    const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
    const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (month < 0 || day < 0 || !date.ok()) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t local = static_cast<std::int64_t>(days) * 86400 + hour * 3600 + minute * 60 + second;

    auto zone = text.substr(shape.size());
    if (zone.front() == '.') { // fractions are dropped
        const auto end = zone.find_first_not_of("0123456789", 1);
        if (end == 1 || end == std::string_view::npos) return std::nullopt;
        zone.remove_prefix(end);
    }
    if (zone == "Z" || zone == "z") return local;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
    const auto at = text.size() - 6;
    const int hours = number(at + 1, 2), minutes = number(at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const int offset = hours * 3600 + minutes * 60;
    return zone[0] == '+' ? local - offset : local + offset;
}

std::string format_date_time(std::int64_t seconds) {
    const auto days =
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
    const std::chrono::year_month_day date(days);
    const auto rest =
        static_cast<int>(seconds - static_cast<std::int64_t>(days.time_since_epoch().count()) * 86400);
    char out[40];
    std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600,
                  rest / 60 % 60, rest % 60);
    return out;
}

} // namespace facteur::smtp
