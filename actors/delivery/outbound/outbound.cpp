#include "actors/delivery/outbound/outbound.h"

#include "actors/delivery/outbound/courier.h"
#include "actors/delivery/outbound/schedule.h"
#include "actors/delivery/outbound/signers.h"
#include "actors/delivery/outbound/task.h"
#include "actors/log.h"
#include "actors/session/jmap/write_call.h"

#include <caf/all.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace facteur {
namespace {

constexpr auto look_again = std::chrono::seconds(1); // hops whose rest is over
constexpr auto stop_patience = std::chrono::seconds(5);

} // namespace

// `schedule` belongs to `actor`, the rest is thread-safe.
struct Outbound::Implementation : std::enable_shared_from_this<Implementation> {
    Implementation(caf::actor_system& of, const Services& all, std::function<store::Time()> time,
                   std::function<void(const DueEntry&)> told)
        : system(of), services(all), clock(std::move(time)), done(std::move(told)),
          policy(retry_policy(all.config)),
          schedule({all.config.queue.connections, all.config.queue.connections_per_domain,
                    all.config.queue.memory},
                   random_number) {}

    caf::actor_system& system;
    const Services& services;
    std::function<store::Time()> clock;
    std::mutex telling; // held while `done` is called, so that nobody is told after the stop
    std::function<void(const DueEntry&)> done;
    std::unique_ptr<OutboundNetwork> network;
    smtp::RetryPolicy policy;
    Schedule schedule;
    caf::actor actor;

    mutable std::mutex mutex;
    std::condition_variable changed;
    OutboundStatistics counts;
    std::shared_ptr<const std::vector<dkim::Signer>> signers;
    std::size_t couriers = 0;
    bool stopping = false, stopped = false;

    [[nodiscard]] bool is_stopping() const {
        const std::lock_guard lock(mutex);
        return stopping;
    }
    Result<void> read_signers(const Config& config) {
        auto read = load_signers(config);
        if (!read) return tl::unexpected(read.error());
        const std::lock_guard lock(mutex);
        signers = std::make_shared<const std::vector<dkim::Signer>>(std::move(*read));
        return {};
    }
    [[nodiscard]] std::shared_ptr<const std::vector<dkim::Signer>> signers_now() const {
        const std::lock_guard lock(mutex);
        return signers;
    }
    void enter() {
        const std::lock_guard lock(mutex);
        ++couriers;
        ++counts.dialled;
    }
    void leave() {
        const std::lock_guard lock(mutex);
        --couriers;
        changed.notify_all();
    }
    void settled(const DueEntry& due, const Outcome& outcome) {
        count(outcome);
        const std::lock_guard lock(telling);
        if (done) done(due);
    }
    void tell_no_more() {
        const std::lock_guard lock(telling);
        done = nullptr;
    }
    void count(const Outcome& outcome) {
        const std::lock_guard lock(mutex);
        for (const auto& status : outcome.statuses)
            ++(status.delivered == "no"       ? counts.refused
               : status.delivered == "queued" ? counts.deferred
                                              : counts.sent);
    }

    // ---- in the actor

    void add(caf::event_based_actor* self, DueEntry due) {
        const auto hop = next_hop(services.config, due.entry.destination);
        if (const auto rest = schedule.rest(hop.key(), clock()))
            return put_off(self, std::move(due), {rest->reply, false}, rest->until);
        schedule.add(hop.key(), std::move(due));
        work();
    }

    void work() {
        if (is_stopping()) return;
        while (auto start = schedule.open_next(clock()))
            send_courier(std::move(*start));
        const std::lock_guard lock(mutex);
        counts.waiting = schedule.waiting();
        counts.connections = schedule.connections();
    }

    void put_off(caf::event_based_actor* self, DueEntry due, const NoServer& why, store::Time until) {
        const auto outcome = std::make_shared<const Outcome>(
            judge_all(due.entry, why.reply, why.permanent, policy, clock(), until, random_number));
        commit_outcome(self, services, due, outcome, clock(),
                       [me = shared_from_this(), due, outcome](bool) { me->settled(due, *outcome); });
    }

    void failed(caf::event_based_actor* self, const std::string& hop, const NoServer& why,
                const std::function<void(store::Time)>& answer) {
        {
            const std::lock_guard lock(mutex);
            ++counts.not_reached;
        }
        Schedule::Failure failure;
        if (why.permanent) {
            failure.waiting = schedule.take_all(hop);
            schedule.closed(hop);
        } else {
            failure = schedule.failed(hop, why.reply, clock());
        }
        for (auto& due : failure.waiting)
            put_off(self, std::move(due), why, failure.until);
        answer(failure.until);
    }

