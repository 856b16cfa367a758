#include "actors/delivery/queue_plans.h"

#include "actors/mailbox/keep_upload.h"
#include "actors/session/jmap/email_changes.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/write_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

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

// Puts the entries of other destinations beside what is left of the one that they come from.
void put_parts(store::Draft& draft, std::string_view id, QueueEntry& entry, std::string_view domain,
               store::Time due) {
    for (auto& [part_id, part] : split_off(id, entry, domain)) {
        part.queued = draft.at();
        draft.add(store::QueuePut{due, part_id, write_queue_entry(part)});
        hold_body(draft, part.body, part.size, due + body_held_after_due);
    }
}

store::Result<void> run_claim(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                              MethodAnswered& answered) {
    const std::string id(text_member(arguments, "id"));
    const auto due = due_of(arguments);
    const auto value = draft.now().queued(call.account, due, id);
    auto entry = value ? read_queue_entry(*value) : std::nullopt;
    answered.answers = entry ? "claimed" : "gone";
    if (!entry) return {};
    const bool was_claimed = std::exchange(entry->claimed, true);
    const auto recipients = entry->envelope.rcpt_to.size();
    put_parts(draft, id, *entry, text_member(arguments, "domain"), draft.at());
    if (entry->envelope.rcpt_to.empty())
        draft.add(store::QueueRemoved{due, id});
    else if (!was_claimed || entry->envelope.rcpt_to.size() < recipients)
        draft.add(store::QueuePut{due, id, write_queue_entry(*entry)});
    if (was_claimed) return {};
    auto submission = find_submission(draft, id);
    if (!submission) return {};
    submission->undo_status = "final";
    submission->delivery_status = queued_statuses(submission->envelope);
    put_submission(draft, id, *submission);
    file_as_sent(call, submission->email, draft);
    return {};
}

store::Result<void> run_accept(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                               MethodAnswered& answered) {
    answered.answers = "known";
    const auto key = store::hash_from_hex(text_member(arguments, "delivery"));
    if (key && draft.now().was_delivered(call.account, *key)) return {};
    auto entry = read_queue_entry(text_member(arguments, "entry"));
    if (!entry) return store::fail(store::Code::invalid, "There is no entry to take.");
    answered.answers = "taken";
    if (key) draft.add(store::DeliveryNoted{*key, draft.at()});
    const auto id = text_member(arguments, "id");
    put_parts(draft, id, *entry, text_member(arguments, "domain"), draft.at());
    if (entry->envelope.rcpt_to.empty()) return {};
    entry->queued = draft.at();
    draft.add(store::QueuePut{draft.at(), std::string(id), write_queue_entry(*entry)});
    hold_body(draft, entry->body, entry->size, draft.at() + body_held_after_due);
    return {};
}

// Whether anything is new, as of `now`. Both may hold tens of thousands.
bool merge(std::vector<DeliveryStatus>& into, jmap::Object arguments, store::Time now) {
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < into.size(); ++i)
        places.emplace(into[i].address, i);
    bool any = false;
    each_object(arguments, "statuses", [&](jmap::Object object) {
        DeliveryStatus status{std::string(text_member(object, "address")),
                              std::string(text_member(object, "reply")),
                              std::string(text_member(object, "delivered"))};
        const auto [place, is_new] = places.emplace(status.address, into.size());
        if (is_new) into.emplace_back();
        auto& known = into[place->second];
        status.changed_at = known.changed_at;
        if (!is_new && known == status) return;
        any = true;
        known = std::move(status);
        known.changed_at = now;
    });
    return any;
}

store::Result<void> run_finish(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                               MethodAnswered& answered) {
    const std::string id(text_member(arguments, "id"));
    auto due = due_of(arguments);
    answered.answers = "finished";
    bool held = false;
    if (!draft.now().queued(call.account, due, id)) {
        const auto there = draft.now().queued(call.account, held_until, id);
        if (!there) return {};
        due = held_until;
        held = true;
    }
    draft.add(store::QueueRemoved{due, id});
    const auto retry_at = jmap::member(arguments, "retryAt");
    if (const auto at = retry_at ? jmap::as_integer(*retry_at) : std::nullopt) {
        auto entry = read_queue_entry(text_member(arguments, "entry"));
        if (!entry) return store::fail(store::Code::invalid, "There is no entry to keep.");
        entry->held = held;
        entry->due_before_hold = held ? *at : 0;
        const auto next = held ? held_until : *at;
        hold_body(draft, entry->body, entry->size, next + body_held_after_due);
        draft.add(store::QueuePut{next, id, write_queue_entry(*entry)});
    }
    const std::string of(submission_of(id));
    auto submission = find_submission(draft, of);
    if (!submission) return {};
    bool changed = merge(submission->delivery_status, arguments, draft.at());
    if (const auto dsn = text_member(arguments, "dsn"); !dsn.empty()) {
        submission->dsn_blob_ids.emplace_back(dsn);
        changed = true;
    }
    if (changed) put_submission(draft, of, *submission);
    return {};
}

} // namespace

CallMethod claim_call(store::AccountId account, store::Time due, std::string_view id, std::string_view domain,
                      store::Time now) {
    auto call = begin(account, claim_method, now);
    jmap::Writer out(call.arguments);
    out.begin_object().member("due", due).member("id", id).member("domain", domain).end_object();
    return call;
}

store::Plan plan_claim(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_claim);
}

CallMethod accept_call(store::AccountId account, std::string_view id, QueueEntry entry,
                       const store::Body& body, std::string_view key, std::string_view domain,
                       store::Time now) {
    auto call = begin(account, accept_method, now);
    entry.body = body.hash;
    entry.size = body.bytes->size();
    entry.claimed = true;
    jmap::Writer out(call.arguments);
    out.begin_object().member("id", id).member("entry", write_queue_entry(entry)).member("domain", domain);
    if (!key.empty()) {
        const auto hash = store::hash_of(fmt::format("{}\n{}\nelsewhere", key, account));
        out.member("delivery", store::to_hex(hash));
    }
    out.end_object();
    call.uploads.push_back({body});
    return call;
}

store::Plan plan_accept(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_accept);
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
