// Evaluates an expression over the postings of one account.
#include "store/search/gathering.h"
#include "store/search/implementation.h"
#include "store/search/leaf.h"
#include "store/search/substring.h"
#include "store/search/vocabulary.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace facteur::store::search {
namespace {

using Ids = std::vector<EmailId>; // ascending, unique

// Words with a piece of one: to look up more of them takes longer than to walk past all.
constexpr std::size_t most_looked_up = 1000;
constexpr unsigned between_questions = 4096; // postings: some ten microseconds

Ids intersection(const Ids& a, const Ids& b) {
    Ids both;
    both.reserve(std::min(a.size(), b.size()));
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
}
Ids united(const Ids& a, const Ids& b) {
    Ids either;
    either.reserve(a.size() + b.size());
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(either));
    return either;
}
Ids difference(const Ids& a, const Ids& b) {
    Ids rest;
    rest.reserve(a.size());
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
    return rest;
}

Ids ids_of(const std::vector<Posting>& postings) {
    Ids ids;
    ids.reserve(postings.size());
    for (const auto& posting : postings)
        ids.push_back(posting.email);
    return ids;
}

// Those that both have, in a field that both have; by email.
std::vector<Posting> in_same_field(const std::vector<Posting>& left, const std::vector<Posting>& right) {
    std::vector<Posting> both;
    for (auto a = left.begin(), b = right.begin(); a != left.end() && b != right.end();)
        if (a->email < b->email)
            ++a;
        else if (b->email < a->email)
            ++b;
        else if (const auto mask = static_cast<Mask>(a++->mask & b++->mask); mask != 0)
            both.push_back({(a - 1)->email, mask});
    return both;
}

class Evaluation {
public:
    Evaluation(const Index::Implementation& index, MDB_txn* transaction, AccountId account,
               const AccountRecord& record, const Index::TextOf& text_of, const Index::GoOn& go_on)
        : index_(index), transaction_(transaction), account_(account), record_(record), text_of_(text_of),
          go_on_(go_on), live_(IdSet::read(transaction, index.database(db_documents), account, Set::live)) {}

    // The live emails that match, of those in `within` when it is given.
    Ids evaluate(const Expression& expression, const Ids* within) {
        using enum Expression::Kind;
        switch (expression.kind) {
        case all: return within != nullptr ? *within : live_.ids();
        case and_: return all_of(expression, within);
        case or_: return any_of(expression, within);
        case not_: return difference(within != nullptr ? *within : live_.ids(), any_of(expression, within));
        case word:
        case prefix:
        case phrase: return leaf(make_leaf(expression), within);
        case contains: return substring(expression, within);
        }
        return {};
    }
    [[nodiscard]] bool damaged() const { return damaged_; }
    [[nodiscard]] bool stopped() const { return stopped_; }

private:
    // What may read documents comes last, when few are left.
    static int cost(const Expression& expression) {
        using enum Expression::Kind;
        if (is_leaf(expression)) return make_leaf(expression).words.size() > 1 ? 2 : 0;
        if (expression.kind == all) return 1;
        if (expression.kind == contains) return make_substring(expression.text).is_within_word() ? 0 : 2;
        int most = 1;
        for (const auto& child : expression.children)
            most = std::max(most, cost(child));
        return most;
    }

