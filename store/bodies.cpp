#include "store/bodies.h"

#include "store/journal_form.h"
#include "store/keys.h"
#include "store/packing.h"
#include "store/pages.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur::store {
namespace {

constexpr std::uint8_t body_version = 1;
constexpr std::size_t head_size = 1 + 8 + 4; // version, size, chunks: before the first chunk
// An entry that says where its octets are starts with this, which no chunk does.
constexpr std::uint8_t entry_form = 0x10;
constexpr std::size_t check_size = 4; // of a chunk and of an entry

std::string chunk_key(const Hash& hash, std::uint32_t number) {
    std::string key(bytes_of(hash));
    append_big(key, number);
    return key;
}
bool is_first(std::string_view key) {
    return key.size() == sizeof(Hash) + 4 && read_big<std::uint32_t>(key.substr(sizeof(Hash))) == 0;
}

// The first octet of a chunk (after the body's head). Those of a store before schema 4 have no checksum; with
// the dictionary there are some since schema 7, with one of the shard's own since schema 8.
enum ChunkForm : std::uint8_t {
    as_it_is = 0,
    packed = 1,
    as_it_is_checked = 2,
    packed_checked = 3,
    packed_with_dictionary = 4,     // and checked
    packed_with_own_dictionary = 5, // and checked; its number comes first
};
constexpr std::size_t chunk_head = 1 + check_size;
// zstd's, of a chunk that travels and was packed with a dictionary of the shard's.
constexpr int travelling_level = 3;

std::uint64_t chunks_of(std::uint64_t size) {
    return std::max<std::uint64_t>(1, size / chunk_size + (size % chunk_size == 0 ? 0 : 1));
}

std::string head_of(std::uint64_t size) {
    std::string head(1, static_cast<char>(body_version));
    append_big(head, size);
    append_big(head, static_cast<std::uint32_t>(chunks_of(size)));
    return head;
}
// The size of the body.
std::optional<std::uint64_t> read_head(std::string_view chunk) {
    if (chunk.size() < head_size + 1 || static_cast<std::uint8_t>(chunk[0]) != body_version)
        return std::nullopt;
    const auto size = read_big<std::uint64_t>(chunk.substr(1));
    if (read_big<std::uint32_t>(chunk.substr(9)) != chunks_of(size)) return std::nullopt;
    return size;
}

// ---- entries

// Where the octets of a chunk are, those of the head left out.
struct Place {
    std::uint64_t first = 0, pieces = 0, octets = 0;
    std::uint64_t body_size = 0; // in the entry of the first chunk
};

std::uint32_t check_of(std::string_view key, std::string_view fields) {
    return journal_form::checksum_with(journal_form::checksum_with(0, key), fields);
}

std::string encode(std::string_view key, const Place& place) {
    std::string entry;
    Writer to(entry);
    to.byte(entry_form);
    to.number(place.first);
    to.number(place.pieces);
    to.number(place.octets);
    if (is_first(key)) to.number(place.body_size);
    append_big(entry, check_of(key, entry));
    return entry;
}

bool is_place(std::string_view entry) {
    return !entry.empty() && static_cast<std::uint8_t>(entry.front()) == entry_form;
}
std::optional<Place> read_place(std::string_view key, std::string_view entry) {
    if (!is_place(entry) || entry.size() < check_size) return std::nullopt;
    const auto fields = entry.substr(0, entry.size() - check_size);
    if (read_big<std::uint32_t>(entry.substr(fields.size())) != check_of(key, fields)) return std::nullopt;
    Reader from(fields.substr(1));
    Place place{from.number(), from.number(), from.number(), is_first(key) ? from.number() : 0};
    if (!from.done() || place.pieces == 0 || place.octets == 0) return std::nullopt;
    return place;
}

// A chunk as it is stored: on the mapped bytes, or in `room`.
struct Chunk {
    std::uint64_t body_size = 0; // in the first one
    std::string_view octets;     // from its ChunkForm on
    std::string room;
};

bool collect(MDB_txn* bodies, const Place& place, Chunk& into) {
    const auto database = Environment::of(bodies).database(db_pieces);
    auto piece = get(bodies, database, make_key(place.first));
    if (!piece) return false;
    into.octets = *piece;
    if (place.pieces == 1) return piece->size() == place.octets;
    into.room.clear();
    for (std::uint64_t number = 0;;) {
        if (!piece || piece->size() > place.octets - into.room.size()) return false;
        if (number == 0) into.room.reserve(std::min<std::uint64_t>(place.octets, 2 * chunk_size));
        into.room.append(*piece);
        if (++number == place.pieces) break;
        piece = get(bodies, database, make_key(place.first + number));
    }
    into.octets = into.room;
    return into.room.size() == place.octets;
}

// False: the entry or what it leads to is damaged.
bool open_chunk(MDB_txn* bodies, std::string_view key, std::string_view entry, Chunk& into) {
    if (is_place(entry)) {
        const auto place = read_place(key, entry);
        if (!place) return false;
        into.body_size = place->body_size;
        return collect(bodies, *place, into);
    }
    if (is_first(key)) {
        const auto size = read_head(entry);
        if (!size) return false;
        into.body_size = *size;
        entry.remove_prefix(head_size);
    }
    into.octets = entry;
    return true;
}

// Of the body, by the entry of its first chunk.
std::optional<std::uint64_t> size_in(std::string_view key, std::string_view entry) {
    if (!is_place(entry)) return read_head(entry);
    const auto place = read_place(key, entry);
    return place ? std::optional(place->body_size) : std::nullopt;
}

void remove_chunk(WriteTransaction& bodies, std::string_view key) {
    const auto entry = bodies.get(db_chunks, key);
    if (!entry) return;
    if (const auto place = read_place(key, *entry))
        for (std::uint64_t number = 0; number < place->pieces && !bodies.failed(); ++number)
            bodies.remove(db_pieces, make_key(place->first + number));
    bodies.remove(db_chunks, key);
}

// ---- chunks

const Dictionary* own_dictionary(MDB_txn* bodies, Dictionaries::Number number) {
    const auto* dictionaries = Environment::of(bodies).dictionaries();
    return dictionaries == nullptr ? nullptr : dictionaries->find(number);
}

// Of a chunk as it is stored; 0: none of the shard's.
Dictionaries::Number dictionary_of(std::string_view octets) {
    return octets.size() > chunk_head &&
                   static_cast<std::uint8_t>(octets.front()) == packed_with_own_dictionary
               ? static_cast<Dictionaries::Number>(octets[chunk_head])
               : Dictionaries::Number{0};
}

// Appends octets [from, to) of the unpacked chunk to `out`; false when the chunk is damaged.
bool unpack_chunk(MDB_txn* bodies, std::string_view value, std::size_t expected, std::size_t from,
                  std::size_t to, std::string& out) {
    const auto number = dictionary_of(value);
    if (value.empty()) return false;
    const auto form = static_cast<std::uint8_t>(value.front());
    value.remove_prefix(1);
    if (form > packed_with_own_dictionary) return false;
    if (form >= as_it_is_checked) {
        if (value.size() < check_size) return false;
        const auto checksum = read_big<std::uint32_t>(value);
        value.remove_prefix(check_size);
        if (journal_form::checksum_with(0, value) != checksum) return false;
    }
    if (form == as_it_is || form == as_it_is_checked) {
        if (value.size() != expected) return false;
        out.append(value.substr(from, to - from));
        return true;
    }
    const auto* own = form == packed_with_own_dictionary ? own_dictionary(bodies, number) : nullptr;
    if (form == packed_with_own_dictionary && own == nullptr) return false;
    const auto unpacked = [&](char* place) {
        if (own != nullptr) return own->unpack(value.substr(1), place, expected);
        return form == packed_with_dictionary ? unpack_with_dictionary(value, place, expected)
                                              : unpack(value, place, expected);
    };
    if (from == 0 && to == expected) {
        const auto start = out.size();
        out.resize(start + expected);
        if (unpacked(out.data() + start)) return true;
        out.resize(start);
        return false;
    }
    std::string whole(expected, '\0');
    if (!unpacked(whole.data())) return false;
    out.append(whole, from, to - from);
    return true;
}

// Which of them are packed with the dictionary is said by their size alone.
bool takes_dictionary(std::string_view part) {
    return part.size() <= longest_with_dictionary;
}

PackedBody pack_body(std::string_view bytes, int level) {
    constexpr std::size_t shortest = 128;
    PackedBody body;
    std::string buffer;
    for (std::size_t start = 0; start == 0 || start < bytes.size(); start += chunk_size) {
        const auto part = bytes.substr(start, chunk_size);
        auto& chunk = body.chunks.emplace_back();
        if (level <= 0 || part.size() < shortest) continue;
        chunk.packed =
            takes_dictionary(part) ? pack_with_dictionary(part, buffer) : pack(part, level, buffer);
        if (chunk.packed) chunk.bytes.assign(buffer);
    }
    return body;
}

// A chunk from its ChunkForm on.
std::string octets_of(const PackedBody::Chunk& part, std::string_view plain) {
    const auto octets = part.packed ? std::string_view(part.bytes) : plain;
    std::string chunk;
    chunk.reserve(chunk_head + octets.size());
    chunk += static_cast<char>(!part.packed              ? as_it_is_checked
                               : takes_dictionary(plain) ? packed_with_dictionary
                                                         : packed_checked);
    append_big(chunk, journal_form::checksum_with(0, octets));
    chunk += octets;
    return chunk;
}

} // namespace

