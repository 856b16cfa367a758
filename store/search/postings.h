// Postings: which email, and in which of its fields a word stands, plain and as a stem; and the blocks that
// they are stored in. Internal to search.
//
//     key    account (4, big-endian), word, 0, id of the first posting (its length in octets, then them)
//     value  mask of the first posting; then for each other: id less the id before, twice, and one more when
//            a mask follows, which is that of the one before otherwise (varints)
//
// A block has at most `largest_block` octets; blocks of one word follow each other by id.
#pragma once

#include "store/codec.h"
#include "store/search/documents.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur::store::search {

// Bits in an order that makes the most frequent masks one octet: two bits (plain, stem) each for body,
// subject and attachment, then one each for from, to, cc, bcc.
using Mask = std::uint16_t;
inline constexpr Mask all_masks = (1u << 10) - 1;
Mask plain_mask(std::uint32_t in); // of the fields in `in` (bits 1 << Field)
Mask stem_mask(std::uint32_t in);

struct Posting {
    EmailId email = 0;
    Mask mask = 0;
    bool operator==(const Posting&) const = default;
};

inline constexpr std::size_t largest_block = 1000;

std::string account_prefix(AccountId account);
std::string word_prefix(AccountId account, std::string_view word); // of the keys of the word's blocks
inline std::string_view word_of_prefix(std::string_view word_prefix) {
    return word_prefix.substr(sizeof(AccountId), word_prefix.size() - sizeof(AccountId) - 1);
}
std::string block_key(std::string_view word_prefix, EmailId first);
struct BlockKey {
    std::string_view word, prefix; // prefix: as word_prefix made it
    EmailId first = 0;
};
std::optional<BlockKey> parse_block_key(std::string_view key);

std::string encode_block(std::span<const Posting> postings);
// Calls `each(posting)` by email; false when the block is damaged: not ascending, an unknown mask, cut short,
// or longer than it may be. Then what was told before means nothing.
template <typename Each>
bool each_posting(EmailId first, std::string_view value, Each&& each) {
    if (value.size() > largest_block) return false;
    Reader reader(value);
    auto email = first;
    auto mask = reader.number();
    while (true) {
        if (mask == 0 || mask > all_masks) return false;
        each(Posting{email, static_cast<Mask>(mask)});
        if (reader.left() == 0) return reader.done();
        const auto number = reader.number();
        const auto delta = number >> 1;
        if (delta == 0 || delta > std::numeric_limits<EmailId>::max() - email) return false;
        email += delta;
        if ((number & 1) == 0) continue;
        const auto before = std::exchange(mask, reader.number());
        if (mask == before) return false; // it would be a second form
    }
}
// Appends them.
bool decode_block(EmailId first, std::string_view value, std::vector<Posting>& postings);

// Adds postings (ascending) of one word to its blocks. `cursor` is one over the postings in the transaction.
enum class Added { to_known_word, to_new_word, damaged };
Added add_postings(WriteTransaction& transaction, Cursor& cursor, std::string_view word_prefix,
                   std::span<const Posting> added);

} // namespace facteur::store::search
