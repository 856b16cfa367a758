// Many sessions that do one operation over and over, and what that took.
#pragma once

#include "bench/load/client.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace facteur::load {

struct Pace {
    std::size_t sessions = 1;
    std::size_t count = 0; // operations of all sessions together; 0: as many as `seconds` allow
    double seconds = 0;    // none is begun after them; 0: no such end
    double rate =
        0; // begun each second by the clock, whatever earlier ones take; 0: each when the last is done
    std::size_t warm = 2;         // of each session before the clock runs
    std::vector<std::string> cpu; // see cpu_of
};

struct Measured {
    Latencies latencies; // with a rate: from the moment at which the operation was due, so that a queue shows
    double begun = 0, seconds = 0, cpu_begun = 0, cpu = 0, client_cpu = 0;
};

void add_pace(CLI::App& command, Pace& pace);

// `open` is called once by each session's thread, before the clock runs, and gives what it then repeats.
using Operation = std::function<void()>;
Measured measure(const Pace& pace, const std::function<Operation(std::size_t session)>& open);

nlohmann::ordered_json told(const std::string& what, const Pace& pace, Measured& measured);

} // namespace facteur::load