Body make_body(std::shared_ptr<const std::string> bytes, int level) {
    Body body;
    body.hash = hash_of(*bytes);
    body.packed = std::make_shared<const PackedBody>(pack_body(*bytes, level));
    body.bytes = std::move(bytes);
    return body;
}

bool has_body(const WriteTransaction& bodies, const Hash& hash) {
    return bodies.get(db_chunks, chunk_key(hash, 0)).has_value();
}

void remove_body(WriteTransaction& bodies, const Hash& hash) {
    if (bodies.failed()) return;
    std::vector<std::string> keys;
    scan(bodies.get(), bodies.database(db_chunks), bytes_of(hash), [&](std::string_view key, auto) {
        keys.emplace_back(key);
        return true;
    });
    for (const auto& key : keys)
        remove_chunk(bodies, key);
}

// ---- writing

namespace {
// Of LMDB: the head of a page, and what a leaf has for an entry besides its value, with a key of 8 octets.
constexpr std::size_t head_of_page = 16, piece_head = 2 + 8 + sizeof(std::uint64_t);
// Less room than this is left empty: to read one piece more costs more.
constexpr std::size_t least_piece = 128;

std::size_t leaves_of(const WriteTransaction& bodies) {
    MDB_stat stat{};
    mdb_stat(bodies.get(), bodies.database(db_pieces), &stat);
    return stat.ms_leaf_pages;
}
} // namespace

