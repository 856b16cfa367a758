// What the parts of `Index` share. Internal to search.
#pragma once

#include "store/anchor.h"
#include "store/search/documents.h"
#include "store/search/postings.h"

#include <atomic>
#include <functional>

namespace facteur::store::search {

struct Index::Implementation {
    explicit Implementation(std::unique_ptr<Environment> of)
        : environment(std::move(of)), anchor(*environment) {}
    std::unique_ptr<Environment> environment;
    Anchor anchor;
    std::atomic<Sequence> settled_mark{0}; // of the state that the index falls back to
    [[nodiscard]] MDB_dbi database(Database number) const { return environment->database(number); }
};

AccountId account_of_entry(std::size_t database, std::string_view key);

// Before a write: see Anchor.
Result<void> hold(Index::Implementation& index);

// Unless something that was read since the index was opened is damaged: it is to be made anew then.
Result<void> commit(WriteTransaction& transaction);

// A read transaction for the length of a block.
class Reading {
public:
    explicit Reading(Environment& environment)
        : environment_(environment), transaction_(environment.begin_read()) {}
    ~Reading() { environment_.end_read(transaction_); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    [[nodiscard]] MDB_txn* get() const { return transaction_; }

private:
    Environment& environment_;
    MDB_txn* transaction_;
};

struct Counts {
    std::uint64_t documents = 0, terms = 0;
};
inline constexpr std::string_view meta_form = "form", meta_mark = "mark", meta_counts = "counts";
inline constexpr std::string_view meta_tidy = "tidy "; // and the account: it has postings to take away
Counts read_counts(MDB_txn* transaction, MDB_dbi meta);
void put_counts(WriteTransaction& transaction, const Counts& counts);
std::string tidy_key(AccountId account);

inline tl::unexpected<Error> damaged_index() {
    return fail(Code::corrupt, "The search index is damaged.");
}

// Takes postings of an account away.
struct Dropped {
    std::string next;        // where to go on; empty: the account's postings were all seen
    std::uint64_t words = 0; // that have no posting left
};
// Looks at `blocks` blocks at most, from `from` on, which is a key of the account or its prefix.
Result<Dropped> drop_postings(WriteTransaction& transaction, AccountId account, std::string_view from,
                              std::size_t blocks, const std::function<bool(EmailId)>& drops);

} // namespace facteur::store::search
