// Answers a query about one snapshot, whether the index is behind it or ahead of it.
#include "actors/indexing/shard_index.h"

#include <algorithm>
#include <unordered_set>

namespace facteur {
namespace {

using store::EmailId;
using store::search::Expression;

// What the account lost between the two modseqs, by the history that `of` sees. Nothing when it is not kept.
std::optional<std::unordered_set<EmailId>> lost(const store::Snapshot& of, store::AccountId account,
                                                store::Modseq since, store::Modseq until) {
    std::unordered_set<EmailId> emails;
    const auto told = of.history(account, since, [&](const store::Digest& digest) {
        if (digest.modseq > until) return false;
        emails.insert(digest.emails_removed.begin(), digest.emails_removed.end());
        return true;
    });
    return told ? std::optional(std::move(emails)) : std::nullopt;
}

} // namespace

store::Result<std::vector<EmailId>> ShardIndex::query(const store::Snapshot& now, store::AccountId account,
                                                      const Expression& expression) const {
    const auto in = store::search::fields_of(expression);
    const auto judge = [&](EmailId email) {
        const auto document = Indexing::document(now, account, email, in);
        return document && store::search::matches(*document, expression);
    };
    const auto text_of = [&](EmailId email, std::uint32_t fields) {
        return Indexing::document(now, account, email, fields);
    };

    // Without an index, or with one that cannot be read, every email is looked at.
    store::search::Index::Found found{{}, {account}};
    if (const auto of = index()) {
        auto answer = of->query(account, expression, text_of);
        if (answer)
            found = std::move(*answer);
        else if (answer.error().code == store::Code::corrupt)
            damaged_ = true;
        else
            return tl::unexpected(answer.error());
    }

    const auto state = now.state(account);
    auto& at = found.position;
    std::vector<EmailId> emails;
    if (at.below > 1 && at.modseq != state.modseq) {
        // Behind: some that it found are gone. Ahead: it has lost some that `now` still has.
        const bool ahead = at.modseq > state.modseq;
        const auto gone = ahead ? lost(store_.read_shard(shard_), account, state.modseq, at.modseq)
                                : lost(now, account, at.modseq, state.modseq);
        if (!gone) {
            found = {{}, {account}};
        } else {
            std::erase_if(found.emails, [&](EmailId email) { return gone->contains(email); });
            if (ahead)
                std::copy_if(gone->begin(), gone->end(), std::back_inserter(emails),
                             [&](EmailId email) { return email < at.below && judge(email); });
        }
    }
    const auto end = std::min(at.below, state.next_email); // what is newer than `now` is not its
    std::copy_if(found.emails.begin(), found.emails.end(), std::back_inserter(emails),
                 [&](EmailId email) { return email < end; });
    now.by_id(account, at.below, [&](const store::EmailView& email) {
        if (judge(email.id())) emails.push_back(email.id());
        return true;
    });
    if (!std::is_sorted(emails.begin(), emails.end())) std::sort(emails.begin(), emails.end());
    return emails;
}

} // namespace facteur
