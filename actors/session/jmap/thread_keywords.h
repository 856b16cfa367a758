// A keyword to look for, and how many emails of a thread have it (RFC 8621 §4.4.1, §4.4.2).
#pragma once

#include "actors/session/jmap/keywords.h"
#include "store/snapshot.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace facteur {

struct Keyword {
    std::uint32_t flag = 0; // its bit, or 0:
    std::string other;
    bool operator==(const Keyword&) const = default;

    // Nothing when no email can have it.
    static std::optional<Keyword> read(std::string_view text);
    [[nodiscard]] bool is_in(const store::EmailView& row) const {
        return flag != 0 ? (row.flags() & flag) != 0 : row.has_keyword(other);
    }
};

// Remembers what it counted, for one snapshot. One thread at a time.
class ThreadKeywords {
public:
    ThreadKeywords(const store::Snapshot& now, store::AccountId account) : now_(now), account_(account) {}

    [[nodiscard]] bool all(store::ThreadId thread, const Keyword& keyword) {
        const auto& count = counts(thread, keyword);
        return count.having == count.emails;
    }
    [[nodiscard]] bool some(store::ThreadId thread, const Keyword& keyword) {
        return counts(thread, keyword).having > 0;
    }

private:
    struct Count {
        std::uint32_t emails = 0, having = 0;
    };
    const Count& counts(store::ThreadId thread, const Keyword& keyword);

    const store::Snapshot& now_;
    store::AccountId account_;
    struct OfKeyword {
        Keyword keyword;
        std::unordered_map<store::ThreadId, Count> threads;
    };
    std::vector<OfKeyword> known_; // a filter names few
};

} // namespace facteur
