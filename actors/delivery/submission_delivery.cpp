#include "actors/delivery/submission_delivery.h"

#include "actors/accounts/directory.h"
#include "actors/delivery/local.h"
#include "actors/delivery/send_report.h"
#include "actors/delivery/submitted_message.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/write_call.h"

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_set>

namespace facteur {
namespace {

constexpr std::string_view delivered_reply = "250 2.0.0 Delivered";
// Of one message, at a time: enough to share syncs, few enough that another's letter does not wait long
// behind them.
constexpr std::size_t most_filed_at_once = 200;

// What a recipient's refusal is as a reply of SMTP; nothing: it may go later.
std::optional<std::string> refusal(const store::Error& error, bool resolving) {
    switch (error.code) {
    case store::Code::not_found: return "550 5.1.1 There is no such mailbox";
    case store::Code::over_quota: return "552 5.2.2 The mailbox is full";
    case store::Code::stopped:
        // An account that is suspended, or a store that is closing.
        if (resolving) return "550 5.2.1 The account is suspended";
        return std::nullopt;
    case store::Code::invalid:
    case store::Code::corrupt: return "554 5.6.0 The message cannot be stored";
    default: return std::nullopt;
    }
}

class SubmissionDelivery : public std::enable_shared_from_this<SubmissionDelivery> {
public:
    SubmissionDelivery(caf::event_based_actor* self, const Services& services, DueEntry due,
                       std::function<store::Time()> clock, std::function<void()> done)
        : self_(self), services_(services), due_(std::move(due)), clock_(std::move(clock)),
          done_(std::move(done)) {}

    void start() {
        if (!due_.entry.untold.empty()) return tell();
        auto here = due_.entry;
        const auto elsewhere = split_off(due_.id, here, services_.directory.domain());
        if (due_.entry.claimed && elsewhere.empty()) return deliver();
        call(claim_call(due_.account, due_.due, due_.id, services_.directory.domain(), clock_()),
             [me = shared_from_this(), here = std::move(here)](bool claimed) {
                 me->due_.entry = here;
                 if (claimed && !here.envelope.rcpt_to.empty())
                     me->deliver();
                 else
                     me->done_();
             });
    }

private:
    // `then` is told whether the step was taken; when it was not, the entry stays for another time.
    void call(CallMethod method, std::function<void(bool)> then) {
        self_->request(services_.mailboxes.of(due_.account), caf::infinite, std::move(method))
            .then([then](const MethodAnswered& answered) { then(answered.answers != "gone"); },
                  [then](const caf::error&) { then(false); });
    }

    void deliver() {
        at_ = clock_();
        const auto size = services_.store.read(due_.account).body_size(due_.entry.body).value_or(0);
        services_.large_texts.run(
            self_, size, [me = shared_from_this()] { me->read(); },
            [me = shared_from_this()](bool) {
                if (me->email_) {
                    me->resolve();
                    me->file_some();
                } else if (me->is_unreadable_) {
                    me->fail_unsettled("554 5.6.0 The message cannot be read any more");
                    me->report();
                } else {
                    me->done_();
                }
            });
    }

    // Perhaps on a thread for large texts, while nobody else touches this.
    void read() {
        auto message = services_.store.read(due_.account).read_body(due_.entry.body);
        if (!message) {
            is_unreadable_ = refusal(message.error(), false).has_value();
            return;
        }
        message_ = std::move(*message);
        // The parts of mass mail are octet for octet the same, so that a shard holds its body once.
        const auto id = account_id(due_.account) + std::string(submission_of(due_.id));
        auto copy =
            due_.entry.as_is
                ? message_
                : delivered_copy(message_, {due_.entry.envelope.mail_from.email, services_.directory.domain(),
                                            id, due_.entry.queued > 0 ? due_.entry.queued : at_});
        email_ = ingest(std::make_shared<const std::string>(std::move(copy)), at_);
    }

    // Some recipients, then the next ones.
    void file_some() {
        const auto first = filed_;
        filed_ = std::min(waiting_.size(), first + most_filed_at_once);
        std::vector<LocalRecipient> recipients(
            std::move_iterator(waiting_.begin() + static_cast<long>(first)),
            std::move_iterator(waiting_.begin() + static_cast<long>(filed_)));
        const auto key = delivery_key(due_.account, submission_of(due_.id));
        deliver_local(
            self_, services_, email_, std::move(recipients), key,
            [me = shared_from_this(), first](const std::vector<store::Result<EmailFiled>>& results) {
                me->settle(first, results);
                if (me->filed_ < me->waiting_.size()) return me->file_some();
                me->give_up_late();
                me->report();
            });
    }

    // Recipients whose fate is open.
    std::vector<const EnvelopeAddress*> unsettled() const {
        std::unordered_set<std::string_view> settled;
        for (const auto& status : due_.entry.settled)
            settled.insert(status.address);
        std::vector<const EnvelopeAddress*> open;
        for (const auto& recipient : due_.entry.envelope.rcpt_to)
            if (!settled.contains(recipient.email)) open.push_back(&recipient);
        return open;
    }

