#include "store/codec.h"
#include "store/free_pages.h"
#include "store/search/implementation.h"
#include "store/search/terms.h"
#include "store/search/vocabulary.h"

#include <fmt/format.h>
#include <unicode/uversion.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace facteur::store::search {
namespace {

// Raised when words are cut, folded, stemmed or stored otherwise.
constexpr int form = 4;

std::string wanted_form() {
    return fmt::format("{} icu {}", form, U_ICU_VERSION_MAJOR_NUM);
}

// When so many documents are removed, their postings are worth a pass: it costs less than they do.
bool wants_pass(const AccountRecord& record) {
    return record.dead >= 64 + record.live / 4 || (record.live == 0 && record.dead > 0);
}

struct AddedDocument {
    AccountId account;
    EmailId email;
    std::shared_ptr<const Terms> terms;
};
// That a word stands in a document.
struct Entry {
    std::uint32_t document, word; // by their places among those of the update
    Mask mask;
};

// By a number below `numbers` that each has; those of one number stay in their order.
template <typename NumberOf>
std::vector<Entry> sorted(std::vector<Entry> entries, std::size_t numbers, NumberOf&& number_of) {
    std::vector<std::size_t> next(numbers + 1);
    for (const auto& entry : entries)
        ++next[number_of(entry) + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    std::vector<Entry> in_order(entries.size());
    for (const auto& entry : entries)
        in_order[next[number_of(entry)]++] = entry;
    return in_order;
}

// One update, within its transaction.
class Updater {
public:
    explicit Updater(WriteTransaction& transaction)
        : transaction_(transaction), sets_(transaction), vocabulary_(transaction),
          counts_(read_counts(transaction.get(), transaction.database(db_meta))) {}

    Result<void> run(const std::vector<Document>& added, const std::vector<Removal>& removed) {
        for (const auto& removal : removed)
            remove(removal);
        if (auto replaced = make_way(added); !replaced) return replaced;
        for (const auto& document : added)
            add(document);
        return put_postings();
    }
    void move(const Position& position) {
        auto& record = account(position.account);
        record.modseq = position.modseq;
        record.below = position.below;
    }
    void finish(Sequence mark) {
        sets_.write();
        vocabulary_.write();
        for (const auto& [id, record] : accounts_) {
            transaction_.put(db_accounts, account_prefix(id), encode_account(record));
            if (wants_pass(record)) transaction_.put(db_meta, tidy_key(id), {});
        }
        put_counts(transaction_, counts_);
        std::string number;
        append_big(number, mark);
        transaction_.put(db_meta, meta_mark, number);
    }

private:
    AccountRecord& account(AccountId id) {
        const auto [entry, is_new] = accounts_.try_emplace(id);
        if (is_new)
            if (auto record = read_account(transaction_.get(), transaction_.database(db_accounts), id))
                entry->second = std::move(*record);
        return entry->second;
    }

    void remove(const Removal& removal) {
        if (!sets_.remove(removal.account, Set::live, removal.email)) return;
        sets_.add(removal.account, Set::dead, removal.email);
        auto& record = account(removal.account);
        --record.live;
        ++record.dead;
        --counts_.documents;
    }

    // Takes away every posting of documents that are there, or were, under the ids of the new ones.
    Result<void> make_way(const std::vector<Document>& added) {
        std::map<AccountId, std::set<EmailId>> in_the_way;
        for (const auto& document : added) {
            const auto id = document.account;
            auto& record = account(id);
            bool known = false;
            if (sets_.remove(id, Set::live, document.email)) known = true, --record.live, --counts_.documents;
            if (sets_.remove(id, Set::dead, document.email)) known = true, --record.dead;
            if (sets_.remove(id, Set::leaving, document.email)) known = true, --record.leaving;
            if (known || record.clearing) in_the_way[id].insert(document.email);
        }
        for (const auto& [id, emails] : in_the_way) {
            const bool all = account(id).clearing;
            const auto dropped =
                drop_postings(transaction_, id, account_prefix(id), std::numeric_limits<std::size_t>::max(),
                              [&, &old = emails](EmailId email) { return all || old.contains(email); });
            if (!dropped) return tl::unexpected(dropped.error());
            counts_.terms -= dropped->words;
            if (all) forget(id);
        }
        return {};
    }
    // What is left of an account whose removal was interrupted.
    void forget(AccountId id) {
        auto& record = account(id);
        for (const auto set : {Set::live, Set::dead, Set::leaving})
            for (const auto email :
                 IdSet::read(transaction_.get(), transaction_.database(db_documents), id, set).ids())
                sets_.remove(id, set, email);
        remove_vocabulary(transaction_, id);
        counts_.documents -= record.live;
        record = {};
    }

    void add(const Document& document) {
        if (!sets_.add(document.account, Set::live, document.email)) return; // twice in one update
        ++account(document.account).live;
        ++counts_.documents;
        added_.push_back({document.account, document.email, document.terms ? document.terms : cut(document)});
    }

    // Every term of every document, in the order of keys, so that neighbours are written while their page is
    // at hand; those of a word by email.
    std::vector<Entry> entries_in_order() {
        std::sort(added_.begin(), added_.end(), [](const AddedDocument& a, const AddedDocument& b) {
            return std::tie(a.account, a.email) < std::tie(b.account, b.email);
        });
        std::size_t count = 0;
        for (const auto& document : added_)
            count += document.terms->size();
        std::vector<Entry> entries;
        entries.reserve(count);
        for (std::uint32_t place = 0; place < added_.size(); ++place)
            added_[place].terms->scan([&](std::string_view word, std::uint32_t hash, Mask mask) {
                entries.push_back({place, lexicon_.number_of(word, hash), mask});
                return true;
            });
        const auto ranks = ranks_of_words();
        std::vector<std::size_t> accounts(added_.size());
        for (std::size_t place = 1; place < added_.size(); ++place)
            accounts[place] = accounts[place - 1] + (added_[place].account != added_[place - 1].account);
        entries = sorted(std::move(entries), ranks.size(), [&](const Entry& of) { return ranks[of.word]; });
        return sorted(std::move(entries), added_.size(),
                      [&](const Entry& of) { return accounts[of.document]; });
    }
    [[nodiscard]] std::vector<std::uint32_t> ranks_of_words() const {
        std::vector<std::uint32_t> words(lexicon_.size()), ranks(lexicon_.size());
        std::iota(words.begin(), words.end(), 0u);
        std::sort(words.begin(), words.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return lexicon_.word(a) < lexicon_.word(b); });
        for (std::uint32_t rank = 0; rank < words.size(); ++rank)
            ranks[words[rank]] = rank;
        return ranks;
    }

    Result<void> put_postings() {
        const auto entries = entries_in_order();
        Cursor cursor(transaction_.get(), transaction_.database(db_postings));
        std::vector<Posting> postings;
        for (std::size_t i = 0; i < entries.size();) {
            const auto word = entries[i].word;
            const auto of = added_[entries[i].document].account;
            postings.clear();
            for (; i < entries.size() && entries[i].word == word; ++i) {
                const auto& document = added_[entries[i].document];
                if (document.account != of) break;
                postings.push_back({document.email, entries[i].mask});
            }
            const auto result =
                add_postings(transaction_, cursor, word_prefix(of, lexicon_.word(word)), postings);
            if (result == Added::damaged) return damaged_index();
            if (result == Added::to_new_word) {
                ++counts_.terms;
                vocabulary_.add(of, lexicon_.word(word));
            }
        }
        return {};
    }

    WriteTransaction& transaction_;
    SetWriter sets_;
    VocabularyWriter vocabulary_;
    Counts counts_;
    std::map<AccountId, AccountRecord> accounts_;
    std::vector<AddedDocument> added_;
    Lexicon lexicon_; // of their terms
};

tl::unexpected<Error> not_on_disk(const Error& why) {
    return fail(Code::corrupt, "The search index may not be on disk: " + why.message);
}

Result<void> check_form(Environment& environment) {
    WriteTransaction transaction(environment);
    const auto found = transaction.get(db_meta, meta_form);
    if (found && *found == wanted_form()) return {};
    if (found)
        return fail(Code::corrupt, fmt::format("The search index has the form {} and should have {}.", *found,
                                               wanted_form()));
    transaction.put(db_meta, meta_form, wanted_form());
    return transaction.commit();
}

} // namespace

