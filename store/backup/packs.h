// The bodies of a backup: files of bodies as the store keeps them, each with an index by hash at its end.
//
//     bodies_magic, then for each body: its hash, the number of its chunks (4 octets), and for each chunk its
//     size (4 octets) and its octets; then the index: for each body, by hash, its hash and its place (8
//     octets); then the place of the index and the number of bodies (8 octets each). Numbers are big-endian.
#pragma once

#include "store/backup/stream.h"
#include "store/environment.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace facteur::store::backup {

// Makes as many files as it takes, so that none is larger than a gigabyte and some.
class PackWriter {
public:
    // Names are `prefix`, a number, and an ending.
    PackWriter(Folder& folder, ShardId shard, std::string prefix)
        : folder_(folder), shard_(shard), prefix_(std::move(prefix)) {}

    // Hashes come in ascending order until `finish`. The body is there.
    Result<void> add(const Hash& hash, MDB_txn* bodies, MDB_dbi database);
    // The files since the last call.
    Result<std::vector<BackupFile>> finish();
    [[nodiscard]] std::uint64_t octets() const { return octets_; }
    [[nodiscard]] std::uint64_t bodies() const { return bodies_; }

private:
    Result<void> end_file();

    Folder& folder_;
    ShardId shard_;
    std::string prefix_;
    unsigned next_ = 1;
    std::uint64_t octets_ = 0, bodies_ = 0;
    std::optional<FileWriter> file_;
    std::vector<std::pair<Hash, std::uint64_t>> index_; // of this file
    std::vector<BackupFile> files_;
};

// One file, mapped.
class Pack {
public:
    // Looks at its form, not at the bodies.
    static Result<Pack> open(Folder& folder, const BackupFile& file);
    Pack(Pack&& other) noexcept;
    Pack& operator=(Pack&&) = delete;
    ~Pack();

    [[nodiscard]] const BackupFile& file() const { return file_; }
    // The number of the body in the index.
    [[nodiscard]] std::optional<std::uint64_t> find(const Hash& hash) const;
    [[nodiscard]] std::uint64_t octets(std::uint64_t number) const; // that the body takes
    [[nodiscard]] std::uint64_t octets() const;                     // that all bodies take
    // Calls `each` for the chunks of the body; false when they are damaged.
    [[nodiscard]] bool
    chunks(std::uint64_t number,
           const std::function<void(std::string_view key, std::string_view value)>& each) const;

private:
    Pack(BackupFile file, std::string_view bytes) : file_(std::move(file)), bytes_(bytes) {}
    [[nodiscard]] std::string_view hash_at(std::uint64_t number) const;
    [[nodiscard]] std::uint64_t place(std::uint64_t number) const;

    BackupFile file_;
    std::string_view bytes_;
    std::uint64_t index_ = 0, count_ = 0;
};

struct Found {
    const Pack* pack = nullptr;
    std::uint64_t number = 0;
};

// All packs of one shard.
class Packs {
public:
    // One that cannot be read is named in `findings` and left out.
    static Result<Packs> open(Folder& folder, const std::vector<BackupFile>& files,
                              std::vector<std::string>& findings);
    Result<void> add(Folder& folder, const BackupFile& file);
    [[nodiscard]] std::optional<Found> find(const Hash& hash) const;
    [[nodiscard]] const std::vector<Pack>& all() const { return packs_; }
    // Forgets those of which `keep` says no.
    void keep_only(const std::function<bool(const Pack&)>& keep);

private:
    std::vector<Pack> packs_;
};

} // namespace facteur::store::backup
