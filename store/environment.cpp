#include "store/environment.h"

#include "store/pages.h"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace facteur::store {
namespace {

// Snapshots are short, but thousands of sessions may hold one at the same moment.
constexpr unsigned readers = 4096;
constexpr std::size_t pooled_readers = 64;
// A snapshot that is not there would look like an empty store: better late than wrong.
constexpr std::chrono::seconds longest_wait_for_reader{10};

// The database whose being there says that values are sealed.
constexpr const char* sealed_mark = "sealed";

// LMDB could not write the page that leads to its newest state, and gives nothing to read any more. What is
// on disk is found out when the store is opened again; an empty store that is shown meanwhile would be taken
// for a true one, by programs that delete what they have of it.
[[noreturn]] void end_program() {
    std::fputs("facteur: the disk failed in the middle of a commit: the program ends; the next start brings "
               "back what was acknowledged\n",
               stderr);
    std::_Exit(EXIT_FAILURE);
}

} // namespace

Error lmdb_error(int code, std::string_view doing) {
    auto kind = Code::io;
    if (code == MDB_MAP_FULL || code == ENOSPC || code == EDQUOT) kind = Code::full;
    if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID ||
        code == MDB_VERSION_MISMATCH)
        kind = Code::corrupt;
    if (code == MDB_READERS_FULL) kind = Code::busy;
    if (code == MDB_BAD_VALSIZE) kind = Code::invalid;
    return {kind, fmt::format("{}: {}", doing, mdb_strerror(code))};
}

Result<std::unique_ptr<Environment>> Environment::open(const std::string& path, std::uint64_t map,
                                                       const std::vector<const char*>& names, unsigned flags,
                                                       AccountOf seals) {
    std::error_code ignored;
    std::filesystem::create_directories(path, ignored);
    MDB_env* env = nullptr;
    if (const int code = mdb_env_create(&env); code != 0)
        return tl::unexpected(lmdb_error(code, "Opening the store"));
    std::unique_ptr<Environment> environment(new Environment(env));
    environment->names_ = names;
    mdb_env_set_userctx(env, environment.get());
    mdb_env_set_mapsize(env, map);
    mdb_env_set_maxdbs(env, static_cast<MDB_dbi>(names.size() + 1));
    mdb_env_set_maxreaders(env, readers);
    const auto doing = fmt::format("Opening {}", path);
    if (const int code = mdb_env_open(env, path.c_str(), MDB_NOTLS | flags, 0640); code != 0)
        return tl::unexpected(lmdb_error(code, doing));
    MDB_stat stat{};
    mdb_env_stat(env, &stat);
    environment->page_size_ = stat.ms_psize;
    int dead = 0;
    mdb_reader_check(env, &dead);

    MDB_txn* transaction = nullptr;
    if (const int code = mdb_txn_begin(env, nullptr, 0, &transaction); code != 0)
        return tl::unexpected(lmdb_error(code, doing));
    if (const int code = environment->open_databases(transaction, seals); code != 0) {
        mdb_txn_abort(transaction);
        return tl::unexpected(lmdb_error(code, doing));
    }
    if (const int code = mdb_txn_commit(transaction); code != 0)
        return tl::unexpected(lmdb_error(code, doing));
    if (auto whole = environment->is_sealed() ? verify_branches(*environment) : Result<void>{}; !whole)
        return fail(whole.error().code, fmt::format("{}: {}", doing, whole.error().message));
    return environment;
}

