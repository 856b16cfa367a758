#include "actors/accounts/directory.h"
#include "actors/clock.h"
#include "actors/delivery/automatic_answer.h"
#include "actors/delivery/local.h"
#include "actors/delivery/queue_plans.h"
#include "actors/delivery/reverse_path.h"
#include "actors/delivery/routing.h"
#include "actors/delivery/sub_address.h"
#include "actors/log.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/session/jmap/write_call.h"
#include "actors/thread_waiter.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>

namespace facteur {
namespace {

using Results = std::vector<store::Result<EmailFiled>>;

constexpr std::string_view circle_reply = "554 5.4.6 The forwarding of this address leads back to itself";

// The stops that are one account: where its email goes and whose results its answer is.
struct Target {
    std::vector<store::MailboxId> mailboxes; // empty: the inbox
    std::uint64_t quota = 0;
    std::vector<std::size_t> stops;
};

std::map<store::AccountId, Target> targets_of(const Services& services,
                                              const std::vector<Routing::Stop>& stops) {
    std::map<store::AccountId, Target> targets;
    for (std::size_t i = 0; i < stops.size(); ++i) {
        auto& target = targets[stops[i].recipient.account.id];
        target.quota = stops[i].recipient.quota;
        target.stops.push_back(i);
    }
    for (auto& [account, target] : targets) {
        const auto named = [&](std::size_t i) { return !stops[i].recipient.detail.empty(); };
        if (std::none_of(target.stops.begin(), target.stops.end(), named)) continue;
        const auto now = services.store.read(account);
        bool inbox = false;
        for (const auto i : target.stops) {
            const auto mailbox = mailbox_of_detail(now, account, stops[i].recipient.detail);
            if (mailbox) target.mailboxes.push_back(*mailbox);
            inbox = inbox || !mailbox;
        }
        if (!inbox) continue;
        const auto mailbox = now.mailbox_by_role(account, "inbox");
        if (mailbox && !target.mailboxes.empty()) target.mailboxes.push_back(*mailbox);
    }
    return targets;
}

// What lanes file, on their threads: each in its place, and the last says that all of it is done.
struct Filing {
    Filing(caf::event_based_actor* self, std::size_t count) : waiter(self), results(count), open(count) {}
    ThreadWaiter waiter;
    std::vector<store::Result<EmailFiled>> results;
    std::atomic<std::size_t> open;
};

// First every account files, then what is forwarded is queued; all answers come to one actor.
class LocalDelivery : public std::enable_shared_from_this<LocalDelivery> {
public:
    LocalDelivery(caf::event_based_actor* self, const Services& services,
                  std::shared_ptr<const IngestedEmail> email, std::size_t recipients, std::string_view key,
                  std::function<void(Results)> done, Ends ends)
        : self_(self), services_(services), email_(std::move(email)), key_(key), done_(std::move(done)),
          results_(recipients, EmailFiled{}), ends_(ends) {}

    void start(Routing routing) {
        routing_ = std::move(routing);
        const auto targets = targets_of(services_, routing_.stops);
        if (targets.empty()) return forward();
        std::vector<std::vector<std::size_t>> stops;
        const auto filing = std::make_shared<Filing>(self_, targets.size());
        const bool here = ends_ == Ends::quickly && routing_.forwards.empty();
        for (const auto& [account, target] : targets) {
            services_.mailboxes.file(request_of(account, target),
                                     [filing, here, place = stops.size()](store::Result<EmailFiled> result) {
                                         filing->results[place] = std::move(result);
                                         if (filing->open.fetch_sub(1) > 1) return;
                                         here ? filing->waiter.go_on_here() : filing->waiter.say_over();
                                     });
            stops.push_back(target.stops);
        }
        filing->waiter.wait(self_, [me = shared_from_this(), filing, stops = std::move(stops)] {
            for (std::size_t i = 0; i < stops.size(); ++i)
                me->filed(stops[i], filing->results[i]);
            me->forward();
        });
    }

private:
    [[nodiscard]] FileEmail request_of(store::AccountId account, const Target& target) const {
        FileEmail request;
        request.account = account;
        request.email.email = email_;
        request.mailboxes = target.mailboxes;
        request.quota = target.quota;
        request.delivered = true;
        request.at = seconds_now();
        if (!key_.empty()) request.delivery = store::hash_of(fmt::format("{}\n{}", key_, account)).bytes;
        if (const auto& owner = routing_.stops[target.stops.front()].recipient; owner.may_answer)
            if (auto answer = automatic_answer(services_, owner.account, *email_->body.bytes, request.at))
                request.answers.push_back(std::move(*answer));
        return request;
    }

