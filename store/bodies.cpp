#include "store/bodies.h"

#include "store/journal_form.h"
#include "store/keys.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

namespace facteur::store {
namespace {

constexpr std::uint8_t body_version = 1;
constexpr std::size_t head_size = 1 + 8 + 4; // version, size, chunks: before the first chunk
constexpr std::size_t database = 0;          // the environment has one

std::string chunk_key(const Hash& hash, std::uint32_t number) {
    std::string key(bytes_of(hash));
    append_big(key, number);
    return key;
}

// The first octet of a chunk (after the body's head). Those of a store before schema 4 have no checksum.
enum ChunkForm : std::uint8_t { as_it_is = 0, packed = 1, as_it_is_checked = 2, packed_checked = 3 };
constexpr std::size_t chunk_checksum = 4; // of what follows it

struct Head {
    std::uint64_t size;
    std::uint32_t chunks;
};
std::optional<Head> read_head(std::string_view value) {
    if (value.size() < head_size + 1 || static_cast<std::uint8_t>(value[0]) != body_version)
        return std::nullopt;
    const Head head{read_big<std::uint64_t>(value.substr(1)), read_big<std::uint32_t>(value.substr(9))};
    if (head.chunks != std::max<std::uint64_t>(1, (head.size + chunk_size - 1) / chunk_size))
        return std::nullopt;
    return head;
}

// A context of zstd has some hundred KiB of tables, too much to make for each letter: each thread keeps one
// of each kind.
struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
// What packs more than this needs more memory than is worth keeping.
constexpr std::size_t most_with_kept_context = 64 << 10;

std::size_t pack_into(std::string& buffer, std::string_view bytes, int level) {
    buffer.resize(ZSTD_compressBound(bytes.size()));
    if (bytes.size() > most_with_kept_context)
        return ZSTD_compress(buffer.data(), buffer.size(), bytes.data(), bytes.size(), level);
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    return ZSTD_compressCCtx(context.get(), buffer.data(), buffer.size(), bytes.data(), bytes.size(), level);
}
bool unpack_into(char* place, std::size_t expected, std::string_view packed) {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    return ZSTD_decompressDCtx(context.get(), place, expected, packed.data(), packed.size()) == expected;
}

// Appends octets [from, to) of the unpacked chunk to `out`; false when the chunk is damaged.
bool unpack(std::string_view value, std::size_t expected, std::size_t from, std::size_t to,
            std::string& out) {
    if (value.empty()) return false;
    const auto form = static_cast<std::uint8_t>(value.front());
    value.remove_prefix(1);
    if (form > packed_checked) return false;
    if (form >= as_it_is_checked) {
        if (value.size() < chunk_checksum) return false;
        const auto checksum = read_big<std::uint32_t>(value);
        value.remove_prefix(chunk_checksum);
        if (journal_form::checksum_with(0, value) != checksum) return false;
    }
    if (form == as_it_is || form == as_it_is_checked) {
        if (value.size() != expected) return false;
        out.append(value.substr(from, to - from));
        return true;
    }
    if (from == 0 && to == expected) {
        const auto start = out.size();
        out.resize(start + expected);
        if (unpack_into(out.data() + start, expected, value)) return true;
        out.resize(start);
        return false;
    }
    std::string whole(expected, '\0');
    if (!unpack_into(whole.data(), expected, value)) return false;
    out.append(whole, from, to - from);
    return true;
}

PackedBody pack(std::string_view bytes, int level) {
    PackedBody body;
    std::string buffer;
    for (std::size_t start = 0; start == 0 || start < bytes.size(); start += chunk_size) {
        const auto part = bytes.substr(start, chunk_size);
        auto& chunk = body.chunks.emplace_back();
        if (level <= 0 || part.size() < 128) continue;
        const auto size = pack_into(buffer, part, level);
        if (ZSTD_isError(size) != 0 || size > part.size() - part.size() / 16) continue;
        chunk.packed = true;
        chunk.bytes.assign(buffer.data(), size);
    }
    return body;
}

} // namespace

Body make_body(std::shared_ptr<const std::string> bytes, int level) {
    Body body;
    body.hash = hash_of(*bytes);
    body.packed = std::make_shared<const PackedBody>(pack(*bytes, level));
    body.bytes = std::move(bytes);
    return body;
}

bool has_body(const WriteTransaction& bodies, const Hash& hash) {
    return bodies.get(database, chunk_key(hash, 0)).has_value();
}

std::size_t put_body(WriteTransaction& bodies, const Body& body,
                     const std::function<void(std::string_view key, std::string_view value)>& each) {
    const std::string_view bytes = *body.bytes;
    const auto form = body.packed ? body.packed : std::make_shared<const PackedBody>(pack(bytes, 3));
    std::size_t written = 0;
    for (std::uint32_t number = 0; number < form->chunks.size(); ++number) {
        const auto& chunk = form->chunks[number];
        const auto data =
            chunk.packed ? std::string_view(chunk.bytes) : bytes.substr(number * chunk_size, chunk_size);
        const std::size_t head = number == 0 ? head_size : 0;
        const auto key = chunk_key(body.hash, number);
        const auto size = head + 1 + chunk_checksum + data.size();
        char* const place = bodies.reserve(database, key, size);
        if (place == nullptr) return written;
        if (number == 0) {
            std::string start(1, static_cast<char>(body_version));
            append_big(start, static_cast<std::uint64_t>(bytes.size()));
            append_big(start, static_cast<std::uint32_t>(form->chunks.size()));
            std::memcpy(place, start.data(), head_size);
        }
        place[head] = static_cast<char>(chunk.packed ? packed_checked : as_it_is_checked);
        std::string checksum;
        append_big(checksum, journal_form::checksum_with(0, data));
        std::memcpy(place + head + 1, checksum.data(), chunk_checksum);
        std::memcpy(place + head + 1 + chunk_checksum, data.data(), data.size());
        written += size;
        if (each) each(key, {place, size});
    }
    return written;
}

void put_chunk(WriteTransaction& bodies, std::string_view key, std::string_view value) {
    bodies.put(database, key, value);
}

void remove_body(WriteTransaction& bodies, const Hash& hash) {
    const auto first = bodies.get(database, chunk_key(hash, 0));
    const auto head = first ? read_head(*first) : std::nullopt;
    for (std::uint32_t number = 0; number < (head ? head->chunks : 1); ++number)
        bodies.remove(database, chunk_key(hash, number));
}

std::optional<std::uint64_t> body_size(MDB_txn* bodies, MDB_dbi in, const Hash& hash) {
    const auto first = get(bodies, in, chunk_key(hash, 0));
    const auto head = first ? read_head(*first) : std::nullopt;
    return head ? std::optional(head->size) : std::nullopt;
}

Result<std::string> read_body(MDB_txn* bodies, MDB_dbi in, const Hash& hash, std::uint64_t offset,
                              std::uint64_t size) {
    const auto first = get(bodies, in, chunk_key(hash, 0));
    if (!first) return fail(Code::not_found, fmt::format("The body {} is not in the store.", to_hex(hash)));
    const auto damaged = [&] {
        return fail(Code::corrupt, fmt::format("The body {} is damaged.", to_hex(hash)));
    };
    const auto head = read_head(*first);
    if (!head) return damaged();

    std::string out;
    if (offset >= head->size) return out;
    const auto end = size > head->size - offset ? head->size : offset + size;
    out.reserve(end - offset);
    for (auto number = offset / chunk_size; number * chunk_size < end; ++number) {
        auto value =
            number == 0 ? first : get(bodies, in, chunk_key(hash, static_cast<std::uint32_t>(number)));
        if (!value) return damaged();
        if (number == 0) value->remove_prefix(head_size);
        const auto start = number * chunk_size;
        const auto expected = std::min<std::uint64_t>(chunk_size, head->size - start);
        const auto from = std::max(offset, start) - start, to = std::min(end, start + expected) - start;
        if (!unpack(*value, expected, from, to, out)) return damaged();
    }
    if (offset == 0 && end == head->size && hash_of(out) != hash) return damaged();
    return out;
}

} // namespace facteur::store
