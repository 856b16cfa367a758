#include "actors/delivery/queue_acts.h"

#include "actors/mailbox/keep_upload.h"

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

store::Plan plan_act(QueueAct act, const DueEntry& of, std::shared_ptr<ActDone> done) {
    return [=](store::Draft& draft) -> store::Result<void> {
        const auto value = draft.now().queued(of.account, of.due, of.id);
        auto entry = value ? read_queue_entry(*value) : std::nullopt;
        if (!entry || entry->destination.empty()) return {};
        done->found = true;
        const auto now = draft.at();
        // What is due may be on its way at this moment: it is not given another time under the courier's
        // feet.
        const bool waits = of.due > now;
        switch (act) {
        case QueueAct::retry:
            if (entry->held || !waits) return {};
            move_entry(draft, of, *entry, now);
            break;
        case QueueAct::hold:
            if (entry->held) return {};
            entry->held = true;
            entry->due_before_hold = of.due;
            move_entry(draft, of, *entry, held_until);
            break;
        case QueueAct::release:
            if (!entry->held) return {};
            entry->held = false;
            // It may still be on its way since before the hold, and is known there by the time that it had.
            move_entry(draft, of, *entry, std::min(now, std::exchange(entry->due_before_hold, 0)));
            break;
        case QueueAct::drop:
            draft.add(store::QueueRemoved{of.due, of.id});
            tell_dropped(draft, of, *entry);
            break;
        }
        done->changed = true;
        return {};
    };
}

} // namespace facteur
