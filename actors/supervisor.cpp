#include "actors/supervisor.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <ctime>

namespace facteur::supervisor {

void ready(std::string_view status) {
    sd_notify(0, fmt::format("READY=1\nSTATUS={}", status).c_str());
}

void reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notify(
        0,
        fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000).c_str());
}

void stopping() {
    sd_notify(0, "STOPPING=1\nSTATUS=Draining");
}

std::optional<std::chrono::milliseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::milliseconds(microseconds / 1000);
}

void alive() {
    sd_notify(0, "WATCHDOG=1");
}

} // namespace facteur::supervisor
