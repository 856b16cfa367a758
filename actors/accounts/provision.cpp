#include "actors/accounts/provision.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace facteur {
namespace {

constexpr std::size_t removed_at_once = 500;

struct First {
    const char *role, *french, *english;
};
constexpr std::array<First, 6> first_mailboxes{{{"inbox", "Réception", "Inbox"},
                                                {"drafts", "Brouillons", "Drafts"},
                                                {"sent", "Envoyés", "Sent"},
                                                {"archive", "Archives", "Archive"},
                                                {"junk", "Indésirables", "Junk"},
                                                {"trash", "Corbeille", "Trash"}}};

} // namespace

store::Plan plan_first_mailboxes(const store::AccountRow& account) {
    return [account](store::Draft& draft) -> store::Result<void> {
        if (!draft.now().mailboxes(account.id).empty()) return {};
        std::uint32_t order = 0;
        for (const auto& first : first_mailboxes) {
            store::MailboxRow row;
            row.id = draft.new_mailbox();
            row.name = account.locale == "en" ? first.english : first.french;
            row.role = first.role;
            row.sort_order = ++order * 10;
            row.uid_validity = static_cast<std::uint32_t>(draft.at());
            draft.add(store::MailboxPut{std::move(row)});
        }
        const nlohmann::json identity{
            {"name", account.name}, {"email", account.address}, {"mayDelete", false}};
        draft.add(store::ObjectPut{store::ObjectType::identity, fmt::format("i{}", draft.new_object()),
                                   identity.dump()});
        return {};
    };
}

store::Result<void> plan_removing_some(store::Draft& draft) {
    const auto& now = draft.now();
    const auto account = draft.account();
    std::size_t left = removed_at_once;
    now.by_id(account, 0, [&](const store::EmailView& email) {
        draft.add(store::EmailRemoved{email.id()});
        return --left > 0;
    });
    if (left < removed_at_once) return {};
    for (const auto type : {store::ObjectType::identity, store::ObjectType::email_submission,
                            store::ObjectType::vacation_response, store::ObjectType::settings,
                            store::ObjectType::push_subscription, store::ObjectType::annotation,
                            store::ObjectType::acl, store::ObjectType::shared})
        now.objects(account, type, [&](std::string_view id, std::string_view) {
            draft.add(store::ObjectRemoved{type, std::string(id)});
            return --left > 0;
        });
    // Children before their parents.
    auto mailboxes = now.mailboxes(account);
    for (auto mailbox = mailboxes.rbegin(); mailbox != mailboxes.rend(); ++mailbox)
        draft.add(store::MailboxRemoved{mailbox->id});
    return {};
}

} // namespace facteur
