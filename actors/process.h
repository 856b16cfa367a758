// This process, as the operating system sees it.
#pragma once

#include <cstdint>

namespace facteur {

struct ProcessStatistics {
    std::uint64_t resident_octets = 0;    // what is really ours, without pages of mapped files
    std::uint64_t mapped_file_octets = 0; // of the store, in the page cache anyway
    std::uint64_t open_files = 0, most_open_files = 0;
    double cpu_seconds = 0;
};
ProcessStatistics process_statistics();

// As many open files as the system lets us have: a connection is one.
void raise_file_limit();

} // namespace facteur
