// The watchdog's question: only a server whose loops, workers and lanes all work answers it.
#include "actors/pulse.h"
#include "tests/actors/academy.h"
#include "transport/net/loop.h"

#include <catch2/catch.hpp>

#include <future>

using namespace facteur;
using namespace facteur::test;

namespace {

// What stands still until it is let go.
class Block {
public:
    std::function<void()> task() {
        return [this] {
            begun_.set_value();
            go_.get_future().wait();
        };
    }
    void wait_begun() { begun_.get_future().wait(); }
    void end() { go_.set_value(); }

private:
    std::promise<void> begun_, go_;
};

struct Parts {
    store::test::TemporaryFolder folder;
    std::unique_ptr<store::Store> store = store::test::open(store::test::small(folder.path()));
    caf::actor_system_config config;
    caf::actor_system system{config};
    net::LoopPool loops{2};
    Pulse pulse{system, *store, loops};

    // The second beat hears what the first has asked.
    bool lives() {
        return comes_true([this] { return pulse.beat(); }) && comes_true([this] { return pulse.beat(); });
    }
    // The question of before may still have been answered; nobody answers the next for what stands still.
    bool stands() {
        int beats = 0;
        for (int n = 0; n < 50; ++n) {
            beats += pulse.beat() ? 1 : 0;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return beats <= 1;
    }
};

} // namespace

TEST_CASE("a server whose parts all work has a pulse") {
    Parts parts;
    CHECK(parts.lives());
    CHECK(parts.lives());
}

TEST_CASE("one loop that stands still stops the pulse, until it goes on") {
    Parts parts;
    REQUIRE(parts.lives());
    Block block;
    parts.loops[1].post(block.task());
    block.wait_begun();
    CHECK(parts.stands());
    block.end();
    CHECK(parts.lives());
}

TEST_CASE("one lane that stands still stops the pulse, until it goes on") {
    Parts parts;
    REQUIRE(parts.lives());
    Block block;
    store::Write write;
    write.account = GENERATE(0u, 1u, 2u, 3u);
    write.plan = [&block](store::Draft&) -> store::Result<void> {
        block.task()();
        return {};
    };
    write.done = [](const store::Result<store::Committed>&) {};
    if (write.account == 0)
        parts.store->submit_directory(std::move(write));
    else
        parts.store->submit(std::move(write));
    block.wait_begun();
    CHECK(parts.stands());
    block.end();
    CHECK(parts.lives());
}
