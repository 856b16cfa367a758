// A message whose actor acts at once, on the thread of who sends it.
//
// Two threads that hand a command and its answer to each other cost more than most commands do: each has to
// be woken, which is a system call and a change of context. So a loop that has read a small command lets the
// session act itself, and those whom the session asks. A lane that has written does so with the answer.
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/execution_unit.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <utility>

namespace facteur {

// If `to` waits for messages, it handles this one before the function returns; else it is sent as any other.
// The actors that wake by what it says, itself again for one, have the turns that are left; then the workers
// go on. A turn is a message. Only for what is done in well under a millisecond: the thread's other work
// waits. An actor that calls it from within itself is not re-entered: it is sent the message.
void deliver_on_this_thread(const caf::actor& to, caf::message message, unsigned turns = 1);
// The same with a message of this number: the answer to what `to` asked.
void deliver_on_this_thread(const caf::strong_actor_ptr& to, caf::message_id number, caf::message message,
                            unsigned turns);

template <typename Message>
void send_on_this_thread(const caf::actor& to, Message message, unsigned turns = 1) {
    deliver_on_this_thread(to, caf::make_message(std::move(message)), turns);
}

} // namespace facteur
