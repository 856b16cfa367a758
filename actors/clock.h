// The time of day, for those who stand where no clock is handed in: the program's own edges.
#pragma once

#include "store/ids.h"

#include <chrono>

namespace facteur {

inline store::Time seconds_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace facteur
