// What the index says to a search, and what is left to look at.
#include "actors/indexing/shard_index.h"

#include <algorithm>

namespace facteur {
namespace {

using store::EmailId;
using store::search::Expression;

bool has_negation(const Expression& expression) {
    return expression.kind == Expression::Kind::not_ ||
           std::any_of(expression.children.begin(), expression.children.end(), has_negation);
}

} // namespace

void Indexing::Candidates::prepare() {
    bits_.clear();
    if (emails.empty()) return;
    const auto words = (emails.back() - emails.front()) / 64 + 1;
    if (words > emails.size()) return;
    bits_.resize(words);
    for (const auto email : emails)
        bits_[(email - emails.front()) / 64] |= std::uint64_t{1} << (email - emails.front()) % 64;
}

bool Indexing::matches(const store::Snapshot& now, store::AccountId account, EmailId email,
                       const Expression& expression) {
    const auto document = Indexing::document(now, account, email, store::search::fields_of(expression));
    return document && store::search::matches(*document, expression);
}

// The index is never ahead of a snapshot that is opened later. Where it is behind, what it lacks has higher
// ids, and what has been removed is in no snapshot.
store::Result<Indexing::Candidates> ShardIndex::candidates(store::AccountId account,
                                                           const Expression& expression,
                                                           const store::search::Index::GoOn& go_on) const {
    Indexing::Candidates candidates;
    const auto of = index();
    if (!of) return candidates;
    auto found = of->query(account, expression, {}, go_on);
    if (!found && found.error().code == store::Code::corrupt) {
        damaged_ = true;
        return candidates;
    }
    if (!found) return tl::unexpected(found.error());
    candidates.certain = !store::search::has_phrase(expression);
    // What may have a phrase is more than what has it: what is left without it would be too little.
    if (!candidates.certain && has_negation(expression)) return candidates;
    candidates.emails = std::move(found->emails);
    candidates.prepare();
    candidates.below = found->position.below;
    return candidates;
}

} // namespace facteur
