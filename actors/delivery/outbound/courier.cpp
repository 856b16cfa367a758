#include "actors/delivery/outbound/courier.h"

#include "actors/delivery/outbound/task.h"
#include "actors/log.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/session/jmap/write_call.h"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace facteur {
namespace {

// Letters over one connection: then others of the hop's servers have their turn.
constexpr std::size_t most_letters = 100;
constexpr auto between_commits = std::chrono::seconds(1);

class Courier : public std::enable_shared_from_this<Courier> {
public:
    Courier(caf::event_based_actor* self, CourierSetting setting, NextHop hop, DueEntry first)
        : self_(self), setting_(std::move(setting)), hop_(std::move(hop)), due_(std::move(first)) {}

    // Also when the network stops before anybody was reached.
    ~Courier() { end(); }
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

    void start() {
        const auto me = shared_from_this();
        const auto actor = caf::actor_cast<caf::actor>(self_);
        DialEvents events;
        events.opened = [me, actor](const SendingLink& link, const RemoteServer& peer) {
            run_in(actor, [me, link, peer] { me->opened(link, peer); });
        };
        events.failed = [me, actor](const NoServer& why) {
            run_in(actor, [me, why] { me->not_reached(why); });
        };
        events.done = [me, actor](const smtp::MessageDone& done) {
            run_in(actor, [me, done] { me->answered(done); });
        };
        events.gone = [me, actor] { run_in(actor, [me] { me->gone(); }); };
        setting_.network.dial(hop_, std::move(events));
    }

private:
    void opened(const SendingLink& link, const RemoteServer& peer) {
        link_ = link;
        peer_ = peer;
        setting_.worked();
        send();
    }

    void not_reached(const NoServer& why) {
        gone_ = failed_ = true;
        log(Severity::info, "no server reached", {{"destination", hop_.key()}, {"reply", why.reply}});
        const auto me = shared_from_this();
        setting_.failed(why, [me, why](store::Time until) {
            me->settle(judge_all(me->due_->entry, why.reply, why.permanent, me->setting_.policy,
                                 me->setting_.clock(), until, random_number));
        });
    }

    // An operator may have taken the entry away, or put it on hold, while it waited.
    [[nodiscard]] bool is_still_queued() const {
        return setting_.services.store.read(due_->account)
            .queued(due_->account, due_->due, due_->id)
            .has_value();
    }

    void send() {
        if (!is_still_queued()) return forget();
        auto letter = make_letter(setting_.services, *due_, *setting_.signers, peer_.eight_bit);
        if (!letter) {
            const auto& why = letter.error();
            return settle(judge_all(due_->entry, why.reply, why.permanent, setting_.policy, setting_.clock(),
                                    0, random_number));
        }
        addresses_ = (*letter)->addresses;
        ++letters_;
        awaited_ = true;
        link_.send(std::move(*letter));
    }

    [[nodiscard]] std::string reply_of(const smtp::RecipientResult& result) const {
        auto line = result.reply.code == 0 ? "451 4.4.2 " + result.reply.text : result.reply.line();
        std::replace(line.begin(), line.end(), '\n', ' ');
        return peer_.tls.empty() ? fmt::format("{} ({})", line, peer_.host)
                                 : fmt::format("{} ({}, {})", line, peer_.host,
                                               std::string_view(peer_.tls).substr(0, peer_.tls.find(' ')));
    }

    void answered(const smtp::MessageDone& done) {
        using Result = smtp::RecipientResult::Outcome;
        if (!std::exchange(awaited_, false)) return;
        std::vector<DeliveryStatus> said;
        for (std::size_t i = 0; i < done.recipients.size() && i < addresses_.size(); ++i) {
            const auto& result = done.recipients[i];
            const auto* delivered = result.outcome == Result::delivered  ? "unknown"
                                    : result.outcome == Result::deferred ? "queued"
                                                                         : "no";
            said.push_back({addresses_[i], reply_of(result), delivered});
        }
        if (done.uncertain)
            log(Severity::warn, "a letter's end was not confirmed",
                {{"id", due_->id}, {"account", due_->account}, {"host", peer_.host}});
        settle(judge_attempt(due_->entry, said, setting_.policy, setting_.clock(), 0, random_number,
                             done.dsn_relayed));
    }

