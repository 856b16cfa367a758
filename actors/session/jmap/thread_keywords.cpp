#include "actors/session/jmap/thread_keywords.h"

#include <algorithm>

namespace facteur {

std::optional<Keyword> Keyword::read(std::string_view text) {
    auto keyword = read_keyword(text);
    if (!keyword) return std::nullopt;
    if (const auto flag = flag_of(*keyword)) return Keyword{flag, {}};
    return Keyword{0, std::move(*keyword)};
}

const ThreadKeywords::Count& ThreadKeywords::counts(store::ThreadId thread, const Keyword& keyword) {
    auto known = std::find_if(known_.begin(), known_.end(),
                              [&](const OfKeyword& of) { return of.keyword == keyword; });
    if (known == known_.end()) known = known_.insert(known_.end(), {keyword, {}});
    const auto [entry, is_new] = known->threads.try_emplace(thread);
    if (!is_new) return entry->second;
    for (const auto email : now_.thread(account_, thread))
        if (const auto row = now_.email(account_, email)) {
            ++entry->second.emails;
            if (keyword.is_in(*row)) ++entry->second.having;
        }
    return entry->second;
}

} // namespace facteur
