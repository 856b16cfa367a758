#include "actors/delivery/queue_acts.h"

#include "actors/mailbox/keep_upload.h"
#include "actors/session/jmap/write_call.h"

#include <algorithm>
#include <utility>

namespace facteur {
namespace {

constexpr std::string_view dropped_reply = "554 5.7.0 Taken out of the queue by an operator";

void move_entry(store::Draft& draft, const DueEntry& of, QueueEntry entry, store::Time due) {
    draft.add(store::QueueRemoved{of.due, of.id});
    hold_body(draft, entry.body, entry.size, due + body_held_after_due);
    draft.add(store::QueuePut{due, of.id, write_queue_entry(entry)});
}

void tell_dropped(store::Draft& draft, const DueEntry& of, const QueueEntry& entry) {
    const std::string id(submission_of(of.id));
    const auto row = draft.now().object(of.account, store::ObjectType::email_submission, id);
    auto submission = row ? read_submission(*row) : std::nullopt;
    if (!submission) return;
    for (auto& status : submission->delivery_status) {
        const bool is_of_entry =
            std::any_of(entry.envelope.rcpt_to.begin(), entry.envelope.rcpt_to.end(),
                        [&](const auto& recipient) { return recipient.email == status.address; });
        if (!is_of_entry || status.delivered != "queued") continue;
        status.delivered = "no";
        status.smtp_reply = dropped_reply;
        status.changed_at = draft.at();
    }
    draft.add(store::ObjectPut{store::ObjectType::email_submission, id, write_submission(*submission)});
}

// Whether there is anything to do.
bool act_on(QueueAct act, const DueEntry& of, QueueEntry entry, store::Draft& draft) {
    const auto now = draft.at();
    // What is due may be on its way at this moment: it is not given another time under the courier's feet.
    const bool waits = of.due > now;
    switch (act) {
    case QueueAct::retry:
        if (entry.held || !waits) return false;
        move_entry(draft, of, entry, now);
        return true;
    case QueueAct::hold:
        if (std::exchange(entry.held, true)) return false;
        entry.due_before_hold = of.due;
        move_entry(draft, of, entry, held_until);
        return true;
    case QueueAct::release:
        if (!std::exchange(entry.held, false)) return false;
        // It may still be on its way since before the hold, and is known there by the time that it had.
        move_entry(draft, of, entry, std::min(now, std::exchange(entry.due_before_hold, 0)));
        return true;
    case QueueAct::drop:
        draft.add(store::QueueRemoved{of.due, of.id});
        tell_dropped(draft, of, entry);
        return true;
    }
    return false;
}

store::Result<void> run_act(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                            MethodAnswered& answered) {
    const auto number = [&](std::string_view name) {
        const auto value = jmap::member(arguments, name);
        return value ? jmap::as_integer(*value).value_or(0) : 0;
    };
    const DueEntry of{call.account, number("due"), std::string(text_member(arguments, "id")), {}};
    answered.answers = "gone";
    const auto value = draft.now().queued(of.account, of.due, of.id);
    const auto entry = value ? read_queue_entry(*value) : std::nullopt;
    if (!entry || entry->destination.empty()) return {};
    const bool changed = act_on(static_cast<QueueAct>(number("act")), of, *entry, draft);
    answered.answers = changed ? "changed" : "unchanged";
    return {};
}

} // namespace

void each_queued(const store::Store& store, const std::function<bool(const DueEntry&)>& each) {
    bool on = true;
    for (store::ShardId shard = 0; shard < store.shards() && on; ++shard)
        store.read_shard(shard).queue(
            std::numeric_limits<store::Time>::max(),
            [&](store::AccountId account, store::Time due, std::string_view id, std::string_view value) {
                auto entry = read_queue_entry(value);
                if (entry) on = each({account, due, std::string(id), std::move(*entry)});
                return on;
            });
}

CallMethod act_call(QueueAct act, const DueEntry& of, store::Time now) {
    CallMethod call;
    call.account = of.account;
    call.name = act_method;
    call.at = now;
    jmap::Writer(call.arguments)
        .begin_object()
        .member("act", static_cast<std::uint64_t>(act))
        .member("due", of.due)
        .member("id", of.id)
        .end_object();
    return call;
}

store::Plan plan_act(std::shared_ptr<const CallMethod> call, std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_act);
}

} // namespace facteur
