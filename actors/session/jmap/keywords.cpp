#include "actors/session/jmap/keywords.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

constexpr std::array<std::pair<std::string_view, store::Flag>, 10> flags{
    {{"$seen", store::flag_seen},
     {"$answered", store::flag_answered},
     {"$flagged", store::flag_flagged},
     {"$draft", store::flag_draft},
     {"$forwarded", store::flag_forwarded},
     {"$junk", store::flag_junk},
     {"$notjunk", store::flag_notjunk},
     {"$phishing", store::flag_phishing},
     {"$mdnsent", store::flag_mdnsent},
     {"$important", store::flag_important}}};

} // namespace

std::uint32_t flag_of(std::string_view keyword) {
    for (const auto& [name, flag] : flags)
        if (name == keyword) return flag;
    return 0;
}

std::optional<std::string> read_keyword(std::string_view text) {
    if (text.empty() || text.size() > 255) return std::nullopt;
    std::string keyword;
    for (const char c : text) {
        if (c <= ' ' || c >= 0x7f || std::string_view("(){]%*\"\\").find(c) != std::string_view::npos)
            return std::nullopt;
        keyword.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return keyword;
}

void set_keyword(store::Keywords& keywords, const std::string& keyword, bool present) {
    if (const auto flag = flag_of(keyword)) {
        keywords.flags = present ? keywords.flags | flag : keywords.flags & ~flag;
        return;
    }
    auto& others = keywords.others;
    const auto at = std::lower_bound(others.begin(), others.end(), keyword);
    const bool there = at != others.end() && *at == keyword;
    if (present && !there) others.insert(at, keyword);
    if (!present && there) others.erase(at);
}

bool has_keyword(const store::Keywords& keywords, std::string_view keyword) {
    if (const auto flag = flag_of(keyword)) return (keywords.flags & flag) != 0;
    return std::binary_search(keywords.others.begin(), keywords.others.end(), keyword);
}

std::optional<store::Keywords> read_keywords(jmap::Object object) {
    store::Keywords keywords;
    for (const auto [name, value] : object) {
        const auto keyword = read_keyword(name);
        if (!keyword || jmap::as_boolean(value) != true) return std::nullopt;
        set_keyword(keywords, *keyword, true);
        if (keywords.others.size() > most_keywords) break;
    }
    return keywords;
}

void write_keywords(std::uint32_t bits, const std::vector<std::string_view>& others, jmap::Writer& out) {
    out.begin_object();
    for (const auto& [name, flag] : flags)
        if ((bits & flag) != 0) out.member(name, true);
    for (const auto other : others)
        out.member(other, true);
    out.end_object();
}

} // namespace facteur
