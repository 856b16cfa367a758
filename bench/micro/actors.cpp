// A hop from one actor to another: between actors that work, from a thread that waits for the answer, and on
// the thread of who sends (actors/on_this_thread.h). The actor system is set up as the server's.
#include "actors/on_this_thread.h"

#include <benchmark/benchmark.h>
#include <caf/all.hpp>

namespace facteur::micro {
namespace {

constexpr int hops = 1000; // of one turn

// Made by each benchmark: CAF needs what the main thread no longer has when static objects end.
class System {
public:
    System() {
        config_.set("scheduler.policy", caf::atom("sharing"));
        config_.set("scheduler.max-threads", std::size_t{2});
        system_ = std::make_unique<caf::actor_system>(config_);
        echo_ = system_->spawn([]() -> caf::behavior { return {[](int number) { return number; }}; });
    }
    ~System() { caf::anon_send_exit(echo_, caf::exit_reason::user_shutdown); }

    caf::actor_system& system() { return *system_; }
    [[nodiscard]] const caf::actor& echo() const { return echo_; }

private:
    caf::actor_system_config config_;
    std::unique_ptr<caf::actor_system> system_;
    caf::actor echo_;
};

struct Asking {
    caf::response_promise done;
};

void ask(caf::stateful_actor<Asking>* self, const caf::actor& whom, int left) {
    if (left == 0) return self->state.done.deliver(0);
    self->request(whom, caf::infinite, left).then([self, whom](int number) { ask(self, whom, number - 1); });
}

caf::behavior asker(caf::stateful_actor<Asking>* self, const caf::actor& whom) {
    return {[self, whom](int count) {
        self->state.done = self->make_response_promise();
        ask(self, whom, count);
        return self->state.done;
    }};
}

// Request and response, one after the other, all within the workers.
void between_actors(benchmark::State& loop) {
    System system;
    caf::scoped_actor self(system.system());
    const auto asking = self->spawn(asker, system.echo());
    for (auto _ : loop)
        self->request(asking, caf::infinite, hops).receive([](int) {}, [&](caf::error&) { std::abort(); });
    self->send_exit(asking, caf::exit_reason::user_shutdown);
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * hops);
}
BENCHMARK(between_actors)
    ->Name("actors/request_and_response_x1000")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

// The same from a thread of its own, which sleeps until the answer comes: a worker and it are woken each
// time.
void from_a_thread(benchmark::State& loop) {
    System system;
    caf::scoped_actor self(system.system());
    for (auto _ : loop)
        self->request(system.echo(), caf::infinite, 1)
            .receive([](int) {}, [&](caf::error&) { std::abort(); });
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
}
BENCHMARK(from_a_thread)
    ->Name("actors/request_from_a_thread")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void on_this_thread(benchmark::State& loop) {
    int seen = 0; // outlives the actor
    System system;
    const auto counter =
        system.system().spawn([&seen]() -> caf::behavior { return {[&seen](int) { ++seen; }}; });
    for (auto _ : loop)
        send_on_this_thread(counter, 1);
    caf::anon_send_exit(counter, caf::exit_reason::user_shutdown);
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
    benchmark::DoNotOptimize(seen);
}
BENCHMARK(on_this_thread)->Name("actors/on_this_thread");

void spawning(benchmark::State& loop) {
    System system;
    for (auto _ : loop) {
        const auto made = system.system().spawn([]() -> caf::behavior { return {[](int) {}}; });
        caf::anon_send_exit(made, caf::exit_reason::user_shutdown);
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
}
BENCHMARK(spawning)->Name("actors/spawn_and_end")->MeasureProcessCPUTime()->UseRealTime();

} // namespace
} // namespace facteur::micro
