#include "actors/thread_waiter.h"

#include "actors/on_this_thread.h"

#include <caf/all.hpp>

namespace facteur {

ThreadWaiter::ThreadWaiter(caf::event_based_actor* self)
    : actor_(caf::actor_cast<caf::strong_actor_ptr>(self)),
      answer_(self->new_request_id(caf::message_priority::normal).response_id()) {}

void ThreadWaiter::say_over() const {
    actor_->enqueue(nullptr, answer_, caf::make_message(), nullptr);
}

void ThreadWaiter::go_on_here() const {
    deliver_on_this_thread(actor_, answer_, caf::make_message(), 1);
}

void ThreadWaiter::wait(caf::event_based_actor* self, std::function<void()> then) const {
    self->add_multiplexed_response_handler(answer_, caf::behavior{[then = std::move(then)] { then(); }});
}

} // namespace facteur
