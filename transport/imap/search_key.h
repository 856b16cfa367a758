// What SEARCH, SORT and THREAD ask for (RFC 9051 §6.4.4, RFC 3501 §6.4.4 and extensions), as values.
#pragma once

#include "transport/imap/fetch_item.h"
#include "transport/imap/sequence_set.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace facteur::imap {

// One search key. Which members mean something follows from the kind.
struct SearchKey {
    enum class Kind {
        all,      // and the empty AND
        sequence, // `set`, of message numbers ("$": UIDs, whatever the command)
        uid,      // `set`, of UIDs
        // ---- flags
        answered,
        deleted,
        draft,
        flagged,
        seen,
        recent, // IMAP4rev1
        unanswered,
        undeleted,
        undraft,
        unflagged,
        unseen,
        new_,      // IMAP4rev1: RECENT UNSEEN
        old,       // IMAP4rev1: NOT RECENT
        keyword,   // `text`, any case
        unkeyword, // `text`
        // ---- text: substrings in any case; `text` is in the command's charset
        bcc,
        body,
        cc,
        from,
        header, // `name`; an empty `text`: the field is there
        subject,
        text,
        to,
        // ---- dates: `day` (see dates.h)
        before,
        on,
        since,
        sent_before,
        sent_on,
        sent_since,
        saved_before, // RFC 8514
        saved_on,
        saved_since,
        save_date_supported,
        // ---- numbers: `number`
        larger,
        smaller,
        older,        // RFC 5032: at least that many seconds ago, by INTERNALDATE
        younger,      // RFC 5032: at most
        mod_sequence, // RFC 7162: at least; `name` is the entry ("/flags/\\draft") or empty, `text` "all"…
        // ---- ids of RFC 8474: `text`
        email_id,
        thread_id,
        // ---- of `keys`
        and_,
        or_,   // two
        not_,  // one
        fuzzy, // RFC 6203: one
    };
    Kind kind = Kind::all;
    std::string name, text;
    std::uint64_t number = 0;
    std::int32_t day = 0;
    SequenceSet set;
    std::vector<SearchKey> keys;
    bool operator==(const SearchKey&) const = default;
};

// RETURN (…) of SEARCH, SORT and THREAD: RFC 9051 §6.4.4, RFC 4731, 5182, 5267, 6203, 9394.
struct SearchReturn {
    bool given = false; // RETURN stood there: answer by ESEARCH. "RETURN ()" means ALL, and `all` is set then
    bool min = false, max = false, all = false, count = false;
    bool save = false;
    bool relevancy = false;               // RFC 6203
    bool update = false, context = false; // RFC 5267
    std::vector<FetchItem> update_items; // UPDATE (…) of RFC 5465 §7: to be told of new messages that match
    std::optional<PartialRange> partial; // RFC 9394, RFC 5267
    bool operator==(const SearchReturn&) const = default;
};

struct SearchCriteria {
    std::string charset; // upper case; empty: not said. The caller answers BADCHARSET
    SearchKey key;       // several keys are an `and_`
    bool operator==(const SearchCriteria&) const = default;
};

// RFC 5256 §3, RFC 5957 (DISPLAY…), RFC 6203 (RELEVANCY).
struct SortCriterion {
    enum class By { arrival, cc, date, from, size, subject, to, display_from, display_to, relevancy };
    By by = By::date;
    bool reverse = false;
    bool operator==(const SortCriterion&) const = default;
};

enum class ThreadAlgorithm { ordered_subject, references, refs };

} // namespace facteur::imap
