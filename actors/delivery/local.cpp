#include "actors/delivery/local.h"

#include "actors/accounts/address.h"
#include "actors/accounts/directory.h"
#include "actors/clock.h"
#include "actors/delivery/sub_address.h"
#include "actors/mailbox/mailbox_actor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

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
        if (account.status == store::AccountStatus::active) oldest = account;
        return !oldest;
    });
    return oldest;
}

bool is_whole_address(const store::AccountRow& account, std::string_view normalised) {
    return account.address == normalised ||
           std::find(account.aliases.begin(), account.aliases.end(), normalised) != account.aliases.end();
}

// ---- one message for many

using Results = std::vector<store::Result<EmailFiled>>;

// The recipients that are one account: where its email goes and whose results its answer is.
struct Target {
    std::vector<store::MailboxId> mailboxes; // empty: the inbox
    std::uint64_t quota = 0;
    std::vector<std::size_t> recipients;
};

std::map<store::AccountId, Target> targets_of(const Services& services,
                                              const std::vector<LocalRecipient>& recipients) {
    std::map<store::AccountId, Target> targets;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        auto& target = targets[recipients[i].account.id];
        target.quota = recipients[i].quota;
        target.recipients.push_back(i);
    }
    for (auto& [account, target] : targets) {
        const auto named = [&](std::size_t i) { return !recipients[i].detail.empty(); };
        if (std::none_of(target.recipients.begin(), target.recipients.end(), named)) continue;
        const auto now = services.store.read(account);
        bool inbox = false;
        for (const auto i : target.recipients) {
            const auto mailbox = mailbox_of_detail(now, account, recipients[i].detail);
            if (mailbox) target.mailboxes.push_back(*mailbox);
            inbox = inbox || !mailbox;
        }
        if (!inbox) continue;
        const auto mailbox = now.mailbox_by_role(account, "inbox");
        if (mailbox && !target.mailboxes.empty()) target.mailboxes.push_back(*mailbox);
    }
    return targets;
}

// Shared by the answers of one delivery; all of them come to one actor.
struct Delivery {
    std::size_t open = 0;
    Results results;
    std::function<void(Results)> done;

    void answer(const std::vector<std::size_t>& recipients, const store::Result<EmailFiled>& result) {
        for (const auto i : recipients)
            results[i] = result;
        if (--open == 0) done(std::move(results));
    }
};

} // namespace

std::optional<store::AccountRow> postmaster_account(const Services& services) {
    if (!services.config.smtp.postmaster.empty())
        if (auto named = services.directory.find(services.config.smtp.postmaster)) return named;
    return oldest_active(services);
}

store::Result<LocalRecipient> resolve_recipient(const Services& services, std::string_view address,
                                                std::uint64_t size) {
    const auto full = address.find('@') == std::string_view::npos
                          ? fmt::format("{}@{}", address, services.directory.domain())
                          : std::string(address);
    const auto normalised = normalise_address(full);
    if (!normalised) return store::fail(store::Code::not_found, "This is no address of ours.");
    auto account = services.directory.find(*normalised);
    if (!account && is_postmaster(services.directory, *normalised)) account = postmaster_account(services);
    if (!account) return store::fail(store::Code::not_found, "There is no such account.");
    if (account->status != store::AccountStatus::active)
        return store::fail(store::Code::stopped, "The account is suspended.");

    LocalRecipient recipient;
    recipient.quota = account->quota > 0 ? account->quota : services.config.limits.quota;
    if (recipient.quota > 0 &&
        services.store.read(account->id).state(account->id).size + size > recipient.quota)
        return store::fail(store::Code::over_quota, "The mailbox is full.");
    if (!is_whole_address(*account, *normalised)) recipient.detail = detail_of(*normalised);
    recipient.address = address;
    recipient.account = std::move(*account);
    return recipient;
}

void deliver_local(caf::event_based_actor* self, const Services& services,
                   std::shared_ptr<const IngestedEmail> email, std::vector<LocalRecipient> recipients,
                   std::string_view key, std::function<void(Results)> done) {
    auto delivery = std::make_shared<Delivery>();
    delivery->results.assign(recipients.size(), store::fail(store::Code::busy, "Nothing was heard of it."));
    delivery->done = std::move(done);
    const auto targets = targets_of(services, recipients);
    delivery->open = targets.size();
    if (targets.empty()) return delivery->done(std::move(delivery->results));
    for (const auto& [account, target] : targets) {
        FileEmail request;
        request.account = account;
        request.email.email = email;
        request.mailboxes = target.mailboxes;
        request.quota = target.quota;
        request.delivered = true;
        request.at = seconds_now();
        if (!key.empty()) request.delivery = store::hash_of(fmt::format("{}\n{}", key, account)).bytes;
        self->request(services.mailboxes.of(account), caf::infinite, std::move(request))
            .then([delivery,
                   whose = target.recipients](const EmailFiled& filed) { delivery->answer(whose, filed); },
                  [delivery, whose = target.recipients](const caf::error& error) {
                      delivery->answer(whose, tl::unexpected(to_store(error)));
                  });
    }
}

} // namespace facteur
