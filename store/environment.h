// A thin, typed edge around LMDB. Internal to the store.
//
// `Environment` owns one MDB_env and its named databases. The map is a reservation of address space, far
// larger than the data: LMDB's file grows as pages are used, and readers are never stopped to enlarge the
// map.
//
// **Seals.** LMDB 0.9 has no checksums. In a sealed environment each value ends with one of its database, its
// key and itself, which every read verifies. An entry whose seal is broken is never given: a lookup finds
// nothing, a cursor passes it over, and the environment counts it for the account that it is of. Who has an
// answer for an account compares that count with the one of before (`Store::damage`): what was read meanwhile
// may lack something.
#pragma once

#include "store/error.h"
#include "store/ids.h"

#include <lmdb.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur::store {

// The error of an LMDB call, as a value of ours.
Error lmdb_error(int code, std::string_view doing);

// The account that an entry is of; 0: of none alone. Keys may be cut short, or not be what they should.
using AccountOf = AccountId (*)(std::size_t database, std::string_view key);

// What reading came upon: an entry with a broken seal, or what LMDB says of its pages.
struct Damage {
    AccountId account = 0;
    std::string database; // its name
    std::string key;      // that stands there, or that was looked for
    int code = 0;         // LMDB's; 0: the seal
};

class Dictionaries;

class Environment {
public:
    // Makes the folder when it is absent. `names` become databases, numbered by their place, which seals know
    // them by: new names come last. `seals`: values are sealed, in an environment that is new or was already.
    static Result<std::unique_ptr<Environment>> open(const std::string& path, std::uint64_t map,
                                                     const std::vector<const char*>& names,
                                                     unsigned flags = 0, AccountOf seals = nullptr);
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

