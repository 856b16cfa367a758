#include "actors/on_this_thread.h"

#include <caf/abstract_actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace facteur {
namespace {

// Keeps the actor that it is asked to schedule first, which is the one that the message is for; those that it
// sends messages to while it acts go to the workers.
class ThisThread final : public caf::execution_unit {
public:
    explicit ThisThread(caf::actor_system& system) : caf::execution_unit(&system) {}

    void exec_later(caf::resumable* actor) override {
        if (has_begun_ || actor_ != nullptr)
            system().scheduler().enqueue(actor);
        else
            actor_ = actor;
    }

    void act() {
        has_begun_ = true;
        if (actor_ == nullptr) return;
        switch (actor_->resume(this, 1)) {
        case caf::resumable::resume_later: return system().scheduler().enqueue(actor_); // keeps its reference
        case caf::resumable::awaiting_message:
        case caf::resumable::done:
        case caf::resumable::shutdown_execution_unit: break;
        }
        caf::intrusive_ptr_release(actor_);
    }

private:
    caf::resumable* actor_ = nullptr;
    bool has_begun_ = false;
};

} // namespace

void deliver_on_this_thread(const caf::actor& to, caf::message message) {
    if (!to) return;
    ThisThread thread(to.home_system());
    auto* actor = caf::actor_cast<caf::abstract_actor*>(to);
    actor->enqueue(nullptr, caf::make_message_id(), std::move(message), &thread);
    thread.act();
}

} // namespace facteur
