#include "bench/load/cpu.h"

#include "bench/load/client.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace facteur::load {
namespace {

bool is_number(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

struct Process {
    std::string parent;
    double seconds = 0;
};

// Of /proc/PID/stat, behind the name, which may hold blanks: state, parent, …; utime is the 12th, then stime,
// cutime, cstime.
Process read_process(const std::string& pid) {
    std::ifstream in("/proc/" + pid + "/stat");
    std::string stat;
    std::getline(in, stat);
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) return {}; // gone meanwhile
    std::istringstream fields(stat.substr(name_end + 2));
    Process found;
    double ticks = 0;
    std::string field;
    for (int i = 1; i <= 15 && fields >> field; ++i) {
        if (i == 2) found.parent = field;
        if (i >= 12) ticks += std::stod(field);
    }
    found.seconds = ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
    return found;
}

double tree_seconds(const std::string& root) {
    std::map<std::string, Process> all;
    for (const auto& entry : std::filesystem::directory_iterator("/proc"))
        if (const auto pid = entry.path().filename().string(); is_number(pid)) all[pid] = read_process(pid);
    double sum = 0;
    for (const auto& [pid, process] : all) {
        auto up = pid;
        while (up != root && all.count(up) > 0)
            up = all[up].parent;
        if (up == root) sum += process.seconds;
    }
    return sum;
}

double group_seconds(const std::string& path) {
    std::ifstream in(path);
    std::string word;
    if (!(in >> word)) stop("cannot read " + path);
    if (is_number(word)) return std::stod(word) / 1e9; // cpuacct.usage
    double micros = 0;
    in >> micros; // usage_usec is the first line of cpu.stat
    return micros / 1e6;
}

} // namespace

double cpu_of(const std::vector<std::string>& sources) {
    double sum = 0;
    for (const auto& source : sources)
        sum += is_number(source) ? tree_seconds(source) : group_seconds(source);
    return sum;
}

double own_cpu() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

} // namespace facteur::load
