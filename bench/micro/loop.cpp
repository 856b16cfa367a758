// Handing over to a loop: from another loop and back, each waking the other; a thousand tasks from a thread
// that nobody waits for one by one; and what a loop posts to itself.
#include "transport/net/loop.h"

#include <benchmark/benchmark.h>

#include <atomic>

namespace facteur::micro {
namespace {

constexpr int tasks = 1000; // of one turn

// Set by a loop's thread, waited for by the benchmark's.
class Signal {
public:
    void give() {
        given_ = true;
        given_.notify_one();
    }
    void wait() {
        given_.wait(false);
        given_ = false;
    }

private:
    std::atomic<bool> given_ = false;
};

struct Pair {
    net::Loop here, there;
    Signal done;
    int left = 0; // of `here`'s thread

    void bounce() {
        there.post([this] {
            here.post([this] {
                if (--left > 0)
                    bounce();
                else
                    done.give();
            });
        });
    }
};

void there_and_back(benchmark::State& loop) {
    Pair pair;
    for (auto _ : loop) {
        pair.here.post([&pair] {
            pair.left = tasks;
            pair.bounce();
        });
        pair.done.wait();
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * tasks);
}
BENCHMARK(there_and_back)
    ->Name("loop/there_and_back_x1000")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void from_a_thread(benchmark::State& loop) {
    net::Loop there;
    for (auto _ : loop)
        there.run([] {});
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
}
BENCHMARK(from_a_thread)
    ->Name("loop/run_and_wait")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void crowd(benchmark::State& loop) {
    net::Loop there;
    Signal done;
    int seen = 0; // of `there`'s thread
    for (auto _ : loop) {
        for (int i = 0; i < tasks; ++i)
            there.post([&] {
                if (++seen % tasks == 0) done.give();
            });
        done.wait();
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * tasks);
}
BENCHMARK(crowd)
    ->Name("loop/post_x1000")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void to_itself(benchmark::State& loop) {
    net::Loop there;
    Signal done;
    int left = 0; // of `there`'s thread
    std::function<void()> again = [&] {
        if (--left > 0)
            there.post(again);
        else
            done.give();
    };
    for (auto _ : loop) {
        there.post([&] {
            left = tasks;
            there.post(again);
        });
        done.wait();
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * tasks);
}
BENCHMARK(to_itself)
    ->Name("loop/post_to_itself_x1000")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

} // namespace
} // namespace facteur::micro
