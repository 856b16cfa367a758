// The order of Email/query (RFC 8621 §4.4.2): each email gets one key, and keys compare by their octets.
#pragma once

#include "actors/session/jmap/collation.h"
#include "actors/session/jmap/thread_keywords.h"
#include "store/snapshot.h"
#include "transport/jmap/arguments.h"

#include <optional>
#include <string>
#include <vector>

namespace facteur {

struct EmailComparator {
    enum class By : std::uint8_t {
        received_at,
        size,
        from,
        to,
        subject,
        sent_at,
        has_keyword,
        all_in_thread,
        some_in_thread,
    } by = By::received_at;
    bool ascending = true;
    Collation collation = Collation::unicode_casemap;
    std::optional<Keyword> keyword; // nothing: one that no email has
};

struct EmailSort {
    std::vector<EmailComparator> comparators;

    // Newest first, which is the order of the time index and the default.
    [[nodiscard]] bool is_newest_first() const;
    [[nodiscard]] bool is_oldest_first() const;
    [[nodiscard]] bool uses_thread() const;
    [[nodiscard]] bool is_immutable() const;
};

// Fails with unsupportedSort or invalidArguments.
jmap::Expected<EmailSort> read_email_sort(const std::vector<jmap::Comparator>& comparators);

// For one snapshot. One thread at a time.
class EmailSortKeys {
public:
    EmailSortKeys(const EmailSort& sort, const store::Snapshot& now, store::AccountId account)
        : sort_(sort), now_(now), account_(account), threads_(now, account) {}
    [[nodiscard]] std::string key(const store::ListEntry& entry);

private:
    void append(const EmailComparator& by, const store::ListEntry& entry, const store::EmailView* row,
                std::string& key);

    const EmailSort& sort_;
    const store::Snapshot& now_;
    store::AccountId account_;
    ThreadKeywords threads_;
};

} // namespace facteur
