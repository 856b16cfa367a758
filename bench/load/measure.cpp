#include "bench/load/measure.h"

#include "bench/load/cpu.h"

#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>

namespace facteur::load {

void add_pace(CLI::App& command, Pace& pace) {
    command.add_option("--sessions", pace.sessions);
    command.add_option("--count", pace.count, "operations of all sessions together");
    command.add_option("--seconds", pace.seconds, "none is begun after them");
    command.add_option("--rate", pace.rate,
                       "operations begun each second by the clock, whatever earlier ones take");
    command.add_option("--warm", pace.warm, "operations of each session that do not count");
    command.add_option("--cpu", pace.cpu, "of the server: ids of processes, or files of control groups")
        ->delimiter(',');
}

Measured measure(const Pace& pace, const std::function<Operation(std::size_t session)>& open) {
    if (pace.count == 0 && pace.seconds <= 0) stop("neither --count nor --seconds");
    Measured measured;
    double client_begun = 0;
    std::barrier all_ready(static_cast<std::ptrdiff_t>(pace.sessions), [&]() noexcept {
        measured.cpu_begun = cpu_of(pace.cpu);
        client_begun = own_cpu();
        measured.begun = now();
    });
    std::atomic<std::size_t> next{0};
    std::vector<Latencies> latencies(pace.sessions);
    const auto run = [&](std::size_t session) {
        const auto operation = open(session);
        for (std::size_t i = 0; i < pace.warm; ++i)
            operation();
        all_ready.arrive_and_wait();
        for (;;) {
            const auto number = next++;
            auto due = now();
            if (pace.rate > 0) {
                due = measured.begun + static_cast<double>(number) / pace.rate;
                std::this_thread::sleep_for(std::chrono::duration<double>(due - now()));
            }
            if ((pace.count > 0 && number >= pace.count) ||
                (pace.seconds > 0 && due - measured.begun > pace.seconds))
                return;
            operation();
            latencies[session].add(now() - due);
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t session = 0; session < pace.sessions; ++session)
        threads.emplace_back(run, session);
    for (auto& thread : threads)
        thread.join();
    measured.seconds = now() - measured.begun;
    measured.cpu = cpu_of(pace.cpu) - measured.cpu_begun;
    measured.client_cpu = own_cpu() - client_begun;
    for (const auto& own : latencies)
        measured.latencies.add(own);
    return measured;
}

nlohmann::ordered_json told(const std::string& what, const Pace& pace, Measured& measured) {
    const auto count = static_cast<double>(measured.latencies.size());
    if (count == 0) stop(what + ": not one operation");
    nlohmann::ordered_json line{{"what", what},
                                {"sessions", pace.sessions},
                                {"count", measured.latencies.size()},
                                {"seconds", measured.seconds},
                                {"per_s", count / measured.seconds}};
    if (pace.rate > 0) line["rate"] = pace.rate;
    for (const auto percent : {50, 95, 99, 100})
        line[percent == 100 ? "max_ms" : "p" + std::to_string(percent) + "_ms"] =
            measured.latencies.percentile(percent);
    line["cpu_ms"] = measured.cpu * 1000 / count;
    line["client_cpu_ms"] = measured.client_cpu * 1000 / count;
    return line;
}

} // namespace facteur::load
