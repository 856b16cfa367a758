#include "store/search/postings.h"

#include "store/codec.h"
#include "store/search/leaf.h"

#include <algorithm>
#include <limits>

namespace facteur::store::search {
namespace {

constexpr std::array<unsigned, fields> plain_bits{6, 7, 8, 9, 2, 0, 4}; // by Field; a stem's is the next one

void append_id(std::string& key, EmailId id) {
    std::string octets;
    append_big(octets, id);
    octets.erase(0, std::min(octets.find_first_not_of('\0'), octets.size()));
    key.push_back(static_cast<char>(octets.size()));
    key.append(octets);
}

} // namespace

Mask plain_mask(std::uint32_t in) {
    unsigned mask = 0;
    for (std::size_t field = 0; field < fields; ++field)
        if ((in & 1u << field) != 0) mask |= 1u << plain_bits[field];
    return static_cast<Mask>(mask);
}
Mask stem_mask(std::uint32_t in) {
    return static_cast<Mask>(plain_mask(in & stemmed_fields) << 1);
}

std::string account_prefix(AccountId account) {
    std::string key;
    append_big(key, account);
    return key;
}
std::string word_prefix(AccountId account, std::string_view word) {
    auto key = account_prefix(account);
    key.append(word).push_back('\0');
    return key;
}
std::string block_key(std::string_view word_prefix, EmailId first) {
    std::string key(word_prefix);
    append_id(key, first);
    return key;
}

std::optional<BlockKey> parse_block_key(std::string_view key) {
    const auto end = key.find('\0', 4);
    if (key.size() < 4 || end == std::string_view::npos || end == 4 || end + 1 >= key.size())
        return std::nullopt;
    BlockKey parsed{key.substr(4, end - 4), key.substr(0, end + 1), 0};
    const auto octets = key.substr(end + 2);
    if (static_cast<std::uint8_t>(key[end + 1]) != octets.size() || octets.size() > 8 || octets.empty() ||
        octets.front() == '\0')
        return std::nullopt;
    for (const char octet : octets)
        parsed.first = parsed.first << 8 | static_cast<std::uint8_t>(octet);
    return parsed;
}

namespace {

// What stands for a posting behind another: most words stand in the same fields of one email as of the next.
void write_after(Writer& writer, const Posting& before, const Posting& posting) {
    const bool has_mask = posting.mask != before.mask;
    writer.number((posting.email - before.email) << 1 | (has_mask ? 1 : 0));
    if (has_mask) writer.number(posting.mask);
}

} // namespace

std::string encode_block(std::span<const Posting> postings) {
    std::string value;
    value.reserve(2 * postings.size() + 1);
    Writer writer(value);
    for (std::size_t i = 0; i < postings.size(); ++i)
        if (i == 0)
            writer.number(postings[i].mask);
        else
            write_after(writer, postings[i - 1], postings[i]);
    return value;
}

bool decode_block(EmailId first, std::string_view value, std::vector<Posting>& postings) {
    postings.reserve(postings.size() + value.size());
    return each_posting(first, value, [&](const Posting& posting) { postings.push_back(posting); });
}

namespace {

// Where the postings from `email` on belong: a block that begins at or before it, or none, and the id that
// the next block begins with.
struct Place {
    std::optional<EmailId> first;
    std::string value;
    EmailId next = std::numeric_limits<EmailId>::max();
    bool word_is_known = false;
};

std::optional<Place> find_place(Cursor& cursor, std::string_view prefix, EmailId email) {
    Place place;
    const auto key = block_key(prefix, email);
    // Reads what the cursor is at when it is a block of this word; false when that is damaged.
    const auto take_next = [&](bool there) {
        if (!there || !cursor.key().starts_with(prefix)) return true;
        const auto after = parse_block_key(cursor.key());
        if (after) place.next = after->first;
        place.word_is_known = true;
        return after.has_value();
    };
    const auto take_block = [&](bool there) {
        if (!there || !cursor.key().starts_with(prefix)) return true;
        const auto block = parse_block_key(cursor.key());
        if (block) place.first = block->first;
        place.value = cursor.value();
        place.word_is_known = true;
        return block.has_value();
    };
    const bool there = cursor.seek(key);
    const bool good = there && cursor.key() == key
                          ? take_block(true) && take_next(cursor.next())
                          : take_next(there) && take_block(there ? cursor.previous() : cursor.last());
    return good ? std::optional(std::move(place)) : std::nullopt;
}

std::size_t size_of(std::uint64_t number) {
    std::size_t size = 1;
    while ((number >>= 7) > 0)
        ++size;
    return size;
}
std::size_t size_after(const Posting& before, const Posting& posting) {
    return size_of((posting.email - before.email) << 1) +
           (posting.mask != before.mask ? size_of(posting.mask) : 0);
}

// How many of the postings a block of `limit` octets holds; at least one.
std::size_t fitting(std::span<const Posting> postings, std::size_t limit) {
    std::size_t count = 1, octets = size_of(postings.front().mask);
    for (; count < postings.size(); ++count) {
        octets += size_after(postings[count - 1], postings[count]);
        if (octets > limit) break;
    }
    return count;
}

// Writes postings as blocks: full ones when they were appended, halves when they were put in between, so that
// the next one there has room.
void put_blocks(WriteTransaction& transaction, std::string_view prefix, std::span<const Posting> postings,
                bool appended) {
    while (!postings.empty()) {
        auto count = fitting(postings, largest_block);
        if (count < postings.size() && !appended) count = fitting(postings, largest_block / 2);
        transaction.put(db_postings, block_key(prefix, postings.front().email),
                        encode_block(postings.first(count)));
        postings = postings.subspan(count);
    }
}

// What stands at the end of a block that ends with `last`, for these postings behind it.
std::string encode_rest(Posting last, std::span<const Posting> postings) {
    std::string value;
    Writer writer(value);
    for (const auto& posting : postings) {
        write_after(writer, last, posting);
        last = posting;
    }
    return value;
}

// Both are ascending; the masks of one email are joined.
std::vector<Posting> merged(std::span<const Posting> old, std::span<const Posting> added) {
    std::vector<Posting> all(old.size() + added.size());
    std::merge(old.begin(), old.end(), added.begin(), added.end(), all.begin(),
               [](const Posting& a, const Posting& b) { return a.email < b.email; });
    std::size_t kept = 0;
    for (const auto& posting : all)
        if (kept > 0 && all[kept - 1].email == posting.email)
            all[kept - 1].mask |= posting.mask;
        else
            all[kept++] = posting;
    all.resize(kept);
    return all;
}

} // namespace

Added add_postings(WriteTransaction& transaction, Cursor& cursor, std::string_view prefix,
                   std::span<const Posting> added) {
    std::optional<bool> was_known;
    while (!added.empty() && !transaction.failed()) {
        const auto place = find_place(cursor, prefix, added.front().email);
        std::vector<Posting> old;
        if (!place || (place->first && !decode_block(*place->first, place->value, old)))
            return Added::damaged;
        if (!was_known) was_known = place->word_is_known;
        const auto end = std::find_if(added.begin(), added.end(),
                                      [&](const Posting& posting) { return posting.email >= place->next; });
        const auto count = static_cast<std::size_t>(end - added.begin());
        const bool appended = old.empty() || old.back().email < added.front().email;
        const auto rest =
            appended && !old.empty() ? encode_rest(old.back(), added.first(count)) : std::string();
        if (!rest.empty() && place->value.size() + rest.size() <= largest_block)
            transaction.put(db_postings, block_key(prefix, *place->first), place->value + rest);
        else
            put_blocks(transaction, prefix, merged(old, added.first(count)), appended);
        added = added.subspan(count);
    }
    return was_known.value_or(true) ? Added::to_known_word : Added::to_new_word;
}

} // namespace facteur::store::search
