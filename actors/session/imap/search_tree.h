// The keys of one SEARCH made ready for judging messages: sets against the session's numbers, dates as
// seconds, texts as questions to the index, NOT for every UN…. Children are in the order of what they cost.
#pragma once

#include "actors/indexing/indexing.h"
#include "actors/session/imap/message_set.h"
#include "store/search/search.h"
#include "transport/imap/search_key.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace facteur {

struct SearchScope {
    store::AccountId account = 0;
    store::MailboxId mailbox = 0;
    std::shared_ptr<const UidMap> map; // only what is in it counts
    std::vector<store::Uid> saved;     // "$", ascending
    store::Time now = 0;
    bool wants_relevancy = false;
};

struct SearchNode {
    enum class Kind : std::uint8_t {
        all,
        none,
        // ---- by the entry of the UID index
        numbers, // `ranges`
        flag,    // `flag`
        deleted,
        modseq, // at least `low`
        email,  // `low`
        // ---- by the row: [low, high]
        keyword, // `text`
        received,
        saved,
        size,
        thread,
        sent, // days; by the structure when the zone decides
        // ---- by text
        text,
        header, // `name`, `text` folded
        // ---- of children
        and_,
        or_,
        not_, // one
    };
    Kind kind = Kind::all;
    std::uint32_t flag = 0;
    std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                 high = std::numeric_limits<std::int64_t>::max();
    std::string name, text;
    MessageRanges ranges;
    std::vector<SearchNode> children;

    // Of texts.
    store::search::Expression expression;
    Indexing::Candidates candidates;
    bool is_fuzzy = false;
    std::vector<store::EmailId> strong; // fuzzy ones: found in a subject or a name; ascending
    // What reading emails has told, for texts and headers: content never changes.
    mutable std::unordered_map<store::EmailId, bool> judged;

    [[nodiscard]] bool has_text() const { return kind == Kind::text; }
};

SearchNode make_search_tree(const imap::SearchKey& key, const SearchScope& scope);

// Whether the key asks for modseqs, so that the answer has one (RFC 7162 §3.1.5).
bool asks_for_modseq(const imap::SearchKey& key);

// The texts in UTF-8. False: nobody knows the charset (answer BADCHARSET).
bool decode_search_texts(imap::SearchCriteria& criteria);

} // namespace facteur