AccountId account_of_entry(std::size_t database, std::string_view key) {
    return database == db_meta || key.size() < sizeof(AccountId) ? 0 : read_big<AccountId>(key);
}

Result<void> hold(Index::Implementation& index) {
    auto held = index.anchor.hold();
    if (!held && held.error().code != Code::full) return not_on_disk(held.error());
    return held;
}
Result<void> commit(WriteTransaction& transaction) {
    if (Environment::of(transaction.get()).damage() != 0) return damaged_index();
    return transaction.commit();
}

Counts read_counts(MDB_txn* transaction, MDB_dbi meta) {
    Counts counts;
    if (const auto bytes = get(transaction, meta, meta_counts); bytes && bytes->size() == 16)
        counts = {read_big<std::uint64_t>(*bytes), read_big<std::uint64_t>(bytes->substr(8))};
    return counts;
}
void put_counts(WriteTransaction& transaction, const Counts& counts) {
    std::string bytes;
    append_big(bytes, counts.documents);
    append_big(bytes, counts.terms);
    transaction.put(db_meta, meta_counts, bytes);
}
std::string tidy_key(AccountId account) {
    return std::string(meta_tidy) + account_prefix(account);
}

Result<std::unique_ptr<Index>> Index::open(const Options& options) {
    if (auto back = Anchor::go_back(options.path); !back) return tl::unexpected(back.error());
    auto environment =
        Environment::open(options.path, options.map, search_databases, MDB_NOMETASYNC, account_of_entry);
    if (!environment) return tl::unexpected(environment.error());
    if (auto good = check_form(**environment); !good) return tl::unexpected(good.error());
    auto implementation = std::make_unique<Implementation>(std::move(*environment));
    std::unique_ptr<Index> index(new Index(std::move(implementation)));
    index->implementation_->settled_mark = index->mark();
    return index;
}
Index::Index(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Index::~Index() = default;

Sequence Index::mark() const {
    const Reading now(*implementation_->environment);
    const auto bytes = get(now.get(), implementation_->database(db_meta), meta_mark);
    return bytes && bytes->size() == 8 ? read_big<Sequence>(*bytes) : 0;
}

Position Index::position(AccountId account) const {
    const Reading now(*implementation_->environment);
    const auto record = read_account(now.get(), implementation_->database(db_accounts), account);
    return record ? Position{account, record->modseq, record->below} : Position{account};
}

Result<void> Index::update(const std::vector<Document>& added, const std::vector<Removal>& removed,
                           Sequence mark, const std::vector<Position>& positions) {
    if (auto held = hold(*implementation_); !held) return held;
    WriteTransaction transaction(*implementation_->environment);
    if (transaction.failed()) return transaction.commit();
    Updater updater(transaction);
    if (auto done = updater.run(added, removed); !done) return done;
    for (const auto& position : positions)
        updater.move(position);
    updater.finish(mark);
    return commit(transaction);
}

Result<void> Index::settle() {
    if (is_settled()) return {};
    const auto marked = mark();
    auto settled = implementation_->anchor.settle();
    if (settled) implementation_->settled_mark = marked;
    if (!settled && settled.error().code != Code::full) return not_on_disk(settled.error());
    return settled;
}
bool Index::is_settled() const {
    return implementation_->anchor.is_settled();
}
std::uint64_t Index::unsettled_octets() const {
    return implementation_->anchor.growth();
}
Sequence Index::settled_mark() const {
    return implementation_->settled_mark;
}

// What the last transaction freed may be used again after one more, and an update of many documents frees
// most of the index. What the index falls back to comes after both: its pages stay.
Result<void> Index::give_back_room(const std::function<bool()>& go_on) {
    if (auto held = hold(*implementation_); !held) return held;
    {
        WriteTransaction transaction(*implementation_->environment);
        if (const auto bytes = transaction.get(db_meta, meta_mark))
            transaction.put(db_meta, meta_mark, std::string(*bytes));
        if (auto done = commit(transaction); !done) return done;
    }
    if (auto settled = settle(); !settled) return settled;
    give_back_free_pages(*implementation_->environment, go_on);
    return {};
}

Index::Statistics Index::statistics() const {
    const Reading now(*implementation_->environment);
    const auto counts = read_counts(now.get(), implementation_->database(db_meta));
    Statistics statistics{counts.documents, counts.terms, 0};
    for (std::size_t number = 0; now.get() != nullptr && number < search_databases.size(); ++number) {
        MDB_stat of{};
        if (mdb_stat(now.get(), implementation_->environment->database(number), &of) == 0)
            statistics.octets += of.ms_psize * (of.ms_branch_pages + of.ms_leaf_pages + of.ms_overflow_pages);
    }
    return statistics;
}

} // namespace facteur::store::search