int Environment::open_databases(MDB_txn* transaction, AccountOf seals) {
    MDB_dbi main = 0, mark = 0;
    MDB_stat found{};
    if (const int code = mdb_dbi_open(transaction, nullptr, 0, &main); code != 0) return code;
    if (const int code = mdb_stat(transaction, main, &found); code != 0) return code;
    const bool is_new = found.ms_entries == 0;
    if (seals != nullptr) {
        const int code = mdb_dbi_open(transaction, sealed_mark, is_new ? MDB_CREATE : 0, &mark);
        if (code == 0) seals_ = seals;
        if (code != 0 && code != MDB_NOTFOUND) return code;
    }
    // One that is not there any more is not made anew: its entries are lost.
    const bool has_all = seals_ != nullptr && !is_new;
    for (const auto* name : names_) {
        MDB_dbi database = 0;
        const int code = mdb_dbi_open(transaction, name, has_all ? 0 : MDB_CREATE, &database);
        if (code != 0) return code == MDB_NOTFOUND ? MDB_CORRUPTED : code;
        databases_.push_back(database);
    }
    return 0;
}

Environment::~Environment() {
    for (auto* transaction : pool_)
        mdb_txn_abort(transaction);
    mdb_env_close(env_);
}

MDB_txn* Environment::begin_read() {
    const auto until = std::chrono::steady_clock::now() + longest_wait_for_reader;
    while (true) {
        MDB_txn* transaction = nullptr;
        {
            const std::lock_guard lock(pool_mutex_);
            if (!pool_.empty()) {
                transaction = pool_.back();
                pool_.pop_back();
            }
        }
        if (transaction != nullptr) {
            if (mdb_txn_renew(transaction) == 0) return transaction;
            mdb_txn_abort(transaction);
            transaction = nullptr;
        }
        const int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &transaction);
        if (code == 0) return transaction;
        if (code == MDB_PANIC) end_program();
        if (code != MDB_READERS_FULL) return nullptr;
        std::unique_lock lock(pool_mutex_);
        // One that ended before this wait is noticed at the next look, soon after.
        if (pool_.empty()) ended_.wait_for(lock, std::chrono::milliseconds(20));
        if (pool_.empty() && std::chrono::steady_clock::now() > until) return nullptr;
    }
}

void Environment::end_read(MDB_txn* transaction) {
    if (transaction == nullptr) return;
    mdb_txn_reset(transaction);
    {
        const std::lock_guard lock(pool_mutex_);
        if (pool_.size() < pooled_readers) {
            pool_.push_back(transaction);
            transaction = nullptr;
        }
    }
    if (transaction != nullptr) mdb_txn_abort(transaction);
    ended_.notify_one();
}

Result<void> Environment::seal(AccountOf seals) {
    WriteTransaction transaction(*this);
    for (std::size_t number = 0; number < databases_.size(); ++number) {
        // Some at a time: they are put where they are read.
        constexpr std::size_t at_once = 1000;
        std::vector<std::pair<std::string, std::string>> entries;
        do {
            const auto from = entries.empty() ? std::string() : entries.back().first + '\0';
            entries.clear();
            scan(transaction.get(), databases_[number], {}, from,
                 [&](std::string_view key, std::string_view value) {
                     append_seal(entries.emplace_back(key, value).second, seal_of(number, key, value));
                     return entries.size() < at_once;
                 });
            for (const auto& [key, value] : entries)
                transaction.put(number, key, value);
        } while (entries.size() == at_once && !transaction.failed());
    }
    MDB_dbi mark = 0;
    if (const int code =
            transaction.failed() ? 0 : mdb_dbi_open(transaction.get(), sealed_mark, MDB_CREATE, &mark);
        code != 0)
        return tl::unexpected(lmdb_error(code, "Sealing the store"));
    if (auto done = transaction.commit(); !done) return done;
    seals_ = seals;
    return {};
}

Environment& Environment::of(MDB_txn* transaction) {
    return *static_cast<Environment*>(mdb_env_get_userctx(mdb_txn_env(transaction)));
}

AccountId Environment::account_of(MDB_dbi database, std::string_view key) const {
    return seals_ != nullptr ? seals_(number_of(database), key) : 0;
}

std::optional<std::string_view> Environment::unsealed(MDB_dbi database, std::string_view key,
                                                      std::string_view sealed, AccountId reader) {
    if (seals_ == nullptr) return sealed;
    if (sealed.size() >= seal_size) {
        const auto value = sealed.substr(0, sealed.size() - seal_size);
        if (read_seal(sealed.substr(value.size())) == seal_of(number_of(database), key, value)) return value;
    }
    damaged(database, key, 0, reader);
    return std::nullopt;
}

