#include "actors/on_this_thread.h"

#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <algorithm>
#include <array>

namespace facteur {
namespace {

// Keeps the actors that it is asked to schedule, as long as there are turns for them.
class ThisThread final : public caf::execution_unit {
public:
    ThisThread(caf::actor_system& system, unsigned turns)
        : caf::execution_unit(&system), turns_(std::min(turns, most_turns)) {}

    void exec_later(caf::resumable* actor) override {
        if (waiting_ < turns_)
            ready_[(next_ + waiting_++) % most_turns] = actor;
        else
            system().scheduler().enqueue(actor);
    }

    void act() {
        while (waiting_ > 0) {
            auto* const actor = ready_[next_++ % most_turns];
            --waiting_;
            --turns_;
            if (actor->resume(this, 1) == caf::resumable::resume_later)
                exec_later(actor); // keeps its reference
            else
                caf::intrusive_ptr_release(actor);
        }
    }

private:
    static constexpr unsigned most_turns = 8;

    unsigned turns_; // that are left: never fewer than actors wait
    unsigned next_ = 0, waiting_ = 0;
    std::array<caf::resumable*, most_turns> ready_{};
};

} // namespace

void deliver_on_this_thread(const caf::actor& to, caf::message message, unsigned turns) {
    deliver_on_this_thread(caf::actor_cast<caf::strong_actor_ptr>(to), caf::make_message_id(),
                           std::move(message), turns);
}

void deliver_on_this_thread(const caf::strong_actor_ptr& to, caf::message_id number, caf::message message,
                            unsigned turns) {
    if (!to) return;
    ThisThread thread(*to->home_system, turns);
    to->enqueue(nullptr, number, std::move(message), &thread);
    thread.act();
}

} // namespace facteur