    // How often something damaged was read since it was opened: at all, and of the account or of none.
    [[nodiscard]] std::uint64_t damage() const { return reads_of_damage_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t damage(AccountId account) const;
    // What it was: each entry once, and so many at most.
    static constexpr std::size_t most_damages = 1000;
    [[nodiscard]] std::vector<Damage> damages() const;

    // For those who read and write, here.
    [[nodiscard]] static Environment& of(MDB_txn* transaction);
    [[nodiscard]] bool is_sealed() const { return seals_ != nullptr; }
    // Seals every value that is there, and from now on what is put. Before anybody else uses the environment.
    Result<void> seal(AccountOf seals);
    [[nodiscard]] AccountId account_of(MDB_dbi database, std::string_view key) const;
    // The value without its seal; nothing when that is broken, which is noted for `reader` too.
    [[nodiscard]] std::optional<std::string_view> unsealed(MDB_dbi database, std::string_view key,
                                                           std::string_view sealed, AccountId reader);
    // What LMDB answered, if that is damage.
    void note(MDB_dbi database, std::string_view key, int code, AccountId reader);
    // What is at this key, or how the way led to it, cannot be.
    void damaged(MDB_dbi database, std::string_view key, int code, AccountId reader);
    // The transaction that writes, whose pages are elsewhere than in the map; null when there is none.
    [[nodiscard]] MDB_txn* writer() const { return writer_.load(std::memory_order_relaxed); }
    void set_writer(MDB_txn* transaction) { writer_.store(transaction, std::memory_order_relaxed); }
    [[nodiscard]] std::size_t page_size() const { return page_size_; }
    // What values may be packed with (store/dictionaries.h); null: none are. Set before anybody else uses it.
    [[nodiscard]] Dictionaries* dictionaries() const { return dictionaries_.get(); }
    void use(std::shared_ptr<Dictionaries> dictionaries) { dictionaries_ = std::move(dictionaries); }

private:
    explicit Environment(MDB_env* env) : env_(env) {}
    int open_databases(MDB_txn* transaction, AccountOf seals);
    [[nodiscard]] std::size_t number_of(MDB_dbi database) const { return database - databases_.front(); }

    MDB_env* env_;
    std::shared_ptr<Dictionaries> dictionaries_;
    std::size_t page_size_ = 0;
    AccountOf seals_ = nullptr;
    std::vector<const char*> names_;
    std::vector<MDB_dbi> databases_;
    std::mutex pool_mutex_;
    std::condition_variable ended_;
    std::vector<MDB_txn*> pool_;
    std::atomic<MDB_txn*> writer_{nullptr};
    std::atomic<std::uint64_t> reads_of_damage_{0};
    mutable std::mutex damage_mutex_;
    std::map<AccountId, std::uint64_t> reads_by_account_;
    std::map<std::pair<MDB_dbi, std::string>, Damage> damages_;
};

inline MDB_val to_val(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())}; // LMDB does not write through it
}
inline std::string_view to_view(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// The seal of an entry, and its octets behind the value.
inline constexpr std::size_t seal_size = 4;
std::uint32_t seal_of(std::size_t database, std::string_view key, std::string_view value);
void append_seal(std::string& value, std::uint32_t seal);
std::uint32_t read_seal(std::string_view octets); // `seal_size` of them

std::optional<std::string_view> get(MDB_txn* transaction, MDB_dbi database, std::string_view key);

// A position in one database. Stays usable as long as its transaction. Where values are sealed, the way is
// held to be what it must be too: a place that is found lies between its neighbours, keys follow each other,
// and a leaf holds together (of a transaction that reads), so that no page that leads elsewhere makes a list
// shorter in silence. On such a leaf it steps from entry to entry by itself, and has LMDB follow when it
// comes to the end.
class Cursor {
public:
    Cursor(MDB_txn* transaction, MDB_dbi database);
    ~Cursor();
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    bool seek(std::string_view key); // to the first entry at or after `key`
    // The value at exactly this key, as `get` gives it. The entry behind the one that was found before is
    // looked at first: who asks for keys that ascend seldom goes down the tree.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view key);
    bool last();
    bool next();
    bool previous();
    [[nodiscard]] std::string_view key() const { return to_view(key_); }
    [[nodiscard]] std::string_view value() const { return to_view(value_); }

private:
    int get(MDB_cursor_op op);
    int get_unnoted(MDB_cursor_op op);
    bool move(MDB_cursor_op op);
    bool step();
    bool is_between_neighbours(bool found, std::string_view wanted);
    [[nodiscard]] std::string_view page() const; // that its key is on
    [[nodiscard]] bool page_is_whole();          // not noted when it is not
    bool is_on_a_whole_page();
    bool damaged(std::string_view key);
    void fetch_ahead() const;
    Environment* environment_ = nullptr;
    MDB_cursor* cursor_ = nullptr;
    AccountId reader_ = 0; // of the key that was looked for
    MDB_val key_{}, value_{};
    bool checks_ = false, reads_map_ = false;
    bool has_found_ = false, finds_in_order_ = false;
    bool is_ahead_ = false;            // of LMDB's own, on the same page
    const char* whole_page_ = nullptr; // the last one that was looked at
    std::optional<std::size_t> index_; // there, of the entry that this is at, when it is known
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
    // The same of a key that is greater than those before it, as a rule: behind the last one LMDB leaves the
    // pages before it full.
    void append(std::size_t database, std::string_view key, std::string_view value);
    void remove(std::size_t database, std::string_view key); // absent is fine
    [[nodiscard]] bool failed() const { return status_ != 0; }
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] MDB_dbi database(std::size_t number) const { return environment_.database(number); }
    [[nodiscard]] std::size_t page_size() const { return environment_.page_size(); }
    // Writes, and syncs unless the environment does not.
    Result<void> commit();

private:
    int put(std::size_t database, std::string_view key, std::string_view value, unsigned flags);
    Environment& environment_;
    MDB_txn* transaction_ = nullptr;
    std::string sealed_; // the value being put
    int status_ = 0;
};

} // namespace facteur::store
