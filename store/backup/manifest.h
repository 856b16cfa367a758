// What one backup (a generation) is: the point of each shard, and every file that is needed to bring it back,
// those of earlier generations too. Written last, so that a backup is whole or is none; a file that no
// manifest names is nobody's.
#pragma once

#include "store/backup/folder.h"
#include "store/change.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store::backup {

// In the order of a restore.
enum class FileKind : std::uint8_t {
    rows,    // every row of the shard at one point
    records, // the commits after it, or after those of the file before
    bodies,
    other, // of the data folder, not of a shard: `name_there`
};

struct BackupFile {
    FileKind kind{};
    ShardId shard = 0;
    std::string name;
    std::uint64_t size = 0;
    Hash hash; // of all its octets
    std::string name_there;
    bool operator==(const BackupFile&) const = default;
};

// The last commit of a shard that is in the backup.
struct ShardPoint {
    ShardId shard = 0;
    Sequence sequence = 0;
    Hash record; // so that it is known again: a store that was restored goes on from an older one
    bool operator==(const ShardPoint&) const = default;
};

struct Manifest {
    std::uint64_t generation = 0;
    Time at = 0;
    int schema = 0;
    std::uint16_t shards = 0;
    std::string store; // whose backup it is: tells that of another store
    std::vector<ShardPoint> points;
    std::vector<BackupFile> files; // of a shard, in the order of a restore

    [[nodiscard]] const ShardPoint* point(ShardId shard) const;
    [[nodiscard]] std::vector<BackupFile> files_of(ShardId shard, FileKind kind) const;
    bool operator==(const Manifest&) const = default;
};

std::string encode(const Manifest& manifest);
// Fails with Code::corrupt.
Result<Manifest> decode_manifest(std::string_view text);

// "000012-": what the names of a generation's files begin with.
std::string prefix_of(std::uint64_t generation);
std::string manifest_name(std::uint64_t generation);
// The generation whose name it is; nothing for a file that no backup makes.
std::optional<std::uint64_t> generation_of(std::string_view name);

// Every manifest in the folder, oldest first. One that is damaged is named in `findings` and left out.
Result<std::vector<Manifest>> read_manifests(Folder& folder, std::vector<std::string>& findings);

} // namespace facteur::store::backup
