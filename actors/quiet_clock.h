// A scheduler of CAF whose clock sleeps as long as nobody has asked it for anything.
//
// CAF tells the thread that keeps time-outs of every actor that ends, so that it forgets those of this actor.
// Nearly no session ever has one, and to be woken for nothing is two changes of context for each connection.
// Here who has none ends without a word. It is CAF's scheduler of one queue ("sharing") in all else.
#pragma once

#include <caf/actor_system_config.hpp>

namespace facteur {

// Before the actor system is made with it.
void schedule_quietly(caf::actor_system_config& config);

} // namespace facteur
