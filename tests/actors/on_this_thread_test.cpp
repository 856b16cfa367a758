// A message whose actor acts on the thread of its sender, if it has nothing else to do.
#include "actors/on_this_thread.h"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <thread>

using namespace facteur;

namespace {

struct Acting {
    std::atomic<std::thread::id> on;
    std::atomic<int> times{0};
    std::promise<void> blocked, go;
};

// A text makes it act and tell `other`; a number makes it wait.
caf::behavior watched(caf::event_based_actor* self, Acting* acting, const caf::actor& other) {
    return {
        [=](const std::string& text) {
            acting->on = std::this_thread::get_id();
            ++acting->times;
            if (other) self->send(other, text);
        },
        [=](int) {
            acting->blocked.set_value();
            acting->go.get_future().wait();
        },
    };
}

void wait_for_times(const Acting& acting, int times) {
    while (acting.times < times)
        std::this_thread::yield();
}

struct Actors {
    caf::actor_system_config config;
    caf::actor_system system{config};

    ~Actors() {
        for (const auto& actor : spawned)
            caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    }
    caf::actor spawn(Acting& acting, const caf::actor& other = {}) {
        return spawned.emplace_back(system.spawn(watched, &acting, other));
    }
    std::vector<caf::actor> spawned;
};

} // namespace

TEST_CASE(
    "an actor that waits for messages acts on the thread of its sender, and none that it writes to does") {
    Acting acting, others;
    Actors actors;
    const auto actor = actors.spawn(acting, actors.spawn(others));
    // Whether it waits yet can only be tried.
    int sent = 0;
    do {
        send_on_this_thread(actor, std::string("now"));
        wait_for_times(acting, ++sent);
    } while (acting.on.load() != std::this_thread::get_id());
    wait_for_times(others, sent);
    CHECK(others.on.load() != std::this_thread::get_id());
}

TEST_CASE("those that it writes to act there too, as long as there are turns") {
    Acting first, second, third;
    Actors actors;
    const auto actor = actors.spawn(first, actors.spawn(second, actors.spawn(third)));
    int sent = 0;
    do {
        send_on_this_thread(actor, std::string("now"), 2);
        wait_for_times(third, ++sent);
    } while (first.on.load() != std::this_thread::get_id() || second.on.load() != std::this_thread::get_id());
    CHECK(third.on.load() != std::this_thread::get_id());
    send_on_this_thread(actor, std::string("now"), 100); // more than are ever given
    wait_for_times(third, ++sent);
    CHECK(first.times == sent);
}

TEST_CASE("an actor that is busy acts where it is, after what came before") {
    Acting acting;
    Actors actors;
    const auto actor = actors.spawn(acting);
    caf::anon_send(actor, 1);
    acting.blocked.get_future().wait();
    send_on_this_thread(actor, std::string("then"));
    CHECK(acting.times == 0);
    acting.go.set_value();
    wait_for_times(acting, 1);
    CHECK(acting.on.load() != std::this_thread::get_id());
}

TEST_CASE("one that has ended, and nobody, take a message for nothing") {
    Acting acting;
    Actors actors;
    caf::scoped_actor self(actors.system);
    const auto actor = actors.spawn(acting);
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
    send_on_this_thread(actor, std::string("late"));
    send_on_this_thread(caf::actor{}, std::string("nobody"));
    CHECK(acting.times == 0);
}
