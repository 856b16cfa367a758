// A thin, typed edge around LMDB. Internal to the store.
//
// `Environment` owns one MDB_env and its named databases. The map is a reservation of address space, far
// larger than the data: LMDB's file grows as pages are used, and readers are never stopped to enlarge the
// map.
#pragma once

#include "store/error.h"

#include <lmdb.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::store {

// The error of an LMDB call, as a value of ours.
Error lmdb_error(int code, std::string_view doing);

class Environment {
public:
    // Makes the folder when it is absent. `names` become databases, numbered by their place.
    static Result<std::unique_ptr<Environment>> open(const std::string& path, std::uint64_t map,
                                                     const std::vector<const char*>& names,
                                                     unsigned flags = 0);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    [[nodiscard]] MDB_env* get() const { return env_; }
    [[nodiscard]] MDB_dbi database(std::size_t number) const { return databases_[number]; }
    [[nodiscard]] std::size_t databases() const { return databases_.size(); }

    // Read transactions come from a pool: renewing one costs no allocation and no lock of LMDB's reader
    // table. When the table is full it waits for one that ends, ten seconds at most; then null. When LMDB has
    // given up, because a write failed at its last step, the program ends.
    [[nodiscard]] MDB_txn* begin_read();
    void end_read(MDB_txn* transaction);

    // What LMDB found wrong with its pages when it was read, since it was opened: 0 when nothing.
    [[nodiscard]] int damage() const { return damage_; }
    // Called with what a read of one of its transactions gave.
    static void note(MDB_txn* transaction, int code);

private:
    explicit Environment(MDB_env* env) : env_(env) {}
    MDB_env* env_;
    std::vector<MDB_dbi> databases_;
    std::mutex pool_mutex_;
    std::condition_variable ended_;
    std::vector<MDB_txn*> pool_;
    std::atomic<int> damage_{0};
};

inline MDB_val to_val(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())}; // LMDB does not write through it
}
inline std::string_view to_view(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

std::optional<std::string_view> get(MDB_txn* transaction, MDB_dbi database, std::string_view key);

// A position in one database. Stays usable as long as its transaction.
class Cursor {
public:
    Cursor(MDB_txn* transaction, MDB_dbi database);
    ~Cursor();
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    bool seek(std::string_view key); // to the first entry at or after `key`
    bool last();
    bool next();
    bool previous();
    [[nodiscard]] std::string_view key() const { return to_view(key_); }
    [[nodiscard]] std::string_view value() const { return to_view(value_); }

private:
    bool move(MDB_cursor_op op);
    MDB_cursor* cursor_ = nullptr;
    MDB_val key_{}, value_{};
};

// Calls `each(key, value)` for every entry whose key starts with `prefix`, from `from` on (which starts with
// it too), until it returns false.
template <typename Each>
void scan(MDB_txn* transaction, MDB_dbi database, std::string_view prefix, std::string_view from,
          Each&& each) {
    Cursor cursor(transaction, database);
    for (bool there = cursor.seek(from); there && cursor.key().starts_with(prefix); there = cursor.next())
        if (!each(cursor.key(), cursor.value())) return;
}
template <typename Each>
void scan(MDB_txn* transaction, MDB_dbi database, std::string_view prefix, Each&& each) {
    scan(transaction, database, prefix, prefix, std::forward<Each>(each));
}

// A write transaction. After the first failure every call does nothing, so that callers check once, at
// `commit`.
class WriteTransaction {
public:
    explicit WriteTransaction(Environment& environment);
    ~WriteTransaction(); // aborts what was not committed
    WriteTransaction(const WriteTransaction&) = delete;
    WriteTransaction& operator=(const WriteTransaction&) = delete;

    [[nodiscard]] MDB_txn* get() const { return transaction_; }
    [[nodiscard]] std::optional<std::string_view> get(std::size_t database, std::string_view key) const;
    void put(std::size_t database, std::string_view key, std::string_view value);
    // Reserves the space of a value, to be filled at once; null after a failure.
    char* reserve(std::size_t database, std::string_view key, std::size_t size);
    void remove(std::size_t database, std::string_view key); // absent is fine
    [[nodiscard]] bool failed() const { return status_ != 0; }
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] MDB_dbi database(std::size_t number) const { return environment_.database(number); }
    // Writes, and syncs unless the environment does not.
    Result<void> commit();

private:
    Environment& environment_;
    MDB_txn* transaction_ = nullptr;
    int status_ = 0;
};

} // namespace facteur::store
