// Holds the index against the rows.
#include "actors/indexing/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace facteur {
namespace {

constexpr std::size_t most_findings = 1000;
constexpr std::size_t emails_per_snapshot = 500; // reading their texts takes long: none is kept meanwhile

} // namespace

void ShardIndex::check(bool quick, std::vector<store::Finding>& findings,
                       const std::function<void()>& step) const {
    const std::lock_guard lock(writing_);
    const auto find = [&](store::AccountId account, std::string what) {
        if (findings.size() < most_findings) findings.push_back({shard_, account, std::move(what)});
    };
    const auto of = index();
    if (!of) return find(0, "There is no search index.");
    for (auto& what : of->check())
        find(0, std::move(what));
    std::set<store::AccountId> accounts;
    {
        const auto now = store_.read_shard(shard_);
        if (of->mark() > now.last_sequence())
            find(0, fmt::format("The search index is at {}, but the log ends at {}.", of->mark(),
                                now.last_sequence()));
        now.states(0, [&](store::AccountId account, const store::AccountState&) {
            return accounts.insert(account), true;
        });
    }
    for (const auto account : of->accounts())
        if (!accounts.contains(account))
            find(account, "The search index has an account that the shard does not have.");
    for (const auto account : accounts) {
        if (findings.size() >= most_findings) return;
        check_account(*of, account, quick, findings, step);
    }
}

void ShardIndex::check_account(const store::search::Index& of, store::AccountId account, bool quick,
                               std::vector<store::Finding>& findings,
                               const std::function<void()>& step) const {
    const auto find = [&](std::string what) {
        if (findings.size() < most_findings) findings.push_back({shard_, account, std::move(what)});
    };
    const auto at = of.position(account);
    std::vector<store::EmailId> wanted;
    for (std::optional<store::EmailId> next = 0; next;) {
        const auto now = store_.read_shard(shard_);
        const auto state = now.state(account);
        if (at.modseq > state.modseq)
            return find(fmt::format("The search index is at {} of the account, which is at {}.", at.modseq,
                                    state.modseq));
        std::size_t seen = 0;
        const auto from = *std::exchange(next, std::nullopt);
        now.by_id(account, from, [&](const store::EmailView& email) {
            if (email.id() >= at.below) return false;
            if (seen++ == emails_per_snapshot) {
                next = email.id();
                return false;
            }
            wanted.push_back(email.id());
            step();
            if (quick) return true;
            const auto document = Indexing::document(now, account, email.id());
            if (const auto word = document ? of.missing_word(*document) : std::nullopt)
                find(fmt::format("The word \"{}\" does not lead to email {}.", *word, email.id()));
            return true;
        });
        if (next || at.below == 1) continue;
        // Not taken out of the index yet; some of them were there a snapshot ago.
        const auto told = now.history(account, at.modseq, [&](const store::Digest& digest) {
            for (const auto* gone : {&digest.emails_removed, &digest.emails_hidden})
                for (const auto email : *gone)
                    if (email < at.below) wanted.push_back(email);
            return true;
        });
        if (!told) return find("The search index is older than the account's history.");
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    const auto found = of.documents(account);
    std::vector<store::EmailId> only;
    std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(only));
    for (const auto email : only)
        find(fmt::format("Email {} is not in the search index.", email));
    only.clear();
    std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(only));
    for (const auto email : only)
        find(fmt::format("The search index has email {}, which does not exist.", email));
}

} // namespace facteur
