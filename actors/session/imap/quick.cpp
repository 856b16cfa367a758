#include "actors/session/imap/quick.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace facteur {
namespace {

constexpr std::uint64_t most_messages = 100; // whose rows are read, some microseconds each
constexpr std::uint64_t most_bodies = 1;

bool has_at_most(const imap::SequenceSet& set, std::uint64_t messages) {
    if (set.saved) return false;
    std::uint64_t count = 0;
    for (const auto& [first, last] : set.ranges) {
        if ((first == imap::star) != (last == imap::star)) return false; // "1:*" is all of them
        count += std::uint64_t{1} + std::max(first, last) - std::min(first, last);
    }
    return count <= messages;
}

bool reads_body(const imap::FetchItem& item) {
    using Kind = imap::FetchItem::Kind;
    switch (item.kind) {
    case Kind::section:
    case Kind::binary:
    case Kind::binary_size:
    case Kind::rfc822:
    case Kind::rfc822_header:
    case Kind::rfc822_text: return true;
    default: return false;
    }
}

} // namespace

bool has_quick_pieces(const imap::Command& command) {
    const auto* fetch = std::get_if<imap::command::Fetch>(&command);
    return fetch != nullptr && !fetch->vanished &&
           std::none_of(fetch->items.begin(), fetch->items.end(), reads_body);
}

bool is_quick(const imap::Command& command) {
    namespace c = imap::command;
    return std::visit(
        []<typename T>(const T& what) {
            if constexpr (std::is_same_v<T, c::Noop> || std::is_same_v<T, c::Check> ||
                          std::is_same_v<T, c::Status> || std::is_same_v<T, c::Unselect> ||
                          std::is_same_v<T, c::Namespace>)
                return true;
            else if constexpr (std::is_same_v<T, c::Select>)
                return !what.qresync;
            else if constexpr (std::is_same_v<T, c::Fetch>)
                return !what.vanished &&
                       has_at_most(what.set, std::any_of(what.items.begin(), what.items.end(), reads_body)
                                                 ? most_bodies
                                                 : most_messages);
            else if constexpr (std::is_same_v<T, c::Store> || std::is_same_v<T, c::Copy> ||
                               std::is_same_v<T, c::Move>)
                return has_at_most(what.set, most_messages);
            else
                return false;
        },
        command);
}

} // namespace facteur
