// What the service manager (systemd) is told, and hears back as a watchdog: READY, RELOADING, STOPPING.
// Without one every call does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace facteur::supervisor {

void ready(std::string_view status);
void reloading();
void stopping();
// How often `alive` must be called at least; nothing: no watchdog.
std::optional<std::chrono::milliseconds> watchdog_interval();
void alive();

} // namespace facteur::supervisor
