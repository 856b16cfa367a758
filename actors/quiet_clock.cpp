#include "actors/quiet_clock.h"

#include <caf/actor_system.hpp>
#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <mutex>
#include <unordered_set>

namespace facteur {
namespace {

using CafClock = caf::detail::thread_safe_actor_clock;

class QuietClock final : public CafClock {
public:
    explicit QuietClock(CafClock& clock) : clock_(clock) {}

    void set_ordinary_timeout(time_point at, caf::abstract_actor* actor, caf::atom_value type,
                              std::uint64_t id) override {
        note(actor);
        clock_.set_ordinary_timeout(at, actor, type, id);
    }
    void set_multi_timeout(time_point at, caf::abstract_actor* actor, caf::atom_value type,
                           std::uint64_t id) override {
        note(actor);
        clock_.set_multi_timeout(at, actor, type, id);
    }
    void set_request_timeout(time_point at, caf::abstract_actor* actor, caf::message_id id) override {
        note(actor);
        clock_.set_request_timeout(at, actor, id);
    }
    void cancel_ordinary_timeout(caf::abstract_actor* actor, caf::atom_value type) override {
        clock_.cancel_ordinary_timeout(actor, type);
    }
    void cancel_request_timeout(caf::abstract_actor* actor, caf::message_id id) override {
        clock_.cancel_request_timeout(actor, id);
    }
    // It ends.
    void cancel_timeouts(caf::abstract_actor* actor) override {
        {
            const std::lock_guard lock(mutex_);
            if (with_timeouts_.erase(actor) == 0) return;
        }
        clock_.cancel_timeouts(actor);
    }
    void schedule_message(time_point at, caf::strong_actor_ptr receiver,
                          caf::mailbox_element_ptr content) override {
        clock_.schedule_message(at, std::move(receiver), std::move(content));
    }
    void schedule_message(time_point at, caf::group target, caf::strong_actor_ptr sender,
                          caf::message content) override {
        clock_.schedule_message(at, std::move(target), std::move(sender), std::move(content));
    }
    void cancel_all() override { clock_.cancel_all(); }

private:
    void note(caf::abstract_actor* actor) {
        const std::lock_guard lock(mutex_);
        with_timeouts_.insert(actor);
    }

    CafClock& clock_;
    std::mutex mutex_;
    std::unordered_set<caf::abstract_actor*> with_timeouts_; // that have had one; until they end
};

class Scheduler final : public caf::scheduler::coordinator<caf::policy::work_sharing> {
public:
    explicit Scheduler(caf::actor_system& system) : coordinator(system), clock_(coordinator::clock()) {}

    CafClock& clock() noexcept override { return clock_; }

private:
    QuietClock clock_;
};

} // namespace

void schedule_quietly(caf::actor_system_config& config) {
    config.module_factories.emplace_back([](caf::actor_system& system) -> caf::actor_system::module* {
        return std::make_unique<Scheduler>(system).release(); // the system's
    });
}

} // namespace facteur
