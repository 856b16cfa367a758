#include "actors/session/imap/message_set.h"

#include <algorithm>

namespace facteur {
namespace {

void add_messages(MessageRanges& ranges, std::uint32_t first, std::uint32_t last) {
    if (first > last) return;
    if (!ranges.empty() && ranges.back().last + 1 >= first)
        ranges.back().last = std::max(ranges.back().last, last);
    else
        ranges.push_back({first, last});
}

} // namespace

std::optional<MessageRanges> messages_of(const UidMap& map, const imap::SequenceSet& set, bool uid,
                                         const std::vector<store::Uid>& saved) {
    if (set.saved) return messages_with(map, saved);
    if (uid) return messages_with(map, imap::resolved(set, map.last()));
    auto ranges = imap::resolved(set, map.size());
    // In an empty mailbox "*" is no number.
    if (ranges.empty() || ranges.back().last > map.size()) return std::nullopt;
    return ranges;
}

MessageRanges messages_with(const UidMap& map, const std::vector<imap::NumberRange>& uids) {
    MessageRanges messages;
    for (const auto& range : uids) {
        const auto below = map.count_below(range.first);
        if (below == map.size()) break;
        const bool has_last = map.number_of(range.last).has_value();
        add_messages(messages, below + 1, map.count_below(range.last) + (has_last ? 1 : 0));
    }
    return messages;
}

MessageRanges messages_with(const UidMap& map, const std::vector<store::Uid>& uids) {
    MessageRanges messages;
    for (const auto uid : uids)
        if (const auto number = map.number_of(uid)) add_messages(messages, *number, *number);
    return messages;
}

MessageRanges part_of(const MessageRanges& messages, const imap::PartialRange& range) {
    const auto wanted = imap::places(range, imap::count(messages));
    MessageRanges part;
    std::uint64_t place = 0;
    for (const auto& [first, last] : messages) {
        const auto size = std::uint64_t{last} - first + 1;
        const auto begin = std::max(wanted.begin, place), end = std::min(wanted.end, place + size);
        if (begin < end)
            add_messages(part, first + static_cast<std::uint32_t>(begin - place),
                         first + static_cast<std::uint32_t>(end - place - 1));
        place += size;
    }
    return part;
}

std::vector<store::Uid> uids_of(const UidMap& map, const MessageRanges& messages) {
    std::vector<store::Uid> uids;
    uids.reserve(imap::count(messages));
    for (const auto& [first, last] : messages)
        for (auto number = first; number <= last; ++number)
            uids.push_back(map.at(number));
    return uids;
}

} // namespace facteur
