// One shard: its folder and LMDB environments. Internal to the store.
#pragma once

#include "store/environment.h"
#include "store/packed_rows.h"
#include "store/snapshot.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace facteur::store {

// The error of who met a damaged row of the account, or of none.
Error damaged_rows(AccountId account);

class Shard {
public:
    static Result<std::unique_ptr<Shard>> open(const std::string& path, ShardId id, std::uint64_t rows_map,
                                               std::uint64_t bodies_map);

    // In place of one that cannot be opened, so that the others can: it gives nothing, its damage grows with
    // every look, and nobody may write to it.
    static std::unique_ptr<Shard> broken(std::string path, ShardId id, Error why);
    [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

    [[nodiscard]] ShardId id() const { return id_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] Environment& rows() const { return *rows_; }
    [[nodiscard]] Environment& bodies() const { return *bodies_; }
    // See Store::damage.
    [[nodiscard]] std::uint64_t damage(AccountId account) const;
    [[nodiscard]] std::vector<Finding> damages() const;
    [[nodiscard]] Snapshot read() const;
    // What the lane's open transaction sees.
    [[nodiscard]] Snapshot read(const WriteTransaction& transaction) const;
    // From now on commits are not synced: checkpoints are (store/checkpoint.h).
    void sync_no_more() const;
    // Again what LMDB does by itself.
    void sync_always() const;

private:
    Shard(std::string path, ShardId id, std::unique_ptr<Environment> rows,
          std::unique_ptr<Environment> bodies)
        : path_(std::move(path)), id_(id), rows_(std::move(rows)), bodies_(std::move(bodies)) {}
    std::string path_;
    ShardId id_;
    std::unique_ptr<Environment> rows_, bodies_; // null when it is broken
    std::optional<Error> fault_;
    mutable std::atomic<std::uint64_t> looks_at_broken_{0};
};

struct Snapshot::Implementation {
    const Shard* shard = nullptr;
    MDB_txn* rows = nullptr;
    bool owned = true;                 // a read transaction of our own, not a lane's
    mutable MDB_txn* bodies = nullptr; // for a lane: opened when first needed
    mutable RowRoom room;              // of rows that were packed

    ~Implementation();
    [[nodiscard]] MDB_dbi database(std::size_t number) const {
        return shard->fault() ? 0 : shard->rows().database(number);
    }
    [[nodiscard]] MDB_dbi bodies_database() const { return shard->fault() ? 0 : shard->bodies().database(0); }
    [[nodiscard]] std::optional<std::string_view> get(std::size_t number, std::string_view key) const {
        return store::get(rows, database(number), key);
    }
    // An email or structure row, unpacked (store/packed_rows.h).
    [[nodiscard]] std::optional<std::string_view> get_row(std::size_t number, std::string_view key) const {
        const auto stored = get(number, key);
        return stored ? unpacked_row(rows, database(number), key, *stored, room) : std::nullopt;
    }
    [[nodiscard]] const Dictionaries* dictionaries() const {
        return shard->fault() ? nullptr : shard->rows().dictionaries();
    }
    [[nodiscard]] MDB_txn* open_bodies() const;
};

} // namespace facteur::store