    void filed(const std::vector<std::size_t>& stops, const store::Result<EmailFiled>& result) {
        for (const auto i : stops) {
            const auto& stop = routing_.stops[i];
            if (stop.of) results_[*stop.of] = result;
            // The one that it was forwarded for has done his part: the queue goes on.
            if (stop.via && !result) routing_.forwards[*stop.via].to.push_back(stop.recipient.address);
        }
    }

    void forward() {
        std::erase_if(routing_.forwards, [](const auto& one) { return one.to.empty() && !one.fails; });
        open_ = routing_.forwards.size();
        if (open_ == 0) return done_(std::move(results_));
        const auto sender = reverse_path(*email_->body.bytes);
        for (const auto& one : routing_.forwards)
            queue(one, sender ? sender->text() : std::string());
    }

    [[nodiscard]] QueueEntry entry_of(const Routing::Forward& of, const std::string& sender) const {
        QueueEntry entry;
        entry.as_is = entry.forwarded = true;
        entry.envelope.mail_from.email = sender;
        EnvelopeAddress recipient;
        if (of.silent) recipient.parameters.emplace("NOTIFY", "NEVER");
        for (const auto& address : of.to) {
            recipient.email = address;
            entry.envelope.rcpt_to.push_back(recipient);
        }
        if (!of.fails) return entry;
        const DeliveryStatus failed{of.from.address, std::string(circle_reply), "no"};
        entry.envelope.rcpt_to.push_back({of.from.address, {}});
        entry.settled.push_back(failed);
        if (!of.silent) entry.untold.push_back(failed);
        return entry;
    }

    void queue(const Routing::Forward& of, const std::string& sender) {
        const auto body = store::make_body(
            std::make_shared<const std::string>(forwarded_copy(*email_->body.bytes, of.from.address)));
        const auto key = key_.empty() ? std::string() : key_ + "\nforwarded";
        const auto name =
            store::hash_of(key.empty() ? fmt::format("{} {}", random_number(), random_number()) : key);
        const auto id = "f" + store::to_hex(name).substr(0, 16);
        log(Severity::info, "forwarded",
            {{"id", id}, {"by", of.from.address}, {"recipients", of.to.size()}, {"circle", of.fails}});
        self_
            ->request(services_.mailboxes.of(of.from.id), caf::infinite,
                      accept_call(of.from.id, id, entry_of(of, sender), body, key,
                                  services_.directory.domain(), seconds_now()))
            .then([me = shared_from_this()](const MethodAnswered&) { me->queued({}); },
                  [me = shared_from_this()](const caf::error& error) {
                      me->queued(tl::unexpected(to_store(error)));
                  });
    }

    void queued(const store::Result<void>& done) {
        if (!done)
            for (const auto i : routing_.forwarded)
                results_[i] = tl::unexpected(done.error());
        if (--open_ == 0) done_(std::move(results_));
    }

    caf::event_based_actor* self_;
    const Services& services_;
    std::shared_ptr<const IngestedEmail> email_;
    std::string key_;
    std::function<void(Results)> done_;
    Results results_;
    Routing routing_;
    std::size_t open_ = 0; // of the forwards
    Ends ends_;
};

} // namespace

void deliver_local(caf::event_based_actor* self, const Services& services,
                   std::shared_ptr<const IngestedEmail> email, std::vector<LocalRecipient> recipients,
                   std::string_view key, std::function<void(Results)> done, Ends ends) {
    const auto size = email->row.size;
    auto routing = route_message(recipients, *email->body.bytes, [&](std::string_view address) {
        return resolve_recipient(services, address, size);
    });
    std::make_shared<LocalDelivery>(self, services, std::move(email), recipients.size(), key, std::move(done),
                                    ends)
        ->start(std::move(routing));
}

} // namespace facteur
