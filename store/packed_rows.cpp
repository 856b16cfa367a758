#include "store/packed_rows.h"

#include "store/codec.h"
#include "store/dictionaries.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace facteur::store {
namespace {

constexpr std::size_t shortest_copy = 4, half = 15, copied_at_once = 16;
constexpr std::size_t farthest_back = (1u << 16) - largest_row_dictionary;
constexpr unsigned hash_bits = 14;
constexpr std::size_t most_tries = 96;
constexpr std::int32_t nowhere = -1;

std::size_t hash_of_four(const char* octets) {
    std::uint32_t number = 0;
    std::memcpy(&number, octets, sizeof number);
    return (number * 2654435761u) >> (32 - hash_bits);
}

std::size_t common(std::string_view a, std::string_view b) {
    const auto end = std::min(a.size(), b.size());
    std::size_t size = 0;
    while (size < end && a[size] == b[size])
        ++size;
    return size;
}

void put_rest(std::string& out, std::size_t size) {
    if (size < half) return;
    for (size -= half; size >= 255; size -= 255)
        out.push_back('\xff');
    out.push_back(static_cast<char>(size));
}

void put_sequence(std::string& out, std::string_view literals, std::size_t copied, std::uint16_t from) {
    const auto more = copied == 0 ? 0 : copied - shortest_copy;
    out.push_back(static_cast<char>(std::min(literals.size(), half) << 4 | std::min(more, half)));
    put_rest(out, literals.size());
    out.append(literals);
    if (copied == 0) return;
    out.push_back(static_cast<char>(from));
    out.push_back(static_cast<char>(from >> 8));
    put_rest(out, more);
}

// The octets that go on with a half of 15; false: there are none.
bool read_rest(const char*& at, const char* end, std::size_t& size) {
    if (size != half) return true;
    while (at != end) {
        const auto octet = static_cast<std::uint8_t>(*at++);
        size += octet;
        if (octet != 255) return true;
    }
    return false;
}

} // namespace

RowDictionary::RowDictionary(std::string_view text)
    : text_(text.substr(0, largest_row_dictionary)), size_(text_.size()), of_records_(text_) {
    text_.append(copied_at_once, '\0');
}

bool RowDictionary::unpack(std::string_view sequences, char* to, std::size_t size) const {
    const auto *at = sequences.data(), *const end = at + sequences.size();
    auto *const begin = to, *const stop = to + size;
    while (at != end) {
        const auto token = static_cast<std::uint8_t>(*at++);
        std::size_t literals = token >> 4, copied = token & half;
        if (!read_rest(at, end, literals)) return false;
        if (literals > static_cast<std::size_t>(end - at) || literals > static_cast<std::size_t>(stop - to))
            return false;
        if (literals <= copied_at_once && static_cast<std::size_t>(end - at) >= copied_at_once)
            std::memcpy(to, at, copied_at_once);
        else
            std::memcpy(to, at, literals);
        at += literals;
        to += literals;
        if (at == end) return to == stop && copied == 0;
        if (end - at < 2) return false;
        const auto from = static_cast<std::size_t>(static_cast<std::uint8_t>(at[0])) |
                          static_cast<std::size_t>(static_cast<std::uint8_t>(at[1])) << 8;
        at += 2;
        if (!read_rest(at, end, copied)) return false;
        copied += shortest_copy;
        if (copied > static_cast<std::size_t>(stop - to)) return false;
        if (from < largest_row_dictionary) {
            if (from + copied > size_) return false;
            std::memcpy(to, text_.data() + from, copied <= copied_at_once ? copied_at_once : copied);
        } else {
            const auto distance = (1u << 16) - from;
            if (distance > static_cast<std::size_t>(to - begin)) return false;
            const auto* source = to - distance;
            for (std::size_t i = 0; i < copied; ++i) // it may reach into itself
                to[i] = source[i];
        }
        to += copied;
    }
    return false;
}

