#include "actors/session/imap/flags.h"

#include "actors/session/jmap/keywords.h"
#include "transport/base/ascii.h"

#include <array>
#include <utility>

namespace facteur {
namespace {

constexpr std::string_view deleted_flag = "\\Deleted";

constexpr std::array<std::pair<std::string_view, store::Flag>, 10> flag_spellings{
    {{"\\Seen", store::flag_seen},
     {"\\Answered", store::flag_answered},
     {"\\Flagged", store::flag_flagged},
     {"\\Draft", store::flag_draft},
     {"$Forwarded", store::flag_forwarded},
     {"$Junk", store::flag_junk},
     {"$NotJunk", store::flag_notjunk},
     {"$Phishing", store::flag_phishing},
     {"$MDNSent", store::flag_mdnsent},
     {"$Important", store::flag_important}}};

tl::unexpected<std::string> flag_error(std::string sentence) {
    return tl::unexpected<std::string>(std::move(sentence));
}

tl::expected<void, std::string> read_system_flag(std::string_view text, FlagList& list) {
    if (ascii::same_text(text, deleted_flag)) {
        list.deleted = true;
        return {};
    }
    for (const auto& [name, flag] : flag_spellings)
        if (ascii::same_text(text, name)) {
            list.keywords.flags |= flag;
            return {};
        }
    if (ascii::same_text(text, "\\Recent")) return flag_error("\\Recent cannot be changed.");
    return flag_error("There is no flag " + std::string(text) + ".");
}

} // namespace

void append_flags(std::vector<std::string_view>& out, std::uint32_t flags, bool deleted,
                  const std::vector<std::string_view>& others) {
    for (const auto& [name, flag] : flag_spellings)
        if ((flags & flag) != 0) out.push_back(name);
    if (deleted) out.push_back(deleted_flag);
    out.insert(out.end(), others.begin(), others.end());
}

std::string_view FlagTexts::of(std::uint32_t flags, bool deleted) {
    auto& made = made_[(flags ^ flags >> 4 ^ (deleted ? 8u : 0u)) % made_.size()];
    if (made.is_made && made.flags == flags && made.deleted == deleted) return made.text;
    std::vector<std::string_view> names;
    append_flags(names, flags, deleted);
    made = {flags, deleted, true, {}};
    for (const auto name : names) {
        if (!made.text.empty()) made.text += ' ';
        made.text += name;
    }
    return made.text;
}

const std::vector<std::string_view>& named_flags() {
    static const auto all = [] {
        std::vector<std::string_view> flags;
        append_flags(flags, ~0u, true);
        return flags;
    }();
    return all;
}

tl::expected<FlagList, std::string> read_flags(const std::vector<std::string>& flags) {
    FlagList list;
    for (const auto& flag : flags) {
        if (flag.starts_with('\\')) {
            if (auto read = read_system_flag(flag, list); !read) return flag_error(read.error());
            continue;
        }
        const auto keyword = read_keyword(flag);
        if (!keyword) return flag_error("A keyword has up to 255 characters, all of them of an atom.");
        set_keyword(list.keywords, *keyword, true);
        if (list.keywords.others.size() > most_keywords)
            return flag_error("A message may have " + std::to_string(most_keywords) + " keywords.");
    }
    return list;
}

std::uint32_t permitted_bits(Rights rights) {
    std::uint32_t bits = 0;
    if ((rights & right_seen) != 0) bits |= store::flag_seen;
    if ((rights & right_write) != 0) bits |= ~std::uint32_t{store::flag_seen};
    return bits;
}

FlagList permitted_flags(FlagList list, Rights rights) {
    list.keywords.flags &= permitted_bits(rights);
    if ((rights & right_write) == 0) list.keywords.others.clear();
    if ((rights & right_delete) == 0) list.deleted = false;
    return list;
}

Rights rights_for(const FlagList& list) {
    unsigned rights = 0;
    if (list.deleted) rights |= right_delete;
    if ((list.keywords.flags & store::flag_seen) != 0) rights |= right_seen;
    if ((list.keywords.flags & ~std::uint32_t{store::flag_seen}) != 0 || !list.keywords.others.empty())
        rights |= right_write;
    return static_cast<Rights>(rights);
}

} // namespace facteur
