#include "store/environment.h"

#include <fmt/format.h>

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
                                                       const std::vector<const char*>& names,
                                                       unsigned flags) {
    std::error_code ignored;
    std::filesystem::create_directories(path, ignored);
    MDB_env* env = nullptr;
    if (const int code = mdb_env_create(&env); code != 0)
        return tl::unexpected(lmdb_error(code, "Opening the store"));
    std::unique_ptr<Environment> environment(new Environment(env));
    mdb_env_set_userctx(env, environment.get());
    mdb_env_set_mapsize(env, map);
    mdb_env_set_maxdbs(env, static_cast<MDB_dbi>(names.size()));
    mdb_env_set_maxreaders(env, readers);
    const auto doing = fmt::format("Opening {}", path);
    if (const int code = mdb_env_open(env, path.c_str(), MDB_NOTLS | flags, 0640); code != 0)
        return tl::unexpected(lmdb_error(code, doing));
    int dead = 0;
    mdb_reader_check(env, &dead);

    MDB_txn* transaction = nullptr;
    if (const int code = mdb_txn_begin(env, nullptr, 0, &transaction); code != 0)
        return tl::unexpected(lmdb_error(code, doing));
    for (const auto* name : names) {
        MDB_dbi database = 0;
        if (const int code = mdb_dbi_open(transaction, name, MDB_CREATE, &database); code != 0) {
            mdb_txn_abort(transaction);
            return tl::unexpected(lmdb_error(code, doing));
        }
        environment->databases_.push_back(database);
    }
    if (const int code = mdb_txn_commit(transaction); code != 0)
        return tl::unexpected(lmdb_error(code, doing));
    return environment;
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

void Environment::note(MDB_txn* transaction, int code) {
    if (code != MDB_CORRUPTED && code != MDB_PAGE_NOTFOUND && code != MDB_INVALID && code != MDB_CURSOR_FULL)
        return;
    static_cast<Environment*>(mdb_env_get_userctx(mdb_txn_env(transaction)))->damage_ = code;
}

std::optional<std::string_view> get(MDB_txn* transaction, MDB_dbi database, std::string_view key) {
    auto key_value = to_val(key);
    MDB_val value;
    if (key.empty() || transaction == nullptr) return std::nullopt;
    const int code = mdb_get(transaction, database, &key_value, &value);
    if (code == 0) return to_view(value);
    Environment::note(transaction, code);
    return std::nullopt;
}

Cursor::Cursor(MDB_txn* transaction, MDB_dbi database) {
    if (transaction == nullptr || mdb_cursor_open(transaction, database, &cursor_) != 0) cursor_ = nullptr;
}
Cursor::~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}
bool Cursor::move(MDB_cursor_op op) {
    if (cursor_ == nullptr) return false;
    const int code = mdb_cursor_get(cursor_, &key_, &value_, op);
    if (code != 0) Environment::note(mdb_cursor_txn(cursor_), code);
    return code == 0;
}
bool Cursor::seek(std::string_view key) {
    if (key.empty()) return move(MDB_FIRST);
    key_ = to_val(key);
    return move(MDB_SET_RANGE);
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
}
WriteTransaction::~WriteTransaction() {
    if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

std::optional<std::string_view> WriteTransaction::get(std::size_t database, std::string_view key) const {
    if (failed()) return std::nullopt;
    return store::get(transaction_, environment_.database(database), key);
}
void WriteTransaction::put(std::size_t database, std::string_view key, std::string_view value) {
    if (failed()) return;
    auto key_value = to_val(key);
    auto data = to_val(value);
    status_ = mdb_put(transaction_, environment_.database(database), &key_value, &data, 0);
}
char* WriteTransaction::reserve(std::size_t database, std::string_view key, std::size_t size) {
    if (failed()) return nullptr;
    auto key_value = to_val(key);
    MDB_val data{size, nullptr};
    status_ = mdb_put(transaction_, environment_.database(database), &key_value, &data, MDB_RESERVE);
    return failed() ? nullptr : static_cast<char*>(data.mv_data);
}
void WriteTransaction::remove(std::size_t database, std::string_view key) {
    if (failed()) return;
    auto key_value = to_val(key);
    const int code = mdb_del(transaction_, environment_.database(database), &key_value, nullptr);
    if (code != MDB_NOTFOUND) status_ = code;
}
Result<void> WriteTransaction::commit() {
    if (!failed()) {
        status_ = mdb_txn_commit(transaction_);
        transaction_ = nullptr;
    }
    if (failed()) return tl::unexpected(lmdb_error(status_, "Writing to the store"));
    return {};
}

} // namespace facteur::store
