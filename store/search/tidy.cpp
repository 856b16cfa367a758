// Takes away what removed emails and accounts left in the postings.
#include "store/codec.h"
#include "store/search/implementation.h"
#include "store/search/vocabulary.h"

#include <algorithm>
#include <limits>
#include <set>

namespace facteur::store::search {
namespace {

// Blocks that one transaction looks at: some milliseconds, so that neither the writer is held up nor the
// transaction grows.
constexpr std::size_t blocks_per_step = 4096;

struct Rewrite {
    std::string key;
    std::string prefix;
    std::vector<Posting> left;
};

// Reads a step; the rewrites are done after it, because writing moves what a cursor sees.
Result<std::vector<Rewrite>> find_rewrites(WriteTransaction& transaction, AccountId account,
                                           std::string_view from, std::size_t blocks,
                                           const std::function<bool(EmailId)>& drops, std::string& next) {
    std::vector<Rewrite> rewrites;
    bool good = true;
    std::vector<Posting> postings;
    scan(transaction.get(), transaction.database(db_postings), account_prefix(account), from,
         [&](std::string_view key, std::string_view value) {
             if (blocks-- == 0) {
                 next = key;
                 return false;
             }
             const auto parsed = parse_block_key(key);
             postings.clear();
             good = parsed && decode_block(parsed->first, value, postings);
             if (!good) return false;
             const auto before = postings.size();
             std::erase_if(postings, [&](const Posting& posting) { return drops(posting.email); });
             if (postings.size() != before)
                 rewrites.push_back({std::string(key), std::string(parsed->prefix), postings});
             return true;
         });
    if (!good) return damaged_index();
    return rewrites;
}

void remove_set(WriteTransaction& transaction, AccountId account, Set set) {
    std::vector<std::string> keys;
    scan(transaction.get(), transaction.database(db_documents), set_prefix(account, set),
         [&](std::string_view key, auto) { return keys.emplace_back(key), true; });
    for (const auto& key : keys)
        transaction.remove(db_documents, key);
}

void start_pass(WriteTransaction& transaction, AccountId account, AccountRecord& record) {
    std::vector<std::pair<std::string, std::string>> parts;
    const auto dead = set_prefix(account, Set::dead);
    scan(transaction.get(), transaction.database(db_documents), dead,
         [&](std::string_view key, std::string_view value) {
             return parts.emplace_back(key.substr(dead.size()), value), true;
         });
    remove_set(transaction, account, Set::dead);
    for (const auto& [number, octets] : parts)
        transaction.put(db_documents, set_prefix(account, Set::leaving) + number, octets);
    record.leaving = record.dead;
    record.dead = 0;
    record.pass = account_prefix(account);
}

// One step for one account; says whether it is done.
Result<bool> tidy_account(WriteTransaction& transaction, AccountId account) {
    auto record = read_account(transaction.get(), transaction.database(db_accounts), account);
    if (!record) return true;
    if (record->pass.empty()) start_pass(transaction, account, *record);
    const auto leaving =
        IdSet::read(transaction.get(), transaction.database(db_documents), account, Set::leaving);
    auto dropped = drop_postings(transaction, account, record->pass, blocks_per_step,
                                 [&](EmailId email) { return leaving.contains(email); });
    if (!dropped) return tl::unexpected(dropped.error());
    record->pass = std::move(dropped->next);
    const bool done = record->pass.empty();
    if (done) {
        remove_set(transaction, account, Set::leaving);
        tidy_vocabulary(transaction, account);
        record->leaving = 0;
    }
    auto counts = read_counts(transaction.get(), transaction.database(db_meta));
    counts.terms -= dropped->words;
    put_counts(transaction, counts);
    transaction.put(db_accounts, account_prefix(account), encode_account(*record));
    return done;
}

} // namespace

Result<Dropped> drop_postings(WriteTransaction& transaction, AccountId account, std::string_view from,
                              std::size_t blocks, const std::function<bool(EmailId)>& drops) {
    Dropped dropped{std::string(from), 0};
    while (blocks > 0 && !transaction.failed()) {
        const auto step = std::min(blocks, blocks_per_step);
        std::string next;
        auto rewrites = find_rewrites(transaction, account, dropped.next, step, drops, next);
        if (!rewrites) return tl::unexpected(rewrites.error());
        std::set<std::string> emptied;
        for (const auto& rewrite : *rewrites) {
            transaction.remove(db_postings, rewrite.key);
            if (rewrite.left.empty())
                emptied.insert(rewrite.prefix);
            else
                transaction.put(db_postings, block_key(rewrite.prefix, rewrite.left.front().email),
                                encode_block(rewrite.left));
        }
        for (const auto& prefix : emptied) {
            Cursor cursor(transaction.get(), transaction.database(db_postings));
            if (!cursor.seek(prefix) || !cursor.key().starts_with(prefix)) ++dropped.words;
        }
        dropped.next = std::move(next);
        if (dropped.next.empty()) break;
        blocks -= step;
    }
    return dropped;
}

Result<bool> Index::tidy() {
    std::optional<AccountId> account;
    {
        const Reading now(*implementation_->environment);
        scan(now.get(), implementation_->database(db_meta), meta_tidy, [&](std::string_view key, auto) {
            if (key.size() == meta_tidy.size() + sizeof(AccountId))
                account = read_big<AccountId>(key.substr(meta_tidy.size()));
            return false;
        });
    }
    if (!account) return false;
    if (auto held = hold(*implementation_); !held) return tl::unexpected(held.error());
    WriteTransaction transaction(*implementation_->environment);
    if (transaction.failed()) return tl::unexpected(transaction.commit().error());
    const auto done = tidy_account(transaction, *account);
    if (!done) return done;
    if (*done) transaction.remove(db_meta, tidy_key(*account));
    if (auto committed = commit(transaction); !committed) return tl::unexpected(committed.error());
    return true;
}

Result<void> Index::remove_account(AccountId account) {
    if (auto held = hold(*implementation_); !held) return held;
    // First it is marked, so that no query believes what is left of it when this is interrupted.
    for (bool done = false, marked = false; !done; marked = true) {
        WriteTransaction transaction(*implementation_->environment);
        if (transaction.failed()) return transaction.commit();
        auto record = read_account(transaction.get(), transaction.database(db_accounts), account);
        if (!record && !marked) return {};
        if (!record) return damaged_index();
        record->modseq = 0;
        record->below = 1;
        record->clearing = true;
        record->pass.clear();
        auto counts = read_counts(transaction.get(), transaction.database(db_meta));
        if (marked) {
            const auto dropped = drop_postings(transaction, account, account_prefix(account), blocks_per_step,
                                               [](EmailId) { return true; });
            if (!dropped) return tl::unexpected(dropped.error());
            done = dropped->next.empty();
            counts.terms -= dropped->words;
        }
        transaction.put(db_accounts, account_prefix(account), encode_account(*record));
        if (done) {
            for (const auto set : {Set::live, Set::dead, Set::leaving})
                remove_set(transaction, account, set);
            remove_vocabulary(transaction, account);
            transaction.remove(db_accounts, account_prefix(account));
            transaction.remove(db_meta, tidy_key(account));
            counts.documents -= record->live;
        }
        put_counts(transaction, counts);
        if (auto committed = commit(transaction); !committed) return committed;
    }
    return {};
}

} // namespace facteur::store::search