    // Those that can be tried now are waiting; the others are settled.
    void resolve() {
        for (const auto* recipient : unsettled()) {
            auto found = resolve_recipient(services_, recipient->email, email_->row.size);
            if (found) {
                found->silent = !wants_report(*recipient, "FAILURE");
                tried_.push_back(recipient);
                waiting_.push_back(std::move(*found));
            } else if (auto reply = refusal(found.error(), true)) {
                note_failure(*recipient, std::move(*reply));
            }
        }
    }

    void settle(std::size_t first, const std::vector<store::Result<EmailFiled>>& results) {
        for (std::size_t i = 0; i < results.size(); ++i) {
            const auto& recipient = *tried_[first + i];
            if (results[i]) {
                DeliveryStatus done{recipient.email, std::string(delivered_reply), "yes"};
                if (wants_report(recipient, "SUCCESS")) told_.push_back(done);
                due_.entry.settled.push_back(std::move(done));
            } else if (auto reply = refusal(results[i].error(), false)) {
                note_failure(recipient, std::move(*reply));
            }
        }
    }

    void give_up_late() {
        ++due_.entry.attempts;
        if (due_.entry.attempts >= most_attempts)
            fail_unsettled("554 5.4.7 The mailbox could not be reached in time");
    }

    void fail_unsettled(const std::string& reply) {
        for (const auto* recipient : unsettled())
            note_failure(*recipient, reply);
    }

    void note_failure(const EnvelopeAddress& recipient, std::string reply) {
        if (wants_report(recipient, "FAILURE")) told_.push_back({recipient.email, reply, "no"});
        due_.entry.settled.push_back({recipient.email, std::move(reply), "no"});
    }

    // Tells the sender of recipients that this attempt settled, as far as he wants to hear. Nothing is lost
    // silently: without its report the entry is not finished.
    void report() {
        send_report(self_, services_, {due_.account, due_.id, due_.entry, message_, told_, due_.due, at_},
                    [me = shared_from_this()](bool told, std::string blob) {
                        if (!told) return me->done_();
                        me->report_blob_ = std::move(blob);
                        me->finish();
                    });
    }

    // What is known since the last attempt elsewhere, and then it goes on.
    void tell() {
        at_ = clock_();
        if (auto message = services_.store.read(due_.account).read_body(due_.entry.body))
            message_ = std::move(*message);
        told_ = due_.entry.untold;
        send_report(self_, services_,
                    {due_.account, due_.id, due_.entry, message_, told_, due_.entry.queued, at_,
                     due_.entry.queued + services_.config.queue.expire.count()},
                    [me = shared_from_this()](bool told, std::string blob) {
                        if (!told) return me->done_();
                        Outcome outcome;
                        outcome.dsn_blob_id = std::move(blob);
                        outcome.entry = me->due_.entry;
                        outcome.entry.untold.clear();
                        if (outcome.entry.settled.size() < outcome.entry.envelope.rcpt_to.size())
                            outcome.retry_at = outcome.entry.next_attempt;
                        me->call(
                            finish_call(me->due_.account, me->due_.due, me->due_.id, outcome, me->clock_()),
                            [me](bool) { me->done_(); });
                    });
    }

    void finish() {
        Outcome outcome;
        outcome.dsn_blob_id = report_blob_;
        outcome.statuses = due_.entry.settled;
        for (const auto* recipient : unsettled())
            outcome.statuses.push_back({recipient->email, "451 4.3.0 The mailbox is busy", "queued"});
        if (due_.entry.settled.size() < due_.entry.envelope.rcpt_to.size())
            outcome.retry_at = clock_() + retry_delay(due_.entry.attempts);
        outcome.entry = due_.entry;
        outcome.entry.claimed = true;
        call(finish_call(due_.account, due_.due, due_.id, outcome, clock_()),
             [me = shared_from_this()](bool) { me->done_(); });
    }

    caf::event_based_actor* self_;
    const Services& services_;
    DueEntry due_;
    std::function<store::Time()> clock_;
    std::function<void()> done_;
    std::string message_;
    bool is_unreadable_ = false;
    store::Time at_ = 0;
    std::shared_ptr<const IngestedEmail> email_;
    std::vector<LocalRecipient> waiting_;       // moved from up to filed_
    std::vector<const EnvelopeAddress*> tried_; // the same, in the entry's envelope
    std::size_t filed_ = 0;
    std::vector<DeliveryStatus> told_; // by the report
    std::string report_blob_;
};

} // namespace

store::Time retry_delay(std::uint32_t attempts) {
    constexpr std::array<store::Time, most_attempts> delays{5, 15, 60, 300, 900, 3600, 7200, 14400};
    return delays[std::min<std::size_t>(attempts, delays.size()) - (attempts > 0 ? 1 : 0)];
}

void deliver_submission(caf::event_based_actor* self, const Services& services, DueEntry due,
                        std::function<store::Time()> clock, std::function<void()> done) {
    std::make_shared<SubmissionDelivery>(self, services, std::move(due), std::move(clock), std::move(done))
        ->start();
}

} // namespace facteur
