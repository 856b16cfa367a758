// The day itself: when what begins, and what became of it.
#pragma once

#include "bench/load/academy/day.h"
#include "bench/load/academy/people.h"
#include "bench/load/academy/world.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace facteur::load::academy {

struct Plan {
    Academy academy;
    Ports ports;
    double from = day_begins, to = day_begins + day_lasts; // the part of the day, since midnight
    double seconds = 600;           // that it takes, or a stretch with `sessions_per_second`
    double faster = 0;              // real seconds in one; 0: as `seconds` says
    double sessions_per_second = 0; // web sessions begun each second, whatever the time; 0: as the day goes
    // Of each person and day.
    double web_sessions = 3, mail_programs = 0.5, letters = 20;
    std::string week = "plain"; // or "report-cards"
    double patience = 30;       // seconds after the end for what is under way
    std::uint64_t seed = 1;
    std::vector<std::string> cpu; // of the server, see cpu_of
};

nlohmann::ordered_json simulate(const Plan& plan);

} // namespace facteur::load::academy
