// The clock of CAF that is not told of actors that had no time-out.
#include "actors/quiet_clock.h"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>

using namespace facteur;
using namespace std::chrono_literals;

namespace {

struct QuietConfig : caf::actor_system_config {
    QuietConfig() { schedule_quietly(*this); }
};

// Leaves what it is asked.
caf::behavior silent(caf::event_based_actor* self) {
    self->set_default_handler(caf::skip);
    return {[](const std::string&) {}};
}

} // namespace

TEST_CASE("time-outs of requests, of receiving and delayed messages come") {
    QuietConfig config;
    caf::actor_system system{config};
    caf::scoped_actor self(system);
    const auto mute = system.spawn(silent);
    const auto asking = system.spawn([mute](caf::event_based_actor* actor) -> caf::behavior {
        return {
            [=](const std::string&) {
                auto promise = actor->make_response_promise<bool>();
                actor->request(mute, 1ms, 1)
                    .then([promise](int) mutable { promise.deliver(false); },
                          [promise](const caf::error& error) mutable {
                              promise.deliver(error == caf::sec::request_timeout);
                          });
                return promise;
            },
        };
    });
    bool timed_out = false;
    self->request(asking, caf::infinite, std::string("ask"))
        .receive([&](bool was) { timed_out = was; }, [](const caf::error&) {});
    CHECK(timed_out);

    std::atomic<int> ticks{0};
    const auto ticking = system.spawn([&ticks](caf::event_based_actor* actor) -> caf::behavior {
        actor->delayed_send(actor, 1ms, 1);
        return {
            [&ticks](int) { ++ticks; },
            caf::after(1ms) >>
                [&ticks, actor] {
                    ticks += 10;
                    actor->quit();
                },
        };
    });
    self->wait_for(ticking);
    CHECK(ticks == 11);
    for (const auto& actor : {mute, asking})
        caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("actors end, with time-outs under way and without") {
    QuietConfig config;
    caf::actor_system system{config};
    caf::scoped_actor self(system);
    const auto mute = system.spawn(silent);
    constexpr int rounds = 200;
    std::atomic<int> ended{0};
    for (int round = 0; round < rounds; ++round) {
        const auto actor = system.spawn([=, &ended](caf::event_based_actor* itself) -> caf::behavior {
            itself->attach_functor([&ended] { ++ended; });
            if (round % 2 == 0) itself->request(mute, 60s, 1).then([](int) {});
            return {[=](int) { itself->quit(); }};
        });
        caf::anon_send(actor, 1);
        self->wait_for(actor);
    }
    CHECK(ended == rounds);
    caf::anon_send_exit(mute, caf::exit_reason::user_shutdown);
}
