#include "actors/mailfiles/maildir.h"

#include "actors/mailfiles/from_line.h"
#include "transport/base/base64.h"

#include <fmt/format.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace facteur::mailfiles {
namespace {

constexpr std::size_t most_letters = 26;

struct InfoLetter {
    char letter;
    std::uint32_t flag;
};
// In the order of the alphabet, as Maildir asks.
constexpr std::array<InfoLetter, 5> letters{{{'D', store::flag_draft},
                                             {'F', store::flag_flagged},
                                             {'P', store::flag_forwarded},
                                             {'R', store::flag_answered},
                                             {'S', store::flag_seen}}};

std::string utf16_of(std::string_view bytes) {
    std::string text;
    icu::UnicodeString decoded;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
        decoded.append(static_cast<UChar>(static_cast<unsigned char>(bytes[at]) << 8 |
                                          static_cast<unsigned char>(bytes[at + 1])));
    decoded.toUTF8String(text);
    return text;
}

// What stands between "&" and "-": UTF-16 in base64 with "," for "/" and without padding.
std::string decode_shifted(std::string_view text) {
    std::string base64(text);
    std::replace(base64.begin(), base64.end(), ',', '/');
    base64.append((4 - base64.size() % 4) % 4, '=');
    const auto bytes = decode_base64(base64);
    return bytes ? utf16_of(*bytes) : std::string(text);
}

std::string encode_shifted(const icu::UnicodeString& text) {
    std::string bytes;
    for (std::int32_t at = 0; at < text.length(); ++at) {
        bytes.push_back(static_cast<char>(text[at] >> 8));
        bytes.push_back(static_cast<char>(text[at] & 0xff));
    }
    auto base64 = encode_base64(bytes);
    base64.erase(base64.find_last_not_of('=') + 1);
    std::replace(base64.begin(), base64.end(), '/', ',');
    return "&" + base64 + "-";
}

std::string decode_name(std::string_view name) {
    std::string out;
    while (!name.empty()) {
        const auto end = name.front() == '&' ? name.find('-') : std::string_view::npos;
        if (end == std::string_view::npos) {
            out.push_back(name.front());
            name.remove_prefix(1);
            continue;
        }
        out += end == 1 ? "&" : decode_shifted(name.substr(1, end - 1));
        name.remove_prefix(end + 1);
    }
    return out;
}

// Also what cannot be in the name of a Maildir++ folder is shifted: the dot separates, the slash is none.
std::string encode_name(std::string_view name) {
    const auto text =
        icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int>(name.size())));
    std::string out;
    icu::UnicodeString shifted;
    const auto flush = [&] {
        if (!shifted.isEmpty()) out += encode_shifted(shifted);
        shifted.remove();
    };
    for (std::int32_t at = 0; at < text.length(); ++at) {
        const auto unit = text[at];
        if (unit < 0x20 || unit > 0x7e || unit == u'.' || unit == u'/') {
            shifted.append(unit);
            continue;
        }
        flush();
        if (unit == u'&')
            out += "&-";
        else
            out.push_back(static_cast<char>(unit));
    }
    flush();
    return out;
}

} // namespace

MaildirKeywords::MaildirKeywords(std::string_view file) {
    while (!file.empty() && names_.size() <= most_letters) {
        const auto line = file.substr(0, file.find('\n'));
        file.remove_prefix(std::min(line.size() + 1, file.size()));
        std::size_t index = most_letters;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), index);
        if (error != std::errc() || index >= most_letters || end == line.data() + line.size()) continue;
        names_.resize(std::max(names_.size(), index + 1));
        names_[index] = line.substr(static_cast<std::size_t>(end - line.data()) + 1);
    }
}

std::string MaildirKeywords::file() const {
    std::string out;
    for (std::size_t index = 0; index < names_.size(); ++index)
        out += fmt::format("{} {}\n", index, names_[index]);
    return out;
}

std::string_view MaildirKeywords::name(char letter) const {
    const auto index = static_cast<std::size_t>(letter - 'a');
    return letter >= 'a' && index < names_.size() ? std::string_view(names_[index]) : std::string_view{};
}

char MaildirKeywords::letter_of(std::string_view name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    const auto index = static_cast<std::size_t>(found - names_.begin());
    if (index >= most_letters) return 0;
    if (found == names_.end()) names_.emplace_back(name);
    return static_cast<char>('a' + index);
}

MaildirName read_maildir_name(std::string_view name, const MaildirKeywords& keywords) {
    MaildirName out;
    const auto colon = name.rfind(":2,");
    out.unique = name.substr(0, colon);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), seconds);
    if (error == std::errc() && end != name.data() + name.size() && *end == '.') out.received = seconds;
    if (colon == std::string_view::npos) return out;
    for (const char letter : name.substr(colon + 3)) {
        for (const auto& [known, flag] : letters)
            if (letter == known) out.keywords.flags |= flag;
        if (letter == 'T') out.trashed = true;
        if (const auto keyword = keywords.name(letter); !keyword.empty()) add_keyword(out.keywords, keyword);
    }
    return out;
}

std::string maildir_name(store::Time received, store::EmailId email, std::uint64_t size,
                         const store::Keywords& flags, MaildirKeywords& keywords) {
    auto name = fmt::format("{}.M{}.facteur,S={}:2,", received, email, size);
    std::string own;
    auto rest = flags;
    for (const auto& [letter, flag] : letters) {
        if ((flags.flags & flag) != 0) name.push_back(letter);
        rest.flags &= ~flag;
    }
    for (const auto& keyword : keyword_names(rest))
        if (const char letter = keywords.letter_of(keyword); letter != 0) own.push_back(letter);
    std::sort(own.begin(), own.end());
    return name + own;
}

std::vector<std::string> maildir_folder_path(std::string_view folder) {
    std::vector<std::string> names;
    while (!folder.empty()) {
        const auto size = std::min(folder.find('.'), folder.size());
        if (size > 0) names.push_back(decode_name(folder.substr(0, size)));
        folder.remove_prefix(std::min(size + 1, folder.size()));
    }
    return names;
}

std::string maildir_folder(const std::vector<std::string>& names) {
    std::string folder;
    for (const auto& name : names)
        folder += "." + encode_name(name);
    return folder;
}

} // namespace facteur::mailfiles