    void send_courier(Schedule::Start start) {
        enter();
        const auto me = shared_from_this();
        auto hop = next_hop(services.config, start.due.entry.destination);
        system.spawn([me, hop = std::move(hop), start = std::move(start)](caf::event_based_actor* courier) {
            run_courier(courier, me->setting_of(courier, start.hop), hop, start.due);
            return run_tasks(courier);
        });
    }

    // What a courier tells comes from its own actor, and from nowhere when the network stops under it.
    CourierSetting setting_of(caf::event_based_actor* courier, const std::string& hop) {
        const auto me = shared_from_this();
        const auto back = caf::actor_cast<caf::actor>(courier);
        const auto here = actor;
        CourierSetting setting{services, *network, signers_now(), policy, clock, {}, {}, {}, {}, {}, {}};
        setting.settled = [me](const DueEntry& due, const Outcome& outcome) { me->settled(due, outcome); };
        setting.next = [=](std::function<void(std::optional<DueEntry>)> then) {
            run_in(here, [=] {
                auto next = me->is_stopping() ? std::nullopt : me->schedule.take_next(hop);
                run_in(back, [then, next = std::move(next)] { then(next); });
            });
        };
        setting.worked = [=] {
            run_in(here, [=] {
                me->schedule.worked(hop);
                me->work();
            });
        };
        setting.failed = [=](const NoServer& why, std::function<void(store::Time)> then) {
            run_in(here, [=](caf::event_based_actor* self) {
                me->failed(self, hop, why, [=](store::Time until) { run_in(back, [=] { then(until); }); });
            });
        };
        setting.finished = [=](std::uint64_t octets) {
            run_in(here, [=] {
                me->schedule.finished(octets);
                me->work();
            });
        };
        setting.closed = [=](bool failed) {
            run_in(here, [=] {
                if (!failed) me->schedule.closed(hop);
                me->work();
            });
            me->leave();
        };
        return setting;
    }

    void tick(caf::event_based_actor* self) {
        schedule.tidy(clock());
        work();
        self->delayed_send(self, look_again,
                           OutboundTask{[me = weak_from_this()](caf::event_based_actor* again) {
                               if (const auto alive = me.lock()) alive->tick(again);
                           }});
    }
};

Outbound::Outbound(std::shared_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}

Result<std::unique_ptr<Outbound>> Outbound::start(caf::actor_system& system, const Services& services,
                                                  std::function<store::Time()> clock,
                                                  std::function<void(const DueEntry&)> done) {
    auto made = std::make_shared<Implementation>(system, services, std::move(clock), std::move(done));
    auto network = OutboundNetwork::open(services.config);
    if (!network) return tl::unexpected(network.error());
    made->network = std::move(*network);
    if (auto read = made->read_signers(services.config); !read) return tl::unexpected(read.error());
    made->actor = system.spawn(run_tasks);
    run_in(made->actor, [me = made->weak_from_this()](caf::event_based_actor* self) {
        if (const auto alive = me.lock()) alive->tick(self);
    });
    return std::unique_ptr<Outbound>(new Outbound(std::move(made)));
}

Outbound::~Outbound() {
    stop();
}

void Outbound::offer(DueEntry due) {
    run_in(implementation_->actor, [me = implementation_, due = std::move(due)](
                                       caf::event_based_actor* self) { me->add(self, due); });
}

void Outbound::forget_failures() {
    run_in(implementation_->actor, [me = implementation_] {
        me->schedule.forget_failures();
        me->work();
    });
}

Result<void> Outbound::read_signers(const Config& config) {
    return implementation_->read_signers(config);
}

void Outbound::stop() {
    auto& shared = *implementation_;
    {
        std::unique_lock lock(shared.mutex);
        if (std::exchange(shared.stopped, true)) return; // the actors may be gone by now
        shared.stopping = true;
        shared.changed.wait_for(lock, stop_patience, [&] { return shared.couriers == 0; });
    }
    shared.network->stop();
    {
        // What was cut is committed still.
        std::unique_lock lock(shared.mutex);
        shared.changed.wait_for(lock, stop_patience, [&] { return shared.couriers == 0; });
    }
    caf::scoped_actor self{shared.system};
    caf::anon_send_exit(shared.actor, caf::exit_reason::user_shutdown);
    self->wait_for(shared.actor);
    shared.tell_no_more();
}

OutboundStatistics Outbound::statistics() const {
    const std::lock_guard lock(implementation_->mutex);
    return implementation_->counts;
}

} // namespace facteur