BodyWriter::BodyWriter(WriteTransaction& bodies)
    : bodies_(bodies), page_(bodies.page_size()),
      most_in_leaf_(((page_ - head_of_page) / 2 & ~1ul) - piece_head) {
    if (bodies.failed()) return;
    leaves_ = leaves_of(bodies);
    Cursor cursor(bodies.get(), bodies.database(db_pieces));
    if (!cursor.last()) return;
    // Nothing is written yet: the page is in the map, where pages begin at multiples of their size.
    const auto* const at = cursor.key().data();
    const std::string_view page(at - reinterpret_cast<std::uintptr_t>(at) % page_, page_);
    room_ = room_of_leaf(page).value_or(0);
}

std::size_t BodyWriter::put(const Body& body,
                            const std::function<void(std::string_view, std::string_view)>& each) {
    const std::string_view bytes = *body.bytes;
    const auto form = body.packed ? body.packed : std::make_shared<const PackedBody>(pack_body(bytes, 3));
    std::size_t written = 0;
    for (std::uint32_t number = 0; number < form->chunks.size(); ++number) {
        auto chunk = number == 0 ? head_of(bytes.size()) : std::string();
        chunk += octets_of(form->chunks[number], bytes.substr(number * chunk_size, chunk_size));
        const auto key = chunk_key(body.hash, number);
        put_chunk(key, chunk);
        written += chunk.size();
        if (each) each(key, chunk);
    }
    return written;
}

