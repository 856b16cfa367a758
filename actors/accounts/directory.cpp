#include "actors/accounts/directory.h"

#include "actors/accounts/address.h"
#include "actors/accounts/password.h"
#include "actors/accounts/provision.h"
#include "actors/delivery/outbound/route.h"
#include "transport/sasl/scram_keys.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <thread>

namespace facteur {
namespace {

store::Plan put_account(store::AccountRow row, bool must_be_new) {
    return [row = std::move(row), must_be_new](store::Draft& draft) -> store::Result<void> {
        if (must_be_new && draft.now().account(row.id))
            return store::fail(store::Code::exists, "The account's id is taken.");
        draft.add(store::AccountPut{row});
        return {};
    };
}

// Web sessions end in the commit that closes the account's doors.
void end_sessions(store::Draft& draft, store::AccountId account) {
    draft.now().objects(account, store::ObjectType::session, [&](std::string_view id, std::string_view) {
        draft.add(store::ObjectRemoved{store::ObjectType::session, std::string(id)});
        return true;
    });
}

// What SCRAM-SHA-256 needs of a password; of one that came as a hash it cannot be had.
store::ScramKeys scram_keys(std::string_view password) {
    std::string salt(sasl::scram_salt_octets, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size()));
    auto keys = sasl::derive_scram_keys(password, salt);
    return {std::move(keys.salt), keys.iterations, std::move(keys.stored_key), std::move(keys.server_key)};
}

// Waits until a number of things that were begun are done.
class Countdown {
public:
    void begin() {
        const std::lock_guard lock(mutex_);
        ++open_;
    }
    void end() {
        const std::lock_guard lock(mutex_);
        if (--open_ == 0) empty_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        empty_.wait(lock, [this] { return open_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable empty_;
    std::size_t open_ = 0;
};

} // namespace

Directory::Directory(store::Store& store, std::string domain)
    : store_(store), domain_(std::move(domain)), next_(store.directory().last_account() + 1) {}

std::optional<store::AccountRow> Directory::find(std::string_view address) const {
    const auto full = address.find('@') == std::string_view::npos ? fmt::format("{}@{}", address, domain_)
                                                                  : std::string(address);
    const auto wanted = normalise_address(full);
    if (!wanted) return std::nullopt;
    const auto now = store_.directory();
    auto id = now.account_by_address(*wanted);
    if (!id)
        if (const auto plain = without_detail(*wanted)) id = now.account_by_address(*plain);
    return id ? now.account(*id) : std::nullopt;
}

std::optional<store::AccountRow> Directory::find(store::AccountId account) const {
    return store_.directory().account(account);
}

bool Directory::is_local_domain(std::string_view domain) const {
    return domain == domain_;
}

store::Result<store::AccountRow> Directory::prepare(const NewAccount& account, store::Time now) {
    const auto address = normalise_address(account.address);
    if (!address)
        return store::fail(store::Code::invalid, fmt::format("\"{}\" is not an address.", account.address));
    store::AccountRow row;
    row.address = *address;
    for (const auto& alias : account.aliases) {
        const auto normalised = normalise_address(alias);
        if (!normalised)
            return store::fail(store::Code::invalid,
                               fmt::format("The alias \"{}\" is not an address.", alias));
        row.aliases.push_back(*normalised);
    }
    if (account.password.starts_with("$")) {
        if (!is_password_hash(account.password))
            return store::fail(store::Code::invalid,
                               "The password looks like a hash, but only $argon2id$ is known.");
        row.password_hash = account.password;
    } else if (!account.password.empty()) {
        row.password_hash = hash_password(account.password);
        row.scram = scram_keys(account.password);
    }
    row.name = account.name;
    row.quota = account.quota;
    row.locale = account.locale == "en" ? "en" : "fr";
    row.profile = account.profile;
    row.created = now;
    const std::lock_guard lock(mutex_);
    row.id = next_++;
    return row;
}

store::Result<store::AccountRow> Directory::add(const NewAccount& account, store::Time now) {
    auto row = prepare(account, now);
    if (!row) return row;
    // The mailboxes first: an account that can be found can always be delivered to.
    auto made = store_.commit({row->id, now, {}, plan_first_mailboxes(*row), {}});
    if (!made) return tl::unexpected(made.error());
    auto done = store_.commit_directory({row->id, now, {}, put_account(*row, true), {}});
    if (!done) return tl::unexpected(done.error());
    return row;
}

void Directory::add_all(
    std::vector<NewAccount> accounts, unsigned threads, store::Time now,
    const std::function<void(std::size_t, const store::Result<store::AccountRow>&)>& done) {
    std::atomic<std::size_t> next{0};
    Countdown open;
    std::vector<std::thread> workers;
    for (unsigned n = 0; n < std::max(1u, threads); ++n) {
        workers.emplace_back([&] {
            for (std::size_t index = next++; index < accounts.size(); index = next++) {
                const auto row = prepare(accounts[index], now);
                if (!row) {
                    done(index, row);
                    continue;
                }
                open.begin();
                const auto finish = [&open, &done, index, row](store::Result<store::Committed> result) {
                    if (result)
                        done(index, row);
                    else
                        done(index, tl::unexpected(result.error()));
                    open.end();
                };
                store_.submit(
                    {row->id,
                     now,
                     {},
                     plan_first_mailboxes(*row),
                     [this, row, now, finish](store::Result<store::Committed> made) {
                         if (!made) return finish(std::move(made));
                         store_.submit_directory({row->id, now, {}, put_account(*row, true), finish});
                     }});
            }
        });
    }
    for (auto& worker : workers)
        worker.join();
    open.wait();
}

store::Result<store::AccountRow> Directory::change(std::string_view address, store::Time now,
                                                   const std::function<void(store::AccountRow&)>& edit,
                                                   bool closes) {
    const auto found = find(address);
    if (!found) return store::fail(store::Code::not_found, fmt::format("There is no account {}.", address));
    store::AccountRow changed;
    const auto plan = [&, id = found->id](store::Draft& draft) -> store::Result<void> {
        auto row = draft.now().account(id);
        if (!row) return store::fail(store::Code::not_found, "The account is gone.");
        edit(*row);
        changed = *row;
        draft.add(store::AccountPut{std::move(*row)});
        if (closes) end_sessions(draft, id);
        return {};
    };
    if (auto done = store_.commit_directory({found->id, now, {}, plan, {}}); !done)
        return tl::unexpected(done.error());
    if (closes && on_closed) on_closed(found->id);
    return changed;
}

store::Result<store::AccountRow> Directory::set_password(std::string_view address,
                                                         const std::string& password, store::Time now) {
    auto hash = password;
    std::optional<store::ScramKeys> scram;
    if (!password.starts_with("$")) {
        hash = hash_password(password);
        scram = scram_keys(password);
    } else if (!is_password_hash(password)) {
        return store::fail(store::Code::invalid,
                           "The password looks like a hash, but only $argon2id$ is known.");
    }
    return change(
        address, now,
        [&](store::AccountRow& row) {
            row.password_hash = hash;
            row.scram = scram;
        },
        true);
}

store::Result<store::AccountRow> Directory::set_status(std::string_view address, store::AccountStatus status,
                                                       store::Time now) {
    return change(
        address, now, [&](store::AccountRow& row) { row.status = status; },
        status != store::AccountStatus::active);
}

// Addresses here must exist; those elsewhere must be such that mail can be sent to them.
store::Result<Forwarding> Directory::check_forwarding(std::string_view address,
                                                      const std::vector<std::string>& to) const {
    if (to.size() > most_forwarded_to)
        return store::fail(store::Code::invalid,
                           fmt::format("Mail goes on to {} addresses at most.", most_forwarded_to));
    Forwarding forwarding;
    for (const auto& text : to) {
        const auto full = text.find('@') == std::string::npos ? fmt::format("{}@{}", text, domain_) : text;
        const auto normalised = normalise_address(full);
        const auto mailbox = normalised ? smtp::parse_mailbox(*normalised) : std::nullopt;
        if (!mailbox || normalised->find(' ') != std::string::npos)
            return store::fail(store::Code::invalid, fmt::format("\"{}\" is not an address.", text));
        if (is_local_domain(mailbox->domain) ? !find(*normalised) : !can_be_sent_to(*mailbox))
            return store::fail(store::Code::not_found, fmt::format("There is no address {}.", *normalised));
        if (*normalised == address)
            return store::fail(store::Code::invalid, "An address does not lead to itself.");
        auto& known = forwarding.to;
        if (std::find(known.begin(), known.end(), *normalised) == known.end()) known.push_back(*normalised);
    }
    return forwarding;
}

store::Result<store::AccountRow> Directory::set_forwarding(std::string_view address,
                                                           const std::vector<std::string>& to,
                                                           bool keeps_copy, store::Time now) {
    const auto found = find(address);
    if (!found) return store::fail(store::Code::not_found, fmt::format("There is no account {}.", address));
    auto forwarding = check_forwarding(found->address, to);
    if (!forwarding) return tl::unexpected(forwarding.error());
    forwarding->is_alias = is_alias(*found);
    forwarding->keeps_copy = keeps_copy && !forwarding->is_alias;
    if (forwarding->is_alias && forwarding->to.empty())
        return store::fail(store::Code::invalid, "An alias leads to somebody.");
    return change(
        found->address, now, [&](store::AccountRow& row) { facteur::set_forwarding(row, *forwarding); },
        false);
}

store::Result<store::AccountRow> Directory::add_alias(std::string_view address,
                                                      const std::vector<std::string>& to, store::Time now) {
    NewAccount alias;
    alias.address = address.find('@') == std::string_view::npos ? fmt::format("{}@{}", address, domain_)
                                                                : std::string(address);
    auto row = prepare(alias, now);
    if (!row) return row;
    auto forwarding = check_forwarding(row->address, to);
    if (!forwarding) return tl::unexpected(forwarding.error());
    if (forwarding->to.empty()) return store::fail(store::Code::invalid, "An alias leads to somebody.");
    forwarding->is_alias = true;
    forwarding->keeps_copy = false;
    facteur::set_forwarding(*row, *forwarding);
    auto done = store_.commit_directory({row->id, now, {}, put_account(*row, true), {}});
    if (!done) return tl::unexpected(done.error());
    return row;
}

store::Result<void> Directory::remove(std::string_view address, store::Time now) {
    const auto found = find(address);
    if (!found) return store::fail(store::Code::not_found, fmt::format("There is no account {}.", address));
    const auto forget = [&](store::Draft& draft) -> store::Result<void> {
        end_sessions(draft, found->id);
        draft.add(store::AccountRemoved{found->id});
        return {};
    };
    // First nobody finds it any more, then its mail goes.
    if (auto done = store_.commit_directory({found->id, now, {}, forget, {}}); !done)
        return tl::unexpected(done.error());
    if (on_closed) on_closed(found->id);
    while (true) {
        auto done = store_.commit({found->id, now, {}, plan_removing_some, {}});
        if (!done) return tl::unexpected(done.error());
        if (done->commit.sequence == 0) return {};
    }
}

} // namespace facteur
