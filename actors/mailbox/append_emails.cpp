#include "actors/mailbox/append_emails.h"

#include "actors/mailbox/file_email.h"

#include <algorithm>

namespace facteur {
namespace {

store::Result<void> take_away(store::Draft& draft, store::MailboxId mailbox, store::Uid uid) {
    const auto& now = draft.now();
    const auto place = now.uid(draft.account(), mailbox, uid);
    const auto email = place ? now.any_email(draft.account(), place->email) : std::nullopt;
    if (!email) return store::fail(store::Code::not_found, "The message to be replaced is gone.");
    auto refs = email->refs();
    std::erase_if(refs, [&](const auto& ref) { return ref.mailbox == mailbox; });
    if (refs.empty())
        draft.add(store::EmailRemoved{place->email});
    else
        draft.add(store::EmailUpdated{place->email, email->keywords(), std::move(refs)});
    return {};
}

} // namespace

store::Plan plan_appending(std::shared_ptr<const AppendEmails> request,
                           std::shared_ptr<EmailsAppended> appended) {
    return [request = std::move(request),
            appended = std::move(appended)](store::Draft& draft) -> store::Result<void> {
        const auto& now = draft.now();
        const auto mailbox = now.mailbox(request->account, request->mailbox);
        if (!mailbox) return store::fail(store::Code::not_found, "The mailbox does not exist.");
        appended->uid_validity = mailbox->uid_validity;
        auto octets = now.state(request->account).size;
        for (const auto& shared : request->emails)
            octets += shared.email->row.size;
        if (request->quota > 0 && octets > request->quota)
            return store::fail(store::Code::over_quota, "The mailbox is full.");
        for (std::size_t at = 0; at < request->emails.size(); ++at) {
            const auto& email = *request->emails[at].email;
            store::EmailAdded added{email.row, email.structure, false};
            added.row.id = draft.new_email();
            added.row.thread =
                find_thread(now, request->account, email.row, email.structure).value_or(added.row.id);
            auto place = draft.new_place(request->mailbox);
            place.deleted = at < request->deleted.size() && request->deleted[at] != 0;
            added.row.mailboxes = {place};
            appended->uids.push_back(place.uid);
            draft.add(std::move(added));
        }
        if (request->replaced != 0) return take_away(draft, request->replaced_in, request->replaced);
        return {};
    };
}

} // namespace facteur
