#include "store/keys.h"
#include "store/packing.h"
#include "store/shard.h"
#include "store/store.h"

#include <fmt/format.h>

namespace facteur::store {
namespace {

std::string hex(std::string_view bytes) {
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes)
        out += fmt::format("{:02x}", static_cast<std::uint8_t>(c));
    return out;
}

} // namespace

void dump(const Store& store, ShardId shard, const std::function<void(std::string_view)>& each) {
    const auto now = store.read_shard(shard);
    std::string room;
    for (std::size_t number = 0; number < db_count; ++number) {
        // When bodies are swept is the lane's own housekeeping, no part of the state.
        if (number == db_dead) continue;
        scan(now.raw().rows, now.raw().database(number), {},
             [&](std::string_view key, std::string_view value) {
                 if (number == db_log) value = unpack_record(value, room, now.raw().dictionaries());
                 if (number == db_emails || number == db_structures)
                     value =
                         unpacked_row(now.raw().rows, now.raw().database(number), key, value, now.raw().room)
                             .value_or(value);
                 each(fmt::format("{} {} {}", row_databases[number], hex(key), hex(value)));
                 return true;
             });
    }
}

} // namespace facteur::store
