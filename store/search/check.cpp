// Verifies an index by itself, and against documents.
#include "store/codec.h"
#include "store/search/implementation.h"
#include "store/search/terms.h"
#include "store/search/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace facteur::store::search {
namespace {

constexpr std::size_t most_findings = 100;

class Checker {
public:
    Checker(const Index::Implementation& index, MDB_txn* transaction)
        : index_(index), transaction_(transaction) {}

    std::vector<std::string> run() {
        each(db_accounts, [&](std::string_view key, std::string_view value) { check_account(key, value); });
        each(db_documents, [&](std::string_view key, auto) {
            if (key.size() != 13 ||
                !read_account(transaction_, index_.database(db_accounts), read_big<AccountId>(key)))
                find("The search index has documents of an account that it does not know.");
        });
        each(db_postings, [&](std::string_view key, std::string_view value) { check_block(key, value); });
        for (const auto& damage : index_.environment->damages())
            find(fmt::format("An entry of the search index is damaged ({}).", damage.database));
        const auto counts = read_counts(transaction_, index_.database(db_meta));
        if (counts.documents != counts_.documents || counts.terms != counts_.terms)
            find(fmt::format("The search index counts {} documents and {} words; it has {} and {}.",
                             counts.documents, counts.terms, counts_.documents, counts_.terms));
        return std::move(findings_);
    }

private:
    template <typename Each>
    void each(Database database, Each&& visit) {
        scan(transaction_, index_.database(database), {}, [&](std::string_view key, std::string_view value) {
            visit(key, value);
            return findings_.size() < most_findings;
        });
    }
    void find(std::string what) {
        if (findings_.size() < most_findings) findings_.push_back(std::move(what));
    }
    IdSet set(AccountId account, Set which) const {
        return IdSet::read(transaction_, index_.database(db_documents), account, which);
    }

    void check_account(std::string_view key, std::string_view value) {
        const auto record = decode_account_record(value);
        if (key.size() != sizeof(AccountId) || !record)
            return find("The search index has a damaged account record.");
        const auto account = read_big<AccountId>(key);
        counts_.documents += record->live;
        if (record->live != set(account, Set::live).size() ||
            record->dead != set(account, Set::dead).size() ||
            record->leaving != set(account, Set::leaving).size())
            find(fmt::format("The search index of account {} miscounts its documents.", account));
        const auto ids = set(account, Set::live).ids();
        if (!ids.empty() && ids.back() >= record->below && !record->clearing && record->modseq > 0)
            find(fmt::format("The search index of account {} has email {} and should end before {}.", account,
                             ids.back(), record->below));
    }

    void check_block(std::string_view key, std::string_view value) {
        const auto parsed = parse_block_key(key);
        std::vector<Posting> postings;
        if (!parsed || !decode_block(parsed->first, value, postings))
            return find("The search index has a damaged posting block.");
        const auto account = read_big<AccountId>(key);
        if (account != account_ || word_.empty()) {
            account_ = account;
            known_ = {set(account, Set::live), set(account, Set::dead), set(account, Set::leaving)};
            vocabulary_.clear();
            words_with(transaction_, index_.database(db_words), account, {}, false,
                       [&](std::string_view word) { return vocabulary_.emplace(word), true; });
        }
        if (word_ != parsed->prefix) {
            word_ = parsed->prefix;
            ++counts_.terms;
            if (!vocabulary_.contains(std::string(parsed->word)))
                find(fmt::format("The word \"{}\" is not in the vocabulary of account {}.", parsed->word,
                                 account));
        } else if (parsed->first <= last_) {
            find(fmt::format("Two posting blocks of a word overlap in the search index of account {}.",
                             account));
        }
        last_ = postings.back().email;
        for (const auto& posting : postings)
            if (std::none_of(known_.begin(), known_.end(),
                             [&](const IdSet& ids) { return ids.contains(posting.email); }))
                return find(fmt::format("The word \"{}\" leads to email {} of account {}, which the search "
                                        "index does not have.",
                                        parsed->word, posting.email, account));
    }

    const Index::Implementation& index_;
    MDB_txn* transaction_;
    std::vector<std::string> findings_;
    Counts counts_;
    AccountId account_ = 0;
    std::vector<IdSet> known_;
    std::unordered_set<std::string> vocabulary_;
    std::string word_; // prefix of the block before
    EmailId last_ = 0; // of the block before
};

} // namespace

std::vector<std::string> Index::check() const {
    const Reading now(*implementation_->environment);
    return Checker(*implementation_, now.get()).run();
}

std::vector<AccountId> Index::accounts() const {
    const Reading now(*implementation_->environment);
    std::vector<AccountId> accounts;
    scan(now.get(), implementation_->database(db_accounts), {}, [&](std::string_view key, auto) {
        if (key.size() == sizeof(AccountId)) accounts.push_back(read_big<AccountId>(key));
        return true;
    });
    return accounts;
}

std::vector<EmailId> Index::documents(AccountId account) const {
    const Reading now(*implementation_->environment);
    return IdSet::read(now.get(), implementation_->database(db_documents), account, Set::live).ids();
}

std::optional<std::string> Index::missing_word(const Document& document) const {
    const Reading now(*implementation_->environment);
    Cursor cursor(now.get(), implementation_->database(db_postings));
    std::optional<std::string> missing;
    cut(document)->scan([&](std::string_view word, std::uint32_t, Mask mask) {
        const auto prefix = word_prefix(document.account, word);
        const auto key = block_key(prefix, document.email);
        bool there = cursor.seek(key);
        if (!there)
            there = cursor.last();
        else if (cursor.key() != key)
            there = cursor.previous();
        const auto parsed =
            there && cursor.key().starts_with(prefix) ? parse_block_key(cursor.key()) : std::nullopt;
        std::vector<Posting> postings;
        if (!parsed || !decode_block(parsed->first, cursor.value(), postings) ||
            std::find(postings.begin(), postings.end(), Posting{document.email, mask}) == postings.end())
            missing = word;
        return !missing;
    });
    return missing;
}

} // namespace facteur::store::search
