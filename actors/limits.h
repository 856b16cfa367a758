// Every limit that protects the server, in one place: what the configuration sets, and what is fixed.
#pragma once

#include "actors/config.h"
#include "transport/jmap/limits.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// What is announced to JMAP clients, with what the configuration says.
jmap::Limits jmap_limits(const Config& config);

struct Limit {
    std::string_view name; // of the configuration's key, or of the protocol with what is limited
    std::uint64_t value = 0;
    std::string_view unit;   // "octets", "seconds", "milliseconds", or empty: a count
    bool configured = false; // there is a key for it
};
std::vector<Limit> all_limits(const Config& config);

} // namespace facteur
