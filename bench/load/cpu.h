// The processor time of servers, from outside: of control groups, or of processes with all that come from
// them.
#pragma once

#include <string>
#include <vector>

namespace facteur::load {

// Seconds. Each source is the file of a control group that counts it ("…/cpu.stat" or "…/cpuacct.usage"), or
// the id of a process: then what it, its descendants alive and those that they have waited for have used.
double cpu_of(const std::vector<std::string>& sources);

// Of this program itself.
double own_cpu();

} // namespace facteur::load
