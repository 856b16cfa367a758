#include "actors/thread_waiter.h"

#include <caf/all.hpp>

#include <optional>

namespace facteur {
namespace {

using AwaitThread = caf::atom_constant<caf::atom("await")>;
using ThreadOver = caf::atom_constant<caf::atom("over")>;

struct ThreadWaiting {
    std::optional<caf::response_promise> waiting;
    bool is_over = false;
};

caf::behavior thread_waiter(caf::stateful_actor<ThreadWaiting>* self) {
    return {
        [self](AwaitThread) {
            auto promise = self->make_response_promise();
            if (self->state.is_over) {
                promise.deliver(caf::unit);
                self->quit();
            } else {
                self->state.waiting = promise;
            }
            return promise;
        },
        [self](ThreadOver) {
            self->state.is_over = true;
            if (!self->state.waiting) return;
            self->state.waiting->deliver(caf::unit);
            self->quit();
        },
    };
}

} // namespace

ThreadWaiter::ThreadWaiter(caf::event_based_actor* self) : actor_(self->spawn(thread_waiter)) {}

void ThreadWaiter::say_over() const {
    caf::anon_send(actor_, ThreadOver::value);
}

void ThreadWaiter::wait(caf::event_based_actor* self, std::function<void()> then) const {
    self->request(actor_, caf::infinite, AwaitThread::value).then([then = std::move(then)] { then(); });
}

void ThreadWaiter::give_up() const {
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

} // namespace facteur