RowPacker::RowPacker(const RowDictionary& dictionary, std::uint8_t number)
    : text_(dictionary.text()), number_(number), last_(1u << hash_bits, nowhere),
      before_(text_.size(), nowhere), last_in_row_(1u << hash_bits, nowhere) {
    for (std::size_t at = 0; at + shortest_copy <= text_.size(); ++at) {
        auto& last = last_[hash_of_four(text_.data() + at)];
        before_[at] = last;
        last = static_cast<std::int32_t>(at);
    }
}

RowPacker::Match RowPacker::find(std::string_view row, std::size_t at) const {
    Match best;
    const auto rest = row.substr(at);
    if (rest.size() < shortest_copy) return best;
    const auto hash = hash_of_four(rest.data());
    std::size_t tries = 0;
    for (auto place = last_[hash]; place != nowhere && tries < most_tries; ++tries) {
        const auto from = static_cast<std::size_t>(place);
        if (const auto size = common(rest, text_.substr(from)); size > best.size)
            best = {size, static_cast<std::uint16_t>(from)};
        place = before_[from];
    }
    if (const auto place = last_in_row_[hash]; place != nowhere) {
        const auto distance = at - static_cast<std::size_t>(place);
        const auto size = common(rest, row.substr(static_cast<std::size_t>(place)));
        if (distance <= farthest_back && size > best.size)
            best = {size, static_cast<std::uint16_t>((1u << 16) - distance)};
    }
    return best.size >= shortest_copy ? best : Match{};
}

void RowPacker::note(std::string_view row, std::size_t at) {
    if (at + shortest_copy <= row.size())
        last_in_row_[hash_of_four(row.data() + at)] = static_cast<std::int32_t>(at);
}

std::string RowPacker::pack(std::string_view row) {
    std::string packed;
    if (row.size() > longest_packed_row) return packed;
    std::fill(last_in_row_.begin(), last_in_row_.end(), nowhere);
    Writer head(packed);
    head.byte(0x90);
    head.byte(number_);
    head.number(row.size());
    std::size_t literal = 0;
    for (std::size_t at = 0; at < row.size();) {
        const auto match = find(row, at);
        note(row, at);
        // One octet later there may be a longer one.
        if (match.size == 0 || find(row, at + 1).size > match.size + 1) {
            ++at;
            continue;
        }
        put_sequence(packed, row.substr(literal, at - literal), match.size, match.from);
        for (const auto end = at + match.size; ++at < end;)
            note(row, at);
        literal = at;
    }
    put_sequence(packed, row.substr(literal), 0, 0);
    return packed;
}

char* RowRoom::take(std::size_t size) {
    size += room_behind_row;
    if (blocks_.empty() || used_ + size > block_) {
        block_ = std::max(size, std::min(blocks_.empty() ? first_block : 2 * block_, largest_block));
        blocks_.emplace_back(new char[block_]); // as it is: it is written before it is read
        used_ = 0;
        if (blocks_.size() > kept_blocks) blocks_.erase(blocks_.begin());
    }
    return blocks_.back().get() + std::exchange(used_, used_ + size);
}

std::optional<std::string_view> unpacked_row(MDB_txn* transaction, MDB_dbi database, std::string_view key,
                                             std::string_view stored, RowRoom& room) {
    if (!is_packed_row(stored)) return stored;
    auto& environment = Environment::of(transaction);
    const auto* dictionaries = environment.dictionaries();
    Reader from(stored.substr(1));
    const auto number = from.byte();
    const auto size = from.number();
    const auto* dictionary = dictionaries == nullptr ? nullptr : dictionaries->find_rows(number);
    if (dictionary != nullptr && !from.failed() && size <= longest_packed_row) {
        auto* const to = room.take(size);
        if (dictionary->unpack({from.at(), from.left()}, to, size)) return std::string_view(to, size);
    }
    environment.damaged(database, key, 0, environment.account_of(database, key));
    return std::nullopt;
}

} // namespace facteur::store