void Environment::note(MDB_dbi database, std::string_view key, int code, AccountId reader) {
    if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID || code == MDB_CURSOR_FULL)
        damaged(database, key, code, reader);
}

void Environment::damaged(MDB_dbi database, std::string_view key, int code, AccountId reader) {
    const auto account = account_of(database, key);
    const std::lock_guard lock(damage_mutex_);
    ++reads_by_account_[account];
    if (reader != account) ++reads_by_account_[reader];
    reads_of_damage_.fetch_add(1, std::memory_order_release);
    if (damages_.size() < most_damages)
        damages_.try_emplace({database, std::string(key)},
                             Damage{account, names_[number_of(database)], std::string(key), code});
}

std::uint64_t Environment::damage(AccountId account) const {
    if (damage() == 0) return 0;
    const std::lock_guard lock(damage_mutex_);
    const auto reads = [&](AccountId of) {
        const auto found = reads_by_account_.find(of);
        return found == reads_by_account_.end() ? 0 : found->second;
    };
    return reads(account) + (account == 0 ? 0 : reads(0));
}

std::vector<Damage> Environment::damages() const {
    const std::lock_guard lock(damage_mutex_);
    std::vector<Damage> all;
    for (const auto& [_, damage] : damages_)
        all.push_back(damage);
    return all;
}

// XXH3 because it takes no time: most values are shorter than what a processor hashes in thirty nanoseconds.
std::uint32_t seal_of(std::size_t database, std::string_view key, std::string_view value) {
    const auto seed = XXH3_64bits_withSeed(key.data(), key.size(), database);
    return static_cast<std::uint32_t>(XXH3_64bits_withSeed(value.data(), value.size(), seed));
}
void append_seal(std::string& value, std::uint32_t seal) {
    for (std::size_t i = 0; i < seal_size; ++i)
        value.push_back(static_cast<char>(seal >> (8 * i)));
}
std::uint32_t read_seal(std::string_view octets) {
    std::uint32_t seal = 0;
    for (std::size_t i = 0; i < seal_size; ++i)
        seal |= std::uint32_t{static_cast<std::uint8_t>(octets[i])} << (8 * i);
    return seal;
}

std::optional<std::string_view> get(MDB_txn* transaction, MDB_dbi database, std::string_view key) {
    auto key_value = to_val(key);
    MDB_val value;
    if (key.empty() || transaction == nullptr) return std::nullopt;
    const int code = mdb_get(transaction, database, &key_value, &value);
    auto& environment = Environment::of(transaction);
    if (code == MDB_NOTFOUND) {
        // Whether it is really absent: its place is looked at.
        if (environment.is_sealed()) static_cast<void>(Cursor(transaction, database).seek(key));
        return std::nullopt;
    }
    if (code == 0)
        return environment.unsealed(database, key, to_view(value), environment.account_of(database, key));
    environment.note(database, key, code, environment.account_of(database, key));
    return std::nullopt;
}

Cursor::Cursor(MDB_txn* transaction, MDB_dbi database) {
    if (transaction == nullptr || mdb_cursor_open(transaction, database, &cursor_) != 0) {
        cursor_ = nullptr;
        return;
    }
    environment_ = &Environment::of(transaction);
    checks_ = environment_->is_sealed();
    reads_map_ = checks_ && environment_->writer() != transaction;
}
Cursor::~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

bool Cursor::damaged(std::string_view key) {
    environment_->damaged(mdb_cursor_dbi(cursor_), key, 0, reader_);
    return false;
}

// Has LMDB move, from where this cursor is.
int Cursor::get_unnoted(MDB_cursor_op op) {
    if (is_ahead_ && (op == MDB_NEXT || op == MDB_PREV)) {
        auto here = key_;
        const int code = mdb_cursor_get(cursor_, &here, &value_, MDB_SET);
        if (code != 0) return code == MDB_NOTFOUND ? MDB_CORRUPTED : code;
    }
    is_ahead_ = false;
    index_.reset();
    return mdb_cursor_get(cursor_, &key_, &value_, op);
}

