// The files of a store that are no shard: its schema and its lock. Internal to the store.
#pragma once

#include "store/store.h"

#include <string>
#include <utility>

namespace facteur::store {

// The layout of folders, databases and rows. Raised by whoever changes it, with a way up from the one before.
inline constexpr int newest_schema = 8;
// What rows are since: later schemas only add forms, beside which those of before are read.
inline constexpr int schema_of_rows = 6;
// Where a shard is asked for by number, the directory has this one.
inline constexpr ShardId directory_shard = 0xffff;

struct Schema {
    int version = 0;
    std::uint16_t shards = 0;
};
Result<Schema> read_or_make_schema(const Options& options);
// On the disk before anything that it speaks of.
Result<void> write_schema(const std::string& store, const Schema& made);

// A file that is in the store's folder while a backup is restored into it (store/backup).
std::string unfinished_restore(const std::string& store);

// Held as long as its file descriptor is open; ends with the process, however that ends.
class FolderLock {
public:
    static Result<FolderLock> take(const std::string& path);
    FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int file) : file_(file) {}
    int file_;
};

} // namespace facteur::store