    Ids all_of(const Expression& expression, const Ids* within) {
        std::vector<std::pair<int, const Expression*>> children;
        for (const auto& child : expression.children)
            children.emplace_back(cost(child), &child);
        std::stable_sort(children.begin(), children.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        Ids left = within != nullptr ? *within : children.empty() ? live_.ids() : Ids{};
        bool is_first = within == nullptr;
        for (const auto& [_, child] : children) {
            if (!is_first && left.empty()) break;
            left = evaluate(*child, is_first ? nullptr : &left);
            is_first = false;
        }
        return left;
    }
    Ids any_of(const Expression& expression, const Ids* within) {
        Ids either;
        for (const auto& child : expression.children)
            either = united(either, evaluate(child, within));
        return either;
    }

    Ids leaf(const Leaf& leaf, const Ids* within) {
        if (leaf.words.empty()) return {};
        auto ids = leaf.words.size() == 1 ? of_word(leaf) : of_phrase(leaf);
        keep_live(ids, within);
        if (leaf.words.size() == 1 || !text_of_) return ids;
        std::erase_if(ids, [&](EmailId email) {
            const auto document = text_of_(email, leaf.in);
            return !document || !stands_in(leaf, *document);
        });
        return ids;
    }

    void keep_live(Ids& ids, const Ids* within) const {
        if (within != nullptr) ids = intersection(ids, *within);
        if (record_.dead + record_.leaving > 0)
            std::erase_if(ids, [&](EmailId email) { return !live_.contains(email); });
    }

    Ids substring(const Expression& expression, const Ids* within) {
        const auto wanted = make_substring(expression.text);
        const auto in = fields_of(expression);
        Ids ids;
        if (wanted.pieces.empty())
            ids = within != nullptr ? *within : live_.ids();
        else
            ids = of_pieces(wanted.pieces, plain_mask(in));
        keep_live(ids, within);
        if (wanted.is_within_word() || !text_of_) return ids;
        std::erase_if(ids, [&](EmailId email) {
            const auto document = text_of_(email, in);
            return !document || !matches(*document, expression);
        });
        return ids;
    }
    // All the pieces in one field: what may hold the text.
    Ids of_pieces(const std::vector<Substring::Piece>& pieces, Mask plain) {
        std::vector<Posting> left;
        for (std::size_t n = 0; n < pieces.size(); ++n) {
            Gathering gathering(record_.below);
            read_piece(pieces[n], plain, gathering);
            auto postings = std::move(gathering).take();
            left = n == 0 ? std::move(postings) : in_same_field(left, postings);
        }
        return ids_of(left);
    }
    void read_piece(const Substring::Piece& piece, Mask plain, Gathering& gathering) {
        if (!piece.open_front)
            return read(piece.open_back ? account_prefix(account_) + piece.word
                                        : word_prefix(account_, piece.word),
                        plain, gathering);
        std::vector<std::string> words;
        words_with(transaction_, index_.database(db_words), account_, piece.word, !piece.open_back,
                   [&](std::string_view word) {
                       words.emplace_back(word);
                       return words.size() <= most_looked_up;
                   });
        if (words.size() > most_looked_up) return read_all_with(piece, plain, gathering);
        std::sort(words.begin(), words.end());
        words.erase(std::unique(words.begin(), words.end()), words.end());
        for (const auto& word : words)
            read(word_prefix(account_, word), plain, gathering);
    }
    // Of every word of the account that has the piece.
    void read_all_with(const Substring::Piece& piece, Mask plain, Gathering& gathering) {
        read(account_prefix(account_), plain, gathering, [&](std::string_view word) {
            return piece.open_back ? word.find(piece.word) != std::string_view::npos
                                   : word.ends_with(piece.word);
        });
    }

    Ids of_word(const Leaf& leaf) {
        const auto plain = plain_mask(leaf.in), stem = stem_mask(leaf.in);
        const auto& word = leaf.words.front();
        Gathering gathering(record_.below);
        if (leaf.prefix)
            read(account_prefix(account_) + word, plain, gathering);
        else
            read(word_prefix(account_, word), plain, gathering);
        if (leaf.stems) {
            const auto stems = stems_of(word);
            for (const auto& of : stems)
                if (!of.empty()) read(word_prefix(account_, of), stem, gathering);
        }
        return ids_of(std::move(gathering).take());
    }

    // All the words in one field: what may hold the phrase.
    Ids of_phrase(const Leaf& leaf) {
        const auto plain = plain_mask(leaf.in);
        std::vector<Posting> left;
        for (std::size_t n = 0; n < leaf.words.size(); ++n) {
            const bool open = leaf.prefix && n + 1 == leaf.words.size();
            Gathering gathering(record_.below);
            read(open ? account_prefix(account_) + leaf.words[n] : word_prefix(account_, leaf.words[n]),
                 plain, gathering);
            auto postings = std::move(gathering).take();
            left = n == 0 ? std::move(postings) : in_same_field(left, postings);
        }
        return ids_of(left);
    }

    // Gathers the postings of every block whose key starts so and whose mask has some of `wanted`.
    void read(std::string_view prefix, Mask wanted, Gathering& gathering) {
        read(prefix, wanted, gathering, [](auto) { return true; });
    }
    // The same, of words that `takes` is true of.
    template <typename Takes>
    void read(std::string_view prefix, Mask wanted, Gathering& gathering, const Takes& takes) {
        if (wanted == 0 || stopped_) return;
        unsigned seen = 0;
        const auto gather = [&](const Posting& posting) {
            ++seen;
            if (const auto mask = static_cast<Mask>(posting.mask & wanted); mask != 0)
                gathering.add({posting.email, mask});
        };
        scan(transaction_, index_.database(db_postings), prefix,
             [&](std::string_view key, std::string_view value) {
                 const auto parsed = parse_block_key(key);
                 if (!parsed) return !(damaged_ = true);
                 ++seen;
                 if (takes(parsed->word) && !each_posting(parsed->first, value, gather))
                     return !(damaged_ = true);
                 if (seen >= between_questions && go_on_ && !go_on_(std::exchange(seen, 0)))
                     return !(stopped_ = true);
                 return true;
             });
    }

    const Index::Implementation& index_;
    MDB_txn* transaction_;
    AccountId account_;
    const AccountRecord& record_;
    const Index::TextOf& text_of_;
    const Index::GoOn& go_on_;
    IdSet live_;
    bool damaged_ = false, stopped_ = false;
};

} // namespace

Result<Index::Found> Index::query(AccountId account, const Expression& expression, const TextOf& text_of,
                                  const GoOn& go_on) const {
    if (too_deep(expression)) return fail(Code::invalid, "The search has too many levels.");
    const Reading now(*implementation_->environment);
    if (now.get() == nullptr) return fail(Code::busy, "Too many searches run: try again later.");
    const auto record = read_account(now.get(), implementation_->database(db_accounts), account);
    Found found{{}, {account}};
    const auto is_damaged = [&] { return implementation_->environment->damage(account) != 0; };
    if (is_damaged()) return damaged_index();
    if (!record) return found;
    found.position = {account, record->modseq, record->below};
    if (record->clearing) return found;
    Evaluation evaluation(*implementation_, now.get(), account, *record, text_of, go_on);
    found.emails = evaluation.evaluate(expression, nullptr);
    if (evaluation.damaged() || is_damaged()) return damaged_index();
    if (evaluation.stopped()) return fail(Code::stopped, "The search was ended.");
    return found;
}

} // namespace facteur::store::search