int Cursor::get(MDB_cursor_op op) {
    const int code = get_unnoted(op);
    if (code != 0 && code != MDB_NOTFOUND) environment_->note(mdb_cursor_dbi(cursor_), key(), code, reader_);
    return code;
}

std::string_view Cursor::page() const {
    const auto size = environment_->page_size(); // a power of two
    const auto* at = static_cast<const char*>(key_.mv_data);
    return {at - (reinterpret_cast<std::uintptr_t>(at) & (size - 1)), size};
}

// Whether the leaf that LMDB is on holds together; nothing is noted.
bool Cursor::page_is_whole() {
    if (page().data() == whole_page_) return true;
    if (!is_ordered_leaf(page())) return false;
    whole_page_ = page().data();
    return true;
}

bool Cursor::is_on_a_whole_page() {
    return !reads_map_ || page_is_whole() || damaged(key());
}

// To the next entry of a leaf that was found to hold together, without LMDB; false: it is not here.
bool Cursor::step() {
    if (key_.mv_data == nullptr || page().data() != whole_page_) return false;
    if (!index_) index_ = entry_at(page(), key().data());
    const auto next = index_ ? entry_of_leaf(page(), *index_ + 1) : std::nullopt;
    if (!next) return false;
    ++*index_;
    key_ = to_val(next->key);
    value_ = to_val(next->value);
    return is_ahead_ = true;
}

// In the order of `op`, to the next entry that is good.
bool Cursor::move(MDB_cursor_op op) {
    if (cursor_ == nullptr) return false;
    // The key before stays where it is in the map; a transaction that writes may have moved it.
    bool has_before = reads_map_ && (op == MDB_NEXT || op == MDB_PREV) && key_.mv_data != nullptr;
    while (true) {
        const auto before = key();
        const bool stepped = op == MDB_NEXT && step();
        if (!stepped && get(op) != 0) return false;
        const bool forward = op == MDB_NEXT || op == MDB_FIRST;
        if (checks_ && !stepped &&
            (!is_on_a_whole_page() ||
             (has_before && (forward ? key() <= before : key() >= before) && !damaged(key()))))
            return false;
        if (const auto value =
                environment_->unsealed(mdb_cursor_dbi(cursor_), key(), to_view(value_), reader_)) {
            value_ = to_val(*value);
            return true;
        }
        op = op == MDB_LAST || op == MDB_PREV ? MDB_PREV : MDB_NEXT;
        has_before = reads_map_;
    }
}

bool Cursor::is_between_neighbours(bool found, std::string_view wanted) {
    const auto here = key_, value = value_;
    if (found && key() < wanted) return damaged(key());
    const int code = get(found ? MDB_PREV : MDB_LAST);
    if (code == 0) {
        if (key() >= wanted || !is_on_a_whole_page()) return damaged(key());
        if (found && get(MDB_NEXT) != 0) return damaged(wanted);
    }
    key_ = here;
    value_ = value;
    return true;
}

