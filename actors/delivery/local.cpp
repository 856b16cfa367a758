#include "actors/delivery/local.h"

#include "actors/accounts/address.h"
#include "actors/accounts/directory.h"
#include "actors/accounts/forwarding.h"
#include "actors/delivery/sub_address.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur {
namespace {

// ---- who an address is

bool is_postmaster(const Directory& directory, std::string_view normalised) {
    const auto at = normalised.rfind('@');
    return normalised.substr(0, at) == "postmaster" && directory.is_local_domain(normalised.substr(at + 1));
}

std::optional<store::AccountRow> oldest_active(const Services& services) {
    std::optional<store::AccountRow> oldest;
    services.store.directory().accounts(0, [&](const store::AccountRow& account) {
        if (account.status == store::AccountStatus::active && !is_alias(account)) oldest = account;
        return !oldest;
    });
    return oldest;
}

bool is_whole_address(const store::AccountRow& account, std::string_view normalised) {
    return account.address == normalised ||
           std::find(account.aliases.begin(), account.aliases.end(), normalised) != account.aliases.end();
}

} // namespace

std::optional<store::AccountRow> postmaster_account(const Services& services) {
    if (!services.config.smtp.postmaster.empty())
        if (auto named = services.directory.find(services.config.smtp.postmaster)) return named;
    return oldest_active(services);
}

namespace {

struct Found {
    store::AccountRow account;
    std::string normalised;
};

store::Result<Found> find_active(const Services& services, std::string_view address) {
    const auto full = address.find('@') == std::string_view::npos
                          ? fmt::format("{}@{}", address, services.directory.domain())
                          : std::string(address);
    const auto normalised = normalise_address(full);
    if (!normalised) return store::fail(store::Code::not_found, "This is no address of ours.");
    auto account = services.directory.find(*normalised);
    if (!account && is_postmaster(services.directory, *normalised)) account = postmaster_account(services);
    // Whom a damaged directory does not know may exist: the mail waits.
    if (!account && services.store.directory_damage() > 0)
        return store::fail(store::Code::io, "The directory is damaged on the disk: run facteur check.");
    if (!account) return store::fail(store::Code::not_found, "There is no such account.");
    if (account->status != store::AccountStatus::active)
        return store::fail(store::Code::stopped, "The account is suspended.");
    return Found{std::move(*account), *normalised};
}

} // namespace

store::Result<void> is_recipient(const Services& services, std::string_view address) {
    if (auto found = find_active(services, address); !found) return tl::unexpected(found.error());
    return {};
}

store::Result<LocalRecipient> resolve_recipient(const Services& services, std::string_view address,
                                                std::uint64_t size) {
    auto found = find_active(services, address);
    if (!found) return tl::unexpected(found.error());
    auto& account = found->account;
    LocalRecipient recipient;
    recipient.quota = account.quota > 0 ? account.quota : services.config.limits.quota;
    const auto damage = services.store.damage(account.id);
    const auto state = services.store.read(account.id).state(account.id);
    if (services.store.damage(account.id) != damage)
        return store::fail(store::Code::io, "The account is damaged on the disk: run facteur check.");
    if (recipient.quota > 0 && state.size + size > recipient.quota && forwarding_of(account).keeps_copy)
        return store::fail(store::Code::over_quota, "The mailbox is full.");
    recipient.may_answer = state.changed[static_cast<std::size_t>(store::StateType::vacation_response)] != 0;
    if (!is_whole_address(account, found->normalised)) recipient.detail = detail_of(found->normalised);
    recipient.address = address;
    recipient.account = std::move(account);
    return recipient;
}

} // namespace facteur
