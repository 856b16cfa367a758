#include "store/packing.h"

#include "store/codec.h"
#include "store/dictionaries.h"

#include <zstd.h>

#include <memory>

namespace facteur::store {
namespace {

constexpr int dictionary_level = 3;
// Of a record as it is, the first octet is its form, which is small.
constexpr std::uint8_t packed_record = 0xf0, packed_record_with_dictionary = 0xf1,
                       packed_record_with_own = 0xf2; // the number of its dictionary follows
constexpr std::size_t shortest_to_pack = 128;
constexpr int record_level = 1;
// Far more than any commit has: what a lane takes at once is bounded.
constexpr std::uint64_t largest_record = 1ull << 30;
// An octet packed is not so many octets: zstd says in four that a block of 128 KiB is one octet again and
// again.
constexpr std::uint64_t most_by_octet = 1u << 15;

// One of each a thread: making them costs more than a short text takes.
ZSTD_CCtx* packer() {
    thread_local const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                                       ZSTD_freeCCtx);
    return context.get();
}
ZSTD_DCtx* unpacker() {
    thread_local const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                                       ZSTD_freeDCtx);
    return context.get();
}
const ZSTD_CDict* packing_dictionary() {
    static const auto* const made =
        ZSTD_createCDict(mail_dictionary().data(), mail_dictionary().size(), dictionary_level);
    return made;
}
const ZSTD_DDict* unpacking_dictionary() {
    static const auto* const made = ZSTD_createDDict(mail_dictionary().data(), mail_dictionary().size());
    return made;
}

bool saves(std::size_t packed, std::string_view bytes) {
    return ZSTD_isError(packed) == 0 && packed <= bytes.size() - bytes.size() / 16;
}

} // namespace

bool pack(std::string_view bytes, int level, std::string& out) {
    out.resize(ZSTD_compressBound(bytes.size()));
    const auto size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
    out.resize(saves(size, bytes) ? size : 0);
    return !out.empty();
}

bool pack_with_dictionary(std::string_view bytes, std::string& out) {
    out.resize(ZSTD_compressBound(bytes.size()));
    const auto size = ZSTD_compress_usingCDict(packer(), out.data(), out.size(), bytes.data(), bytes.size(),
                                               packing_dictionary());
    out.resize(saves(size, bytes) ? size : 0);
    return !out.empty();
}

bool unpack(std::string_view packed, char* to, std::size_t size) {
    return ZSTD_decompressDCtx(unpacker(), to, size, packed.data(), packed.size()) == size;
}

bool unpack_with_dictionary(std::string_view packed, char* to, std::size_t size) {
    return ZSTD_decompress_usingDDict(unpacker(), to, size, packed.data(), packed.size(),
                                      unpacking_dictionary()) == size;
}

std::string pack_record(std::string_view record) {
    std::string stored;
    if (record.size() >= shortest_to_pack) {
        const bool is_short = record.size() <= longest_with_dictionary;
        std::string packed;
        if (is_short ? pack_with_dictionary(record, packed) : pack(record, record_level, packed)) {
            Writer to(stored);
            to.byte(is_short ? packed_record_with_dictionary : packed_record);
            to.number(record.size());
            to.raw(packed);
            return stored;
        }
    }
    return stored.assign(record);
}

std::string pack_record(std::string_view record, std::uint8_t dictionary, const DictionaryPacker& packer) {
    std::string stored;
    if (record.size() < shortest_to_pack) return stored;
    const auto packed = packer.pack(record);
    if (packed.empty() || packed.size() > record.size() - record.size() / 16) return stored;
    Writer to(stored);
    to.byte(packed_record_with_own);
    to.byte(dictionary);
    to.number(record.size());
    to.raw(packed);
    return stored;
}

bool is_packed_with_own(std::string_view stored) {
    return !stored.empty() && static_cast<std::uint8_t>(stored.front()) == packed_record_with_own;
}

std::string_view unpack_record(std::string_view stored, std::string& room, const Dictionaries* dictionaries) {
    Reader from(stored);
    const auto form = from.byte();
    if (form < packed_record) return stored;
    if (form > packed_record_with_own) return {};
    const auto number = form == packed_record_with_own ? from.byte() : std::uint8_t{0};
    const auto* own = dictionaries == nullptr ? nullptr : dictionaries->find_rows(number);
    if (form == packed_record_with_own && own == nullptr) return {};
    const auto size = from.number();
    const std::string_view packed(from.at(), from.left());
    const bool with_dictionary = form == packed_record_with_dictionary;
    if (from.failed() || size > (with_dictionary ? longest_with_dictionary : largest_record) ||
        size / most_by_octet > packed.size() ||
        ZSTD_getFrameContentSize(packed.data(), packed.size()) != size)
        return {};
    room.resize(size);
    const bool unpacked = form == packed_record_with_own ? own->of_records().unpack(packed, room.data(), size)
                          : with_dictionary              ? unpack_with_dictionary(packed, room.data(), size)
                                                         : unpack(packed, room.data(), size);
    return unpacked ? std::string_view(room) : std::string_view{};
}

} // namespace facteur::store