void BodyWriter::put_chunk(std::string_view key, std::string_view chunk) {
    if (bodies_.failed()) return;
    remove_chunk(bodies_, key);
    const auto size = is_first(key) ? read_head(chunk) : std::optional<std::uint64_t>(0);
    // What is no chunk is kept as it is, and refused by who reads it.
    if (!size || chunk.empty()) return bodies_.put(db_chunks, key, chunk);
    if (is_first(key)) chunk.remove_prefix(head_size);
    put_pieces(key, *size, chunk);
}

void BodyWriter::put_packed(const Hash& hash, Dictionaries::Number dictionary, std::string_view packed) {
    std::string octets(1, static_cast<char>(packed_with_own_dictionary));
    const auto numbered = std::string(1, static_cast<char>(dictionary)).append(packed);
    append_big(octets, journal_form::checksum_with(0, numbered));
    octets += numbered;
    const auto key = chunk_key(hash, 0);
    const auto size = body_size(bodies_.get(), bodies_.database(db_chunks), hash);
    if (bodies_.failed() || !size) return;
    const auto entry = bodies_.get(db_chunks, key);
    const auto before = entry ? read_place(key, *entry) : std::nullopt;
    put_pieces(key, *size, octets);
    if (before)
        for (std::uint64_t number = 0; number < before->pieces && !bodies_.failed(); ++number)
            bodies_.remove(db_pieces, make_key(before->first + number));
    if (!bodies_.failed()) leaves_ = leaves_of(bodies_);
}

void BodyWriter::put_pieces(std::string_view key, std::uint64_t body_size, std::string_view chunk) {
    Place place;
    place.body_size = body_size;
    place.octets = chunk.size();
    {
        Cursor cursor(bodies_.get(), bodies_.database(db_pieces));
        place.first = cursor.last() ? read_big<std::uint64_t>(cursor.key()) + 1 : 1;
    }
    while (!chunk.empty() && !bodies_.failed()) {
        const auto piece = next_piece(chunk.size());
        put_piece(place.first + place.pieces++, chunk.substr(0, piece));
        chunk.remove_prefix(piece);
    }
    bodies_.put(db_chunks, key, encode(key, place));
}

// As many pages of its own as it fills; of the rest, what the last leaf has room for.
std::size_t BodyWriter::next_piece(std::size_t left) const {
    if (const auto pages = (left + head_of_page) / page_; pages > 0) return pages * page_ - head_of_page;
    const auto room = room_ > piece_head ? (room_ - piece_head) & ~1ul : 0;
    const auto most = room >= std::min(left, least_piece) ? std::min(room, most_in_leaf_) : most_in_leaf_;
    return std::min(left, most);
}

void BodyWriter::put_piece(std::uint64_t number, std::string_view octets) {
    bodies_.append(db_pieces, make_key(number), octets);
    if (bodies_.failed()) return;
    const auto value = octets.size() > most_in_leaf_ ? sizeof(std::uint64_t) : octets.size();
    const auto taken = (piece_head + value + 1) & ~1ul;
    const auto leaves = leaves_of(bodies_);
    if (leaves > leaves_) room_ = page_ - head_of_page;
    leaves_ = leaves;
    room_ -= std::min(room_, taken);
}

// ---- reading

bool each_chunk(MDB_txn* bodies, MDB_dbi in, const Hash& hash,
                const std::function<void(std::string_view chunk)>& each) {
    const auto size = body_size(bodies, in, hash);
    if (!size) return false;
    Chunk chunk;
    for (std::uint32_t number = 0; number < chunks_of(*size); ++number) {
        const auto key = chunk_key(hash, number);
        const auto entry = get(bodies, in, key);
        if (!entry || !open_chunk(bodies, key, *entry, chunk)) return false;
        std::string travels;
        if (dictionary_of(chunk.octets) != 0) {
            std::string plain;
            const auto expected = std::min<std::uint64_t>(chunk_size, *size - number * chunk_size);
            if (!unpack_chunk(bodies, chunk.octets, expected, 0, expected, plain)) return false;
            travels = octets_of(pack_body(plain, travelling_level).chunks.front(), plain);
            chunk.octets = travels;
        }
        each(number == 0 ? head_of(*size).append(chunk.octets) : chunk.octets);
    }
    return true;
}