bool Cursor::seek(std::string_view wanted) {
    if (wanted.empty()) return move(MDB_FIRST);
    if (cursor_ == nullptr) return false;
    if (checks_) reader_ = environment_->account_of(mdb_cursor_dbi(cursor_), wanted);
    key_ = to_val(wanted);
    const int code = get(MDB_SET_RANGE);
    if (code != 0 && code != MDB_NOTFOUND) return false;
    if (checks_ && !is_between_neighbours(code == 0, wanted)) return false;
    if (code != 0) return key_ = {}, false;
    if (checks_ && !is_on_a_whole_page()) return false;
    const auto value = environment_->unsealed(mdb_cursor_dbi(cursor_), key(), to_view(value_), reader_);
    if (!value) return move(MDB_NEXT);
    value_ = to_val(*value);
    return true;
}
std::optional<std::string_view> Cursor::find(std::string_view wanted) {
    if (cursor_ == nullptr || wanted.empty()) return std::nullopt;
    if (checks_) reader_ = environment_->account_of(mdb_cursor_dbi(cursor_), wanted);
    // What is wrong with an entry that is not asked for is not looked at.
    // Who has found two beside each other will ask for more of the leaf: it is worth a look at all of it.
    const auto next = [&] {
        const bool may_step = finds_in_order_ && reads_map_ && page_is_whole();
        return (may_step && step()) || get_unnoted(MDB_NEXT) == 0;
    };
    finds_in_order_ = has_found_ && next() && key() == wanted;
    if (!finds_in_order_) {
        key_ = to_val(wanted);
        const int code = get(MDB_SET_KEY);
        has_found_ = code == 0;
        // Whether it is really absent: its place is looked at.
        if (code == MDB_NOTFOUND && checks_) static_cast<void>(seek(wanted));
        if (code != 0) return std::nullopt;
    }
    fetch_ahead();
    return environment_->unsealed(mdb_cursor_dbi(cursor_), wanted, to_view(value_), reader_);
}

// LMDB fills a page from its end: the next entry, if it was put later, ends where this one begins. It is on
// its way to the processor while what was found is worked on.
void Cursor::fetch_ahead() const {
    constexpr std::uintptr_t ahead = 1024, line = 64;
    const auto at = reinterpret_cast<std::uintptr_t>(key_.mv_data);
    const auto begin = std::max(at - std::min(at, ahead), at - at % environment_->page_size());
    for (auto octet = begin; octet < at; octet += line)
        __builtin_prefetch(reinterpret_cast<const void*>(octet)); // NOLINT: never looked at
}

bool Cursor::last() {
    return move(MDB_LAST);
}
bool Cursor::next() {
    return move(MDB_NEXT);
}
bool Cursor::previous() {
    return move(MDB_PREV);
}

WriteTransaction::WriteTransaction(Environment& environment) : environment_(environment) {
    status_ = mdb_txn_begin(environment.get(), nullptr, 0, &transaction_);
    environment_.set_writer(transaction_);
}
WriteTransaction::~WriteTransaction() {
    if (transaction_ == nullptr) return;
    environment_.set_writer(nullptr);
    mdb_txn_abort(transaction_);
}

std::optional<std::string_view> WriteTransaction::get(std::size_t database, std::string_view key) const {
    if (failed()) return std::nullopt;
    return store::get(transaction_, environment_.database(database), key);
}
void WriteTransaction::put(std::size_t database, std::string_view key, std::string_view value) {
    if (!failed()) status_ = put(database, key, value, 0);
}
void WriteTransaction::append(std::size_t database, std::string_view key, std::string_view value) {
    if (failed()) return;
    const int code = put(database, key, value, MDB_APPEND);
    status_ = code == MDB_KEYEXIST ? put(database, key, value, 0) : code;
}
int WriteTransaction::put(std::size_t database, std::string_view key, std::string_view value,
                          unsigned flags) {
    if (environment_.is_sealed()) {
        const auto seal = seal_of(database, key, value);
        append_seal(sealed_.assign(value), seal);
        value = sealed_;
    }
    auto key_value = to_val(key);
    auto data = to_val(value);
    return mdb_put(transaction_, environment_.database(database), &key_value, &data, flags);
}
void WriteTransaction::remove(std::size_t database, std::string_view key) {
    if (failed()) return;
    auto key_value = to_val(key);
    const int code = mdb_del(transaction_, environment_.database(database), &key_value, nullptr);
    if (code != MDB_NOTFOUND) status_ = code;
}
Result<void> WriteTransaction::commit() {
    if (!failed()) {
        environment_.set_writer(nullptr);
        status_ = mdb_txn_commit(transaction_);
        transaction_ = nullptr;
    }
    if (failed()) return tl::unexpected(lmdb_error(status_, "Writing to the store"));
    return {};
}

} // namespace facteur::store
