// Work for an actor, as a function: from loops and other actors of this folder.
#pragma once

#include <caf/all.hpp>

#include <functional>
#include <type_traits>

namespace facteur {

struct OutboundTask {
    std::function<void(caf::event_based_actor*)> run;
};

} // namespace facteur

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(facteur::OutboundTask)

namespace facteur {

// What an actor does that runs such tasks.
inline caf::behavior run_tasks(caf::event_based_actor* self) {
    return {[self](OutboundTask& task) { task.run(self); }};
}

// `task` takes the actor that runs it, or nothing.
template <typename Task>
void run_in(const caf::actor& actor, Task task) {
    if constexpr (std::is_invocable_v<Task, caf::event_based_actor*>)
        caf::anon_send(actor, OutboundTask{std::move(task)});
    else
        caf::anon_send(actor,
                       OutboundTask{[task = std::move(task)](caf::event_based_actor*) mutable { task(); }});
}

} // namespace facteur
