// Lets an actor wait for a thread that is no actor: a thread can send, but not answer a request. For one
// piece of work:
//
//     const ThreadWaiter waiter(self);
//     threads.start([…, waiter] { …; waiter.say_over(); });
//     waiter.wait(self, [] { it goes on in `self` });
//
// All three in one turn of `self`, which stays alive until then.
#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message_id.hpp>

#include <functional>

namespace facteur {

class ThreadWaiter {
public:
    explicit ThreadWaiter(caf::event_based_actor* self);

    // On the thread, once; before or after `wait`.
    void say_over() const;
    // The same, and what the actor does then it does here, at once if it can: on_this_thread.h.
    void go_on_here() const;
    // In `self`, once.
    void wait(caf::event_based_actor* self, std::function<void()> then) const;

private:
    caf::strong_actor_ptr actor_;
    caf::message_id answer_; // to a request that nobody was sent
};

} // namespace facteur
