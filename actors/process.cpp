#include "actors/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace facteur {

ProcessStatistics process_statistics() {
    ProcessStatistics statistics;
    std::uint64_t size = 0, resident = 0, shared = 0;
    std::ifstream memory("/proc/self/statm");
    if (memory >> size >> resident >> shared) {
        const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        statistics.resident_octets = (resident - shared) * page;
        statistics.mapped_file_octets = shared * page;
    }
    std::error_code error;
    for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
         at.increment(error))
        ++statistics.open_files;
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) statistics.most_open_files = files.rlim_cur;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0)
        statistics.cpu_seconds = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                                 static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    return statistics;
}

void raise_file_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

} // namespace facteur
