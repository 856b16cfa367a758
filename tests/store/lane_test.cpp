#include "tests/store/fixture.h"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

using namespace facteur::store;
using facteur::store::test::TemporaryFolder;

namespace {

// A lane that is held up until this goes, so that what is submitted meanwhile has to wait.
class Hold {
public:
    explicit Hold(Store& store) {
        auto held = std::make_shared<std::promise<void>>();
        auto reached = held->get_future();
        store.submit({1,
                      1'000'000,
                      {},
                      [held, until = until_.get_future().share()](Draft&) -> Result<void> {
                          held->set_value();
                          until.wait();
                          return {};
                      },
                      [](const Result<Committed>&) {}});
        reached.wait();
    }
    ~Hold() { until_.set_value(); }

private:
    std::promise<void> until_;
};

struct Outcome {
    std::atomic<int> taken{0}, busy{0};
};

void submit_with(Store& store, const Body& body, Outcome& outcome) {
    store.submit({1,
                  1'000'000,
                  {body},
                  [](Draft&) -> Result<void> { return {}; },
                  [&outcome](const Result<Committed>& result) {
                      if (result)
                          ++outcome.taken;
                      else if (result.error().code == Code::busy)
                          ++outcome.busy;
                  }});
}

// The memory of a batch is given back a moment after its answers.
void wait_until_idle(const Store& store) {
    const auto is_idle = [&] {
        for (const auto& lane : store.statistics())
            if (lane.waiting_bytes > 0) return false;
        return true;
    };
    for (int tries = 0; !is_idle() && tries < 10'000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(is_idle());
}

} // namespace

TEST_CASE("a lane counts a body that many writes share once, and many bodies each") {
    const TemporaryFolder folder;
    auto options = test::small(folder.path());
    options.lane_queue_bytes = 1'000'000;
    auto store = test::open(options);
    Outcome shared, distinct;
    {
        const Hold hold(*store);
        const auto body = test::body_of(std::string(500'000, 'x'));
        for (int i = 0; i < 100; ++i)
            submit_with(*store, body, shared);
        for (int i = 0; i < 3; ++i)
            submit_with(*store, test::body_of(std::string(300'000, static_cast<char>('a' + i))), distinct);
    }
    store->close();
    CHECK(shared.taken == 100);
    CHECK(distinct.busy == 3);
}

TEST_CASE("a lane has room again when its writes are done") {
    const TemporaryFolder folder;
    auto options = test::small(folder.path());
    options.lane_queue_bytes = 1'000'000;
    auto store = test::open(options);
    for (int round = 0; round < 5; ++round) {
        Outcome outcome;
        for (int i = 0; i < 2; ++i)
            submit_with(*store, test::body_of(std::string(400'000, static_cast<char>('a' + i))), outcome);
        REQUIRE(store->commit({1, 1'000'000, {}, [](Draft&) -> Result<void> { return {}; }, {}}).has_value());
        CHECK(outcome.taken == 2);
        wait_until_idle(*store);
    }
    store->close();
}
