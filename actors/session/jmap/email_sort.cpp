#include "actors/session/jmap/email_sort.h"

#include <algorithm>
#include <array>
#include <utility>

namespace facteur {
namespace {

using By = EmailComparator::By;

constexpr std::array<std::pair<std::string_view, By>, 9> sort_properties{
    {{"receivedAt", By::received_at},
     {"size", By::size},
     {"from", By::from},
     {"to", By::to},
     {"subject", By::subject},
     {"sentAt", By::sent_at},
     {"hasKeyword", By::has_keyword},
     {"allInThreadHaveKeyword", By::all_in_thread},
     {"someInThreadHaveKeyword", By::some_in_thread}}};

bool needs_keyword(By by) {
    return by == By::has_keyword || by == By::all_in_thread || by == By::some_in_thread;
}
bool needs_row(const EmailComparator& c) {
    return c.by == By::size || c.by == By::from || c.by == By::to || c.by == By::subject ||
           c.by == By::sent_at || (c.by == By::has_keyword && c.keyword && c.keyword->flag == 0);
}

void append_number(std::uint64_t number, std::string& key) {
    for (int shift = 56; shift >= 0; shift -= 8)
        key.push_back(static_cast<char>(number >> shift));
}
void append_time(store::Time time, std::string& key) {
    append_number(static_cast<std::uint64_t>(time) ^ (1ull << 63), key);
}
// Texts end in a mark that is less than all that may follow, so that what comes after them does not count.
void append_text(std::string_view text, std::string& key) {
    for (const char c : text) {
        key.push_back(c);
        if (c == '\0') key.push_back('\xff');
    }
    key.append(2, '\0');
}

// RFC 8621 §4.4.2: the name of the first address, or the address when it has none.
std::string_view first_of(const std::vector<store::AddressView>& addresses) {
    if (addresses.empty()) return {};
    return addresses.front().name.empty() ? addresses.front().email : addresses.front().name;
}

} // namespace

bool EmailSort::is_newest_first() const {
    return comparators.empty() || (comparators.size() == 1 && comparators.front().by == By::received_at &&
                                   !comparators.front().ascending);
}

bool EmailSort::is_oldest_first() const {
    return comparators.size() == 1 && comparators.front().by == By::received_at &&
           comparators.front().ascending;
}

bool EmailSort::uses_thread() const {
    return std::any_of(comparators.begin(), comparators.end(), [](const EmailComparator& c) {
        return c.by == By::all_in_thread || c.by == By::some_in_thread;
    });
}

bool EmailSort::is_immutable() const {
    return std::none_of(comparators.begin(), comparators.end(),
                        [](const EmailComparator& c) { return needs_keyword(c.by); });
}

jmap::Expected<EmailSort> read_email_sort(const std::vector<jmap::Comparator>& comparators) {
    EmailSort sort;
    for (const auto& comparator : comparators) {
        const auto property = std::find_if(sort_properties.begin(), sort_properties.end(),
                                           [&](const auto& p) { return p.first == comparator.property; });
        if (property == sort_properties.end())
            return jmap::method_error("unsupportedSort", "Emails are not sorted by \"" +
                                                             std::string(comparator.property) + "\".");
        const auto collation = collation_named(comparator.collation);
        if (!collation) return tl::unexpected(collation.error());
        EmailComparator read{property->second, comparator.ascending, *collation, std::nullopt};
        if (needs_keyword(read.by)) {
            if (comparator.keyword.empty())
                return jmap::invalid_arguments("A sort by keyword needs the keyword.");
            read.keyword = Keyword::read(comparator.keyword);
        }
        sort.comparators.push_back(std::move(read));
    }
    return sort;
}

std::string EmailSortKeys::key(const store::ListEntry& entry) {
    const auto& comparators = sort_.comparators;
    std::optional<store::EmailView> row;
    if (std::any_of(comparators.begin(), comparators.end(), needs_row))
        row = now_.email(account_, entry.email);
    std::string key;
    for (const auto& by : comparators) {
        const auto from = key.size();
        append(by, entry, row ? &*row : nullptr, key);
        if (!by.ascending)
            std::for_each(key.begin() + static_cast<long>(from), key.end(),
                          [](char& c) { c = static_cast<char>(~c); });
    }
    return key;
}

void EmailSortKeys::append(const EmailComparator& by, const store::ListEntry& entry,
                           const store::EmailView* row, std::string& key) {
    const auto append_first = [&](const std::vector<store::AddressView>& addresses) {
        append_text(collation_key(first_of(addresses), by.collation), key);
    };
    switch (by.by) {
    case By::received_at: append_time(entry.received, key); return;
    case By::size: append_number(row != nullptr ? row->size() : 0, key); return;
    case By::sent_at: append_time(row != nullptr ? row->sent() : 0, key); return;
    case By::from: append_first(row != nullptr ? row->from() : std::vector<store::AddressView>{}); return;
    case By::to: append_first(row != nullptr ? row->to() : std::vector<store::AddressView>{}); return;
    case By::subject:
        append_text(row != nullptr ? collation_key(row->sort_subject(), by.collation) : std::string{}, key);
        return;
    case By::has_keyword: {
        const bool has = by.keyword && (by.keyword->flag != 0 ? (entry.flags & by.keyword->flag) != 0
                                                              : row != nullptr && by.keyword->is_in(*row));
        key.push_back(has ? '\1' : '\0');
        return;
    }
    case By::all_in_thread:
        key.push_back(by.keyword && threads_.all(entry.thread, *by.keyword) ? '\1' : '\0');
        return;
    case By::some_in_thread:
        key.push_back(by.keyword && threads_.some(entry.thread, *by.keyword) ? '\1' : '\0');
        return;
    }
}

} // namespace facteur
