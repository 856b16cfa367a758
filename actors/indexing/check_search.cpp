// Holds the index against the rows.
#include "actors/indexing/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace facteur {
namespace {

constexpr std::size_t most_findings = 1000;

} // namespace

void ShardIndex::check(bool quick, std::vector<store::Finding>& findings) const {
    const std::lock_guard lock(writing_);
    const auto find = [&](store::AccountId account, std::string what) {
        if (findings.size() < most_findings) findings.push_back({shard_, account, std::move(what)});
    };
    const auto of = index();
    if (!of) return find(0, "There is no search index.");
    for (auto& what : of->check())
        find(0, std::move(what));
    const auto now = store_.read_shard(shard_);
    if (of->mark() > now.last_sequence())
        find(0, fmt::format("The search index is at {}, but the log ends at {}.", of->mark(),
                            now.last_sequence()));
    std::set<store::AccountId> accounts;
    now.states(0, [&](store::AccountId account, const store::AccountState&) {
        return accounts.insert(account), true;
    });
    for (const auto account : of->accounts())
        if (!accounts.contains(account))
            find(account, "The search index has an account that the shard does not have.");
    for (const auto account : accounts) {
        if (findings.size() >= most_findings) return;
        check_account(now, *of, account, quick, findings);
    }
}

void ShardIndex::check_account(const store::Snapshot& now, const store::search::Index& of,
                               store::AccountId account, bool quick,
                               std::vector<store::Finding>& findings) const {
    const auto find = [&](std::string what) {
        if (findings.size() < most_findings) findings.push_back({shard_, account, std::move(what)});
    };
    const auto at = of.position(account);
    const auto state = now.state(account);
    if (at.modseq > state.modseq)
        return find(fmt::format("The search index is at {} of the account, which is at {}.", at.modseq,
                                state.modseq));
    std::vector<store::EmailId> wanted;
    const auto told = at.below == 1 ? store::Result<void>{}
                                    : now.history(account, at.modseq, [&](const store::Digest& digest) {
                                          for (const auto email : digest.emails_removed)
                                              if (email < at.below)
                                                  wanted.push_back(email); // not taken out of the index yet
                                          return true;
                                      });
    if (!told) return find("The search index is older than the account's history.");
    now.by_id(account, 0, [&](const store::EmailView& email) {
        if (email.id() >= at.below) return false;
        wanted.push_back(email.id());
        if (quick) return true;
        const auto document = Indexing::document(now, account, email.id());
        if (const auto word = document ? of.missing_word(*document) : std::nullopt)
            find(fmt::format("The word \"{}\" does not lead to email {}.", *word, email.id()));
        return true;
    });
    std::sort(wanted.begin(), wanted.end());
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
