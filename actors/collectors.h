// The gauges that are read at each scrape: lanes, actors, search, sign-ins, memory, files.
#pragma once

#include "actors/metrics.h"
#include "actors/services.h"

namespace caf {
class actor_system;
}

namespace facteur {

// `services` and `system` must outlive the last scrape.
void collect_on_scrape(Metrics& metrics, const Services& services, caf::actor_system& system);

} // namespace facteur
