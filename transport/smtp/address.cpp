#include "transport/smtp/address.h"

#include <algorithm>
#include <cstdint>

namespace facteur::smtp {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_high(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// RFC 5322 §3.2.3 atext, with UTF-8 (RFC 6531 §3.3).
bool is_atext(char c) {
    return is_letter(c) || is_digit(c) || is_high(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// The length of the well-formed UTF-8 sequence at the start of `text` (RFC 3629 §4); 0: there is none.
std::size_t utf8_sequence(std::string_view text) {
    const auto at = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    const unsigned first = at(0), second = at(1);
    if (first < 0x80) return text.empty() ? 0 : 1;
    if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool shortest = first != 0xe0 || second >= 0xa0, no_surrogate = first != 0xed || second < 0xa0;
        return tail(1) && tail(2) && shortest && no_surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool in_range = (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second < 0x90);
        return tail(1) && tail(2) && tail(3) && in_range ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto size = utf8_sequence(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

bool is_dot_string(std::string_view text) {
    if (text.empty() || text.front() == '.' || text.back() == '.') return false;
    if (text.find("..") != std::string_view::npos) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_atext(c) || c == '.'; });
}

// Takes a quoted string off `text`; what it means, without quotes and backslashes.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string out;
    for (std::size_t i = 1; i < text.size(); ++i) {
        char c = text[i];
        if (c == '"') {
            text.remove_prefix(i + 1);
            return out;
        }
        if (c == '\\') {
            if (++i == text.size()) return std::nullopt;
            c = text[i];
            if (is_high(c)) return std::nullopt; // quoted-pairSMTP is ASCII (RFC 5321 §4.1.2)
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
        out += c;
    }
    return std::nullopt;
}

std::optional<std::string> take_local(std::string_view& text) {
    if (!text.empty() && text.front() == '"') return take_quoted(text);
    const auto end =
        std::find_if_not(text.begin(), text.end(), [](char c) { return is_atext(c) || c == '.'; });
    const auto local = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (!is_dot_string(local)) return std::nullopt;
    text.remove_prefix(local.size());
    return std::string(local);
}

// The domain or literal at the start of `text`, up to what can be in neither.
std::string_view domain_at_start(std::string_view text) {
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        return end == std::string_view::npos ? std::string_view{} : text.substr(0, end + 1);
    }
    const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || is_high(c) || c == '-' || c == '.';
    });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::optional<std::string> take_domain(std::string_view& text) {
    const auto domain = domain_at_start(text);
    if (!is_domain_or_literal(domain)) return std::nullopt;
    text.remove_prefix(domain.size());
    std::string out(domain);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    if (out.starts_with("[ipv6:")) out.replace(1, 4, "IPv6");
    return out;
}

std::optional<Mailbox> take_mailbox(std::string_view& text) {
    auto local = take_local(text);
    if (!local || local->empty() || local->size() > max_local_octets || !is_utf8(*local)) return std::nullopt;
    if (text.empty() || text.front() != '@') return std::nullopt;
    text.remove_prefix(1);
    auto domain = take_domain(text);
    if (!domain) return std::nullopt;
    return Mailbox{std::move(*local), std::move(*domain)};
}

// "@a,@b:" of RFC 5321 §4.1.2, to be ignored.
bool skip_source_route(std::string_view& text) {
    if (text.empty() || text.front() != '@') return true;
    for (;;) {
        if (text.empty() || text.front() != '@') return false;
        text.remove_prefix(1);
        if (!take_domain(text) || text.empty()) return false;
        const char next = text.front();
        text.remove_prefix(1);
        if (next == ':') return true;
        if (next != ',') return false;
    }
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool is_ipv4(std::string_view text) {
    int parts = 0;
    while (true) {
        const auto dot = std::min(text.find('.'), text.size());
        const auto part = text.substr(0, dot);
        if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), is_digit)) return false;
        if (std::stoi(std::string(part)) > 255) return false;
        ++parts;
        if (dot == text.size()) return parts == 4;
        text.remove_prefix(dot + 1);
    }
}

// RFC 5321 §4.1.3 IPv6-addr: eight groups of hexadecimal digits, "::" once for two or more, IPv4 at the end.
bool is_ipv6(std::string_view text) {
    std::size_t groups = 0;
    bool squeezed = false;
    if (text.starts_with("::")) {
        squeezed = true;
        text.remove_prefix(2);
    }
    while (!text.empty()) {
        const auto colon = std::min(text.find(':'), text.size());
        const auto group = text.substr(0, colon);
        if (colon == text.size() && group.find('.') != std::string_view::npos) {
            if (!is_ipv4(group)) return false;
            groups += 2;
            break;
        }
        if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex))
            return false;
        if (++groups > 8) return false;
        text.remove_prefix(colon);
        if (text.empty()) break;
        text.remove_prefix(1);
        if (text.empty()) return false; // ends in one colon
        if (text.front() == ':') {
            if (squeezed) return false;
            squeezed = true;
            text.remove_prefix(1);
        }
    }
    return squeezed ? groups <= 6 : groups == 8;
}

} // namespace

bool Mailbox::is_ascii() const {
    return std::none_of(local.begin(), local.end(), is_high) &&
           std::none_of(domain.begin(), domain.end(), is_high);
}

std::string Mailbox::text() const {
    std::string out;
    if (is_dot_string(local)) {
        out = local;
    } else {
        out = '"';
        for (const char c : local) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    if (!domain.empty()) out += '@' + domain;
    return out;
}

bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > max_domain_octets || !is_utf8(text)) return false;
    while (true) {
        const auto dot = std::min(text.find('.'), text.size());
        const auto label = text.substr(0, dot);
        const bool chars = std::all_of(label.begin(), label.end(), [](char c) {
            return is_letter(c) || is_digit(c) || is_high(c) || c == '-';
        });
        if (label.empty() || label.size() > 63 || !chars || label.front() == '-' || label.back() == '-')
            return false;
        if (dot == text.size()) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_address_literal(std::string_view text) {
    if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
    text = text.substr(1, text.size() - 2);
    if (equals_ignoring_case(text.substr(0, 5), "ipv6:")) return is_ipv6(text.substr(5));
    return is_ipv4(text);
}

bool is_domain_or_literal(std::string_view text) {
    return is_domain(text) || is_address_literal(text);
}

std::optional<Mailbox> parse_mailbox(std::string_view text) {
    auto mailbox = take_mailbox(text);
    if (!text.empty()) return std::nullopt;
    return mailbox;
}

std::optional<Path> parse_path(std::string_view text) {
    const auto whole = text;
    if (text.empty() || text.front() != '<') return std::nullopt;
    text.remove_prefix(1);
    if (text.starts_with('>')) return Path{std::nullopt, text.substr(1)};
    constexpr std::string_view postmaster = "postmaster";
    if (equals_ignoring_case(text.substr(0, postmaster.size()), postmaster) &&
        text.substr(postmaster.size()).starts_with('>'))
        return Path{Mailbox{std::string(postmaster), ""}, text.substr(postmaster.size() + 1)};
    if (!skip_source_route(text)) return std::nullopt;
    auto mailbox = take_mailbox(text);
    if (!mailbox || !text.starts_with('>')) return std::nullopt;
    text.remove_prefix(1);
    if (whole.size() - text.size() > max_path_octets) return std::nullopt;
    return Path{std::move(mailbox), text};
}

} // namespace facteur::smtp
