#include "actors/delivery/queue_plans.h"

#include "actors/mailbox/keep_upload.h"
#include "actors/session/jmap/email_changes.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/write_call.h"

#include <algorithm>

namespace facteur {
namespace {

using store::ObjectType;

std::optional<Submission> find_submission(const store::Draft& draft, const std::string& id) {
    const auto row = draft.now().object(draft.account(), ObjectType::email_submission, id);
    return row ? read_submission(*row) : std::nullopt;
}

void put_submission(store::Draft& draft, const std::string& id, const Submission& submission) {
    draft.add(store::ObjectPut{ObjectType::email_submission, id, write_submission(submission)});
}

store::Time due_of(jmap::Object arguments) {
    const auto value = jmap::member(arguments, "due");
    return value ? jmap::as_integer(*value).value_or(0) : 0;
}

CallMethod begin(store::AccountId account, std::string_view method, store::Time now) {
    CallMethod call;
    call.account = account;
    call.name = method;
    call.at = now;
    return call;
}

// What waited in the mailbox of that role is among what was sent from now on: nobody else is there to move
// it.
void file_as_sent(const CallMethod& call, store::EmailId email, store::Draft& draft) {
    const auto row = draft.now().email(call.account, email);
    const auto waiting = draft.now().mailbox_by_role(call.account, "scheduled");
    const auto sent = draft.now().mailbox_by_role(call.account, "sent");
    if (!row || !waiting || !sent) return;
    const auto mailboxes = row->mailboxes();
    if (std::none_of(mailboxes.begin(), mailboxes.end(),
                     [&](const auto& mailbox) { return mailbox.mailbox == *waiting; }))
        return;
    std::string json;
    jmap::Writer(json)
        .begin_object()
        .key("mailboxIds/" + mailbox_id(*waiting))
        .null()
        .member("mailboxIds/" + mailbox_id(*sent), true)
        .key("keywords/$draft")
        .null()
        .end_object();
    const auto patch = jmap::Document::parse(json);
    const auto object = patch ? jmap::as_object(patch->root()) : std::nullopt;
    EmailChanges changes(draft, call.created_ids, 0);
    if (object && changes.update(email, *object)) changes.finish();
}

store::Result<void> run_claim(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                              MethodAnswered& answered) {
    const std::string id(text_member(arguments, "id"));
    const auto due = due_of(arguments);
    const auto value = draft.now().queued(call.account, due, id);
    auto entry = value ? read_queue_entry(*value) : std::nullopt;
    answered.answers = entry ? "claimed" : "gone";
    if (!entry || entry->claimed) return {};
    entry->claimed = true;
    draft.add(store::QueuePut{due, id, write_queue_entry(*entry)});
    auto submission = find_submission(draft, id);
    if (!submission) return {};
    submission->undo_status = "final";
    submission->delivery_status = queued_statuses(submission->envelope);
    put_submission(draft, id, *submission);
    file_as_sent(call, submission->email, draft);
    return {};
}

store::Result<void> run_finish(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                               MethodAnswered& answered) {
    const std::string id(text_member(arguments, "id"));
    const auto due = due_of(arguments);
    answered.answers = "finished";
    if (!draft.now().queued(call.account, due, id)) return {};
    draft.add(store::QueueRemoved{due, id});
    const auto retry_at = jmap::member(arguments, "retryAt");
    if (const auto at = retry_at ? jmap::as_integer(*retry_at) : std::nullopt) {
        const std::string value(text_member(arguments, "entry"));
        if (const auto entry = read_queue_entry(value))
            hold_body(draft, entry->body, entry->size, *at + body_held_after_due);
        draft.add(store::QueuePut{*at, id, value});
    }
    auto submission = find_submission(draft, id);
    if (!submission) return {};
    submission->delivery_status.clear();
    each_object(arguments, "statuses", [&](jmap::Object status) {
        submission->delivery_status.push_back({std::string(text_member(status, "address")),
                                               std::string(text_member(status, "reply")),
                                               std::string(text_member(status, "delivered"))});
    });
    if (const auto dsn = text_member(arguments, "dsn"); !dsn.empty())
        submission->dsn_blob_ids.emplace_back(dsn);
    put_submission(draft, id, *submission);
    return {};
}

} // namespace

CallMethod claim_call(store::AccountId account, store::Time due, std::string_view id, store::Time now) {
    auto call = begin(account, claim_method, now);
    jmap::Writer out(call.arguments);
    out.begin_object().member("due", due).member("id", id).end_object();
    return call;
}

store::Plan plan_claim(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_claim);
}

CallMethod finish_call(store::AccountId account, store::Time due, std::string_view id, const Outcome& outcome,
                       store::Time now) {
    auto call = begin(account, finish_method, now);
    jmap::Writer out(call.arguments);
    out.begin_object().member("due", due).member("id", id).member("dsn", outcome.dsn_blob_id);
    out.key("statuses").begin_array();
    for (const auto& status : outcome.statuses) {
        out.begin_object().member("address", status.address).member("reply", status.smtp_reply);
        out.member("delivered", status.delivered).end_object();
    }
    out.end_array();
    if (outcome.retry_at)
        out.member("retryAt", *outcome.retry_at).member("entry", write_queue_entry(outcome.entry));
    out.end_object();
    return call;
}

store::Plan plan_finish(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_finish);
}

} // namespace facteur
