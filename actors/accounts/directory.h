// The directory: who exists. Rows of the store's directory shard, and what every account starts with in its
// own shard.
//
// Lookups read a snapshot: any thread, no waiting. Changes wait for the commit (call them from subcommands
// and admin threads, not from loops or actors). Errors are the store's: exists, not_found, invalid.
#pragma once

#include "actors/accounts/forwarding.h"
#include "store/store.h"
#include "transport/base/result.h"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

struct NewAccount {
    std::string address, name;
    std::string password; // clear text, or an "$argon2id$" hash
    std::vector<std::string> aliases;
    std::uint64_t quota = 0;
    std::string locale = "fr";
    std::map<std::string, std::string> profile;
};

class Directory {
public:
    Directory(store::Store& store, std::string domain);

    // -- lookups
    // The account of an address, an alias, or either with a detail ("name+detail@…"). A name without a domain
    // gets ours.
    [[nodiscard]] std::optional<store::AccountRow> find(std::string_view address) const;
    [[nodiscard]] std::optional<store::AccountRow> find(store::AccountId account) const;
    [[nodiscard]] bool is_local_domain(std::string_view domain) const; // some account has an address there
    [[nodiscard]] const std::string& domain() const { return domain_; }

    // -- changes
    store::Result<store::AccountRow> add(const NewAccount& account, store::Time now);
    // Each in its own commit, many at once: hashes on `threads` threads, shares syncs. `done` is called once
    // per account, in any order, on any of these threads.
    void add_all(std::vector<NewAccount> accounts, unsigned threads, store::Time now,
                 const std::function<void(std::size_t index, const store::Result<store::AccountRow>&)>& done);
    store::Result<store::AccountRow> set_password(std::string_view address, const std::string& password,
                                                  store::Time now);
    store::Result<store::AccountRow> set_status(std::string_view address, store::AccountStatus status,
                                                store::Time now);
    // To whom the mail of an account or an alias goes on; none for an account: nowhere.
    store::Result<store::AccountRow> set_forwarding(std::string_view address,
                                                    const std::vector<std::string>& to, bool keeps_copy,
                                                    store::Time now);
    // An address without a mailbox that leads to others.
    store::Result<store::AccountRow> add_alias(std::string_view address, const std::vector<std::string>& to,
                                               store::Time now);
    // The account, its mail and all its rows, in steps.
    store::Result<void> remove(std::string_view address, store::Time now);

    // Called after a change that ends sessions: suspension, removal, another password.
    std::function<void(store::AccountId)> on_closed;

private:
    [[nodiscard]] store::Result<Forwarding> check_forwarding(std::string_view address,
                                                             const std::vector<std::string>& to) const;
    store::Result<store::AccountRow> prepare(const NewAccount& account, store::Time now);
    store::Result<store::AccountRow> change(std::string_view address, store::Time now,
                                            const std::function<void(store::AccountRow&)>& edit, bool closes);

    store::Store& store_;
    std::string domain_;
    std::mutex mutex_;
    store::AccountId next_;
};

// Reads accounts from CSV with a header line: address,name,password and any of aliases (separated by spaces),
// quota, locale, and the profile's fields. Calls back with the line's number and the account or the reason
// why it is none.
Result<void> read_accounts(std::string_view csv, const std::string& domain,
                           const std::function<void(std::uint64_t line, Result<NewAccount>)>& each);

} // namespace facteur
