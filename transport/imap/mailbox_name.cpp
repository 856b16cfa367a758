#include "transport/imap/mailbox_name.h"

#include "transport/base/ascii.h"
#include "transport/mime/decode.h"

#include <array>
#include <cstdint>

namespace facteur::imap {
namespace {

constexpr std::string_view utf7_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

constexpr std::array<std::int8_t, 256> make_utf7_values() {
    std::array<std::int8_t, 256> table{};
    for (auto& value : table)
        value = -1;
    for (std::size_t i = 0; i < utf7_alphabet.size(); ++i)
        table[static_cast<unsigned char>(utf7_alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}
constexpr auto utf7_values = make_utf7_values();

bool is_utf7_plain(char32_t c) {
    return c >= 0x20 && c <= 0x7e;
}

// One character of valid UTF-8.
char32_t take_character(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i)
        c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
    text.remove_prefix(size);
    return c;
}

class Utf7Shift {
public:
    explicit Utf7Shift(std::string& out) : out_(out) {}

    void unit(std::uint32_t value) {
        if (!open_) {
            out_ += '&';
            open_ = true;
        }
        bits_ = (bits_ << 16) | value;
        count_ += 16;
        while (count_ >= 6) {
            count_ -= 6;
            out_ += utf7_alphabet[(bits_ >> count_) & 63];
        }
        bits_ &= (1u << count_) - 1;
    }
    void close() {
        if (!open_) return;
        if (count_ > 0) out_ += utf7_alphabet[(bits_ << (6 - count_)) & 63];
        out_ += '-';
        open_ = false;
        bits_ = count_ = 0;
    }

private:
    std::string& out_;
    bool open_ = false;
    std::uint32_t bits_ = 0, count_ = 0;
};

// The base64 between "&" and "-", appended as UTF-8.
bool decode_shift(std::string_view text, std::string& out) {
    std::uint32_t bits = 0, count = 0;
    char32_t high = 0;
    for (const char c : text) {
        const auto value = utf7_values[static_cast<unsigned char>(c)];
        if (value < 0) return false;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 16) continue;
        count -= 16;
        const char32_t unit = bits >> count;
        bits &= (1u << count) - 1;
        if (high != 0) {
            if (unit < 0xDC00 || unit > 0xDFFF) return false;
            ascii::append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
            high = 0;
        } else if (unit >= 0xD800 && unit <= 0xDBFF) {
            high = unit;
        } else if ((unit >= 0xDC00 && unit <= 0xDFFF) || is_utf7_plain(unit) || unit == 0) {
            return false;
        } else {
            ascii::append_utf8(out, unit);
        }
    }
    return high == 0 && count < 6 && bits == 0;
}

bool match_here(std::string_view pattern, std::string_view name, char separator) {
    // Where to go on when what follows the last "%" or the last "*" does not fit.
    std::size_t p = 0, n = 0;
    std::size_t star_p = std::string_view::npos, star_n = 0, part_p = std::string_view::npos, part_n = 0;
    while (true) {
        if (p < pattern.size() && pattern[p] == '*') {
            star_p = ++p;
            star_n = n;
            part_p = std::string_view::npos;
            continue;
        }
        if (p < pattern.size() && pattern[p] == '%') {
            part_p = ++p;
            part_n = n;
            continue;
        }
        if (n == name.size() && p == pattern.size()) return true;
        if (n < name.size() && p < pattern.size() && pattern[p] == name[n]) {
            ++p;
            ++n;
            continue;
        }
        if (part_p != std::string_view::npos && part_n < name.size() && name[part_n] != separator) {
            p = part_p;
            n = ++part_n;
            continue;
        }
        if (star_p != std::string_view::npos && star_n < name.size()) {
            p = star_p;
            n = ++star_n;
            part_p = std::string_view::npos;
            continue;
        }
        return false;
    }
}

} // namespace

std::string encode_utf7(std::string_view text) {
    const std::string repaired = mime::is_valid_utf8(text) ? std::string(text) : mime::repair_utf8(text);
    std::string out;
    out.reserve(repaired.size());
    Utf7Shift shift(out);
    for (std::string_view rest = repaired; !rest.empty();) {
        const char32_t c = take_character(rest);
        if (is_utf7_plain(c)) {
            shift.close();
            out += static_cast<char>(c);
            if (c == '&') out += '-';
        } else if (c < 0x10000) {
            shift.unit(c);
        } else {
            shift.unit(0xD800 + ((c - 0x10000) >> 10));
            shift.unit(0xDC00 + ((c - 0x10000) & 0x3FF));
        }
    }
    shift.close();
    return out;
}

std::optional<std::string> decode_utf7(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t shift_end = std::string_view::npos; // where the last shift to base64 ended
    for (std::size_t i = 0; i < text.size();) {
        if (!is_utf7_plain(static_cast<unsigned char>(text[i]))) return std::nullopt;
        if (text[i] != '&') {
            out += text[i++];
            continue;
        }
        const auto end = text.find('-', i);
        if (end == std::string_view::npos) return std::nullopt;
        if (end == i + 1) {
            out += '&';
        } else {
            if (shift_end == i || !decode_shift(text.substr(i + 1, end - i - 1), out)) return std::nullopt;
            shift_end = end + 1;
        }
        i = end + 1;
    }
    return out;
}

std::string canonical_mailbox(std::string name) {
    constexpr std::string_view inbox = "INBOX";
    if (name.size() >= inbox.size() && (name.size() == inbox.size() || name[inbox.size()] == '/') &&
        ascii::has_prefix_text(name, inbox))
        name.replace(0, inbox.size(), inbox);
    return name;
}

bool matches_pattern(std::string_view pattern, std::string_view name, char separator) {
    if (match_here(pattern, name, separator)) return true;
    constexpr std::string_view inbox = "INBOX";
    if (!name.starts_with(inbox) || (name.size() > inbox.size() && name[inbox.size()] != separator))
        return false;
    // The pattern may spell INBOX in any case.
    std::string upper(pattern);
    for (std::size_t i = 0; i < upper.size() && i < inbox.size() && upper[i] != '*' && upper[i] != '%'; ++i)
        if (upper[i] >= 'a' && upper[i] <= 'z') upper[i] = static_cast<char>(upper[i] - 32);
    return match_here(upper, name, separator);
}

} // namespace facteur::imap