std::optional<StoredBody> stored_body(MDB_txn* bodies, MDB_dbi in, const Hash& hash) {
    const auto size = body_size(bodies, in, hash);
    if (!size) return std::nullopt;
    const auto key = chunk_key(hash, 0);
    const auto entry = get(bodies, in, key);
    Chunk chunk;
    if (!entry || !open_chunk(bodies, key, *entry, chunk)) return std::nullopt;
    return StoredBody{*size, chunks_of(*size), chunk.octets.size(), dictionary_of(chunk.octets)};
}

std::optional<std::uint64_t> body_size(MDB_txn* bodies, MDB_dbi in, const Hash& hash) {
    const auto key = chunk_key(hash, 0);
    const auto entry = get(bodies, in, key);
    return entry ? size_in(key, *entry) : std::nullopt;
}

Result<std::string> read_body(MDB_txn* bodies, MDB_dbi in, const Hash& hash, std::uint64_t offset,
                              std::uint64_t size) {
    auto key = chunk_key(hash, 0);
    const auto first = get(bodies, in, key);
    if (!first) return fail(Code::not_found, fmt::format("The body {} is not in the store.", to_hex(hash)));
    const auto damaged = [&] {
        return fail(Code::corrupt, fmt::format("The body {} is damaged.", to_hex(hash)));
    };
    Chunk chunk;
    const auto whole = size_in(key, *first);
    if (!whole) return damaged();

    std::string out;
    if (offset >= *whole) return out;
    const auto end = size > *whole - offset ? *whole : offset + size;
    out.reserve(end - offset);
    for (auto number = offset / chunk_size; number * chunk_size < end; ++number) {
        key = chunk_key(hash, static_cast<std::uint32_t>(number));
        const auto entry = number == 0 ? first : get(bodies, in, key);
        if (!entry || !open_chunk(bodies, key, *entry, chunk)) return damaged();
        const auto start = number * chunk_size;
        const auto expected = std::min<std::uint64_t>(chunk_size, *whole - start);
        const auto from = std::max(offset, start) - start, to = std::min(end, start + expected) - start;
        if (!unpack_chunk(bodies, chunk.octets, expected, from, to, out)) return damaged();
    }
    if (offset == 0 && end == *whole && hash_of(out) != hash) return damaged();
    return out;
}

std::vector<std::string> verify_pieces(MDB_txn* bodies, MDB_dbi in) {
    constexpr std::size_t most = 100;
    std::vector<std::string> faults;
    if (bodies == nullptr) return faults;
    const auto find = [&](std::string what) {
        if (faults.size() < most) faults.push_back(std::move(what));
    };
    std::vector<std::pair<std::uint64_t, std::uint64_t>> places; // first, pieces
    scan(bodies, in, {}, [&](std::string_view key, std::string_view entry) {
        if (!is_place(entry)) return true;
        if (const auto place = read_place(key, entry))
            places.emplace_back(place->first, place->pieces);
        else if (key.size() >= sizeof(Hash))
            find(fmt::format("Where the body {} is, is damaged.", to_hex(to_hash(key))));
        return true;
    });
    std::sort(places.begin(), places.end());
    auto place = places.begin();
    std::uint64_t seen = 0; // pieces of this one
    scan(bodies, Environment::of(bodies).database(db_pieces), {}, [&](std::string_view key, auto) {
        const auto number = key.size() == sizeof(std::uint64_t) ? read_big<std::uint64_t>(key) : 0;
        if (place != places.end() && number == place->first + seen) {
            if (++seen == place->second) ++place, seen = 0;
            return true;
        }
        if (place != places.end() && number > place->first + seen)
            return find(fmt::format("Piece {} of the bodies is missing.", place->first + seen)), false;
        find(fmt::format("Piece {} of the bodies is of none.", number));
        return faults.size() < most;
    });
    if (faults.empty() && place != places.end())
        find(fmt::format("Piece {} of the bodies is missing.", place->first + seen));
    return faults;
}

} // namespace facteur::store
