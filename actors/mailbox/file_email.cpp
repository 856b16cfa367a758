#include "actors/mailbox/file_email.h"

#include "actors/delivery/queue_entry.h"
#include "actors/mailbox/keep_upload.h"
#include "transport/vacation/vacation.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur {
namespace {

// Real mail carries a few dozen references; a forged header may carry thousands.
constexpr std::size_t references_looked_up = 64;

bool same_subject(const store::Snapshot& now, store::AccountId account, store::ThreadId thread,
                  std::string_view sort_subject) {
    const auto members = now.thread(account, thread);
    if (members.empty()) return false;
    const auto first = now.email(account, members.front());
    return first && first->sort_subject() == sort_subject;
}

store::Result<std::vector<store::MailboxId>> target_mailboxes(const store::Snapshot& now,
                                                              const FileEmail& request) {
    if (request.mailboxes.empty()) {
        auto mailbox = now.mailbox_by_role(request.account, request.role);
        if (!mailbox) mailbox = now.mailbox_by_role(request.account, "inbox");
        if (!mailbox) return store::fail(store::Code::not_found, "The account has no inbox.");
        return std::vector{*mailbox};
    }
    auto mailboxes = request.mailboxes;
    std::sort(mailboxes.begin(), mailboxes.end());
    mailboxes.erase(std::unique(mailboxes.begin(), mailboxes.end()), mailboxes.end());
    for (const auto mailbox : mailboxes)
        if (!now.mailbox(request.account, mailbox))
            return store::fail(store::Code::not_found, "The mailbox does not exist.");
    return mailboxes;
}

// An email that is there already and makes this one a duplicate.
bool is_duplicate(const store::Snapshot& now, const FileEmail& request, EmailFiled& filed) {
    const store::Hash key{request.delivery};
    if (key != store::Hash{} && now.was_delivered(request.account, key)) return filed.duplicate = true;
    if (!request.skip_same_body) return false;
    const auto same = now.emails_of_body(request.account, request.email.email->body.hash);
    if (same.empty()) return false;
    filed.email = same.front();
    if (const auto email = now.email(request.account, filed.email)) filed.thread = email->thread();
    return filed.duplicate = true;
}

// In the commit that files what it answers: a crash neither loses it nor sends it twice.
void queue_answer(const AutomaticAnswer& answer, store::EmailId about, store::Draft& draft) {
    const store::Hash once{answer.once};
    const auto last = draft.now().delivered_at(draft.account(), once);
    if (last && draft.at() - *last < vacation::once_period) return;
    draft.add(store::DeliveryNoted{once, draft.at()});
    const auto id = fmt::format("v{}", about);
    draft.add(store::QueuePut{draft.at(), answer.destination.empty() ? id : id + "/" + answer.destination,
                              answer.entry});
    const auto& body = answer.body.body;
    hold_body(draft, body.hash, body.bytes->size(), draft.at() + body_held_after_due);
}

} // namespace

std::optional<store::ThreadId> find_thread(const store::Snapshot& now, store::AccountId account,
                                           const store::EmailRow& row, const store::StructureRow& structure) {
    std::size_t looked_up = 0;
    const auto look_up = [&](const std::string& id) -> std::optional<store::ThreadId> {
        if (id.empty() || ++looked_up > references_looked_up) return std::nullopt;
        const auto thread = now.thread_of_message_id(account, id);
        if (thread && same_subject(now, account, *thread, row.sort_subject)) return thread;
        return std::nullopt;
    };
    for (auto id = structure.references.rbegin(); id != structure.references.rend(); ++id)
        if (const auto thread = look_up(*id)) return thread;
    for (const auto& id : structure.in_reply_to)
        if (const auto thread = look_up(id)) return thread;
    // Its own id: an answer to it may have come first.
    for (const auto& id : structure.message_ids)
        if (const auto thread = look_up(id)) return thread;
    return std::nullopt;
}

store::Plan plan_filing(std::shared_ptr<const FileEmail> request, std::shared_ptr<EmailFiled> filed) {
    return
        [request = std::move(request), filed = std::move(filed)](store::Draft& draft) -> store::Result<void> {
            const auto& now = draft.now();
            if (is_duplicate(now, *request, *filed)) return {};
            const auto& email = *request->email.email;
            if (request->quota > 0 && now.state(request->account).size + email.row.size > request->quota)
                return store::fail(store::Code::over_quota, "The mailbox is full.");
            const auto mailboxes = target_mailboxes(now, *request);
            if (!mailboxes) return tl::unexpected(mailboxes.error());

            store::EmailAdded added{email.row, email.structure, request->delivered};
            added.row.id = draft.new_email();
            added.row.thread =
                find_thread(now, request->account, email.row, email.structure).value_or(added.row.id);
            for (const auto mailbox : *mailboxes)
                added.row.mailboxes.push_back(draft.new_place(mailbox));
            filed->email = added.row.id;
            filed->thread = added.row.thread;
            draft.add(std::move(added));
            if (const store::Hash key{request->delivery}; key != store::Hash{})
                draft.add(store::DeliveryNoted{key, request->at});
            for (const auto& answer : request->answers)
                queue_answer(answer, filed->email, draft);
            return {};
        };
}

} // namespace facteur