    void note(const Outcome& outcome) const {
        const auto count = [&](std::string_view delivered) {
            return std::count_if(outcome.statuses.begin(), outcome.statuses.end(),
                                 [&](const auto& status) { return status.delivered == delivered; });
        };
        log(Severity::info, "sent elsewhere",
            {{"id", due_->id},
             {"account", due_->account},
             {"destination", due_->entry.destination},
             {"host", peer_.host},
             {"remote", peer_.address},
             {"tls", peer_.tls},
             {"trust", peer_.trust},
             {"sent", count("unknown")},
             {"deferred", count("queued")},
             {"refused", count("no")},
             {"attempts", outcome.entry.attempts},
             {"reply", outcome.statuses.empty() ? std::string() : outcome.statuses.front().smtp_reply}});
    }

    void settle(Outcome judged) {
        note(judged);
        const auto outcome = std::make_shared<const Outcome>(std::move(judged));
        commit_outcome(self_, setting_.services, *due_, outcome, setting_.clock(),
                       [me = shared_from_this(), outcome](bool) {
                           me->setting_.settled(*me->due_, *outcome);
                           me->go_on();
                       });
    }

    void forget() {
        setting_.settled(*due_, {});
        go_on();
    }

    void go_on() {
        setting_.finished(due_->entry.size);
        due_.reset();
        if (gone_) return end();
        if (letters_ >= most_letters) return link_.quit();
        asked_ = true;
        setting_.next([me = shared_from_this()](std::optional<DueEntry> due) {
            me->asked_ = false;
            if (me->gone_) {
                // Lost in between: another connection will have it.
                if (due) me->setting_.settled(*due, {});
                if (due) me->setting_.finished(due->entry.size);
                return me->end();
            }
            if (!due) return me->link_.quit();
            me->due_ = std::move(due);
            me->send();
        });
    }

    void gone() {
        gone_ = true;
        // The connection went before the letter came to it.
        if (awaited_) {
            smtp::RecipientResult lost;
            lost.reply.text = "The connection was lost";
            answered({std::vector(addresses_.size(), lost), false, false});
        } else if (!due_ && !asked_) {
            end();
        }
    }

    void end() {
        if (!std::exchange(ended_, true)) setting_.closed(failed_);
    }

    caf::event_based_actor* self_;
    CourierSetting setting_;
    NextHop hop_;
    std::optional<DueEntry> due_;
    SendingLink link_;
    RemoteServer peer_;
    std::vector<std::string> addresses_;
    std::size_t letters_ = 0;
    bool gone_ = false, asked_ = false, awaited_ = false, failed_ = false, ended_ = false;
};

} // namespace

void run_courier(caf::event_based_actor* self, CourierSetting setting, NextHop hop, DueEntry first) {
    std::make_shared<Courier>(self, std::move(setting), std::move(hop), std::move(first))->start();
}

void commit_outcome(caf::event_based_actor* self, const Services& services, const DueEntry& due,
                    std::shared_ptr<const Outcome> outcome, store::Time now, std::function<void(bool)> then) {
    self->request(services.mailboxes.of(due.account), caf::infinite,
                  finish_call(due.account, due.due, due.id, *outcome, now))
        .then([then](const MethodAnswered&) { then(true); },
              [=, &services](const caf::error& error) {
                  if (to_store(error).code == store::Code::stopped) return then(false);
                  self->delayed_send(self, between_commits,
                                     OutboundTask{[=, &services](caf::event_based_actor*) {
                                         commit_outcome(self, services, due, outcome, now, then);
                                     }});
              });
}

} // namespace facteur
