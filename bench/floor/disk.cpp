#include "bench/floor/disk.h"

#include "bench/load/client.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace facteur::floor {
namespace {

constexpr std::size_t file_octets = 4 << 20;

} // namespace

Disk::Disk(const std::string& path)
    : file_(::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600)) {
    const std::string zeros(1 << 20, '\0');
    for (std::size_t written = 0; written < file_octets; written += zeros.size())
        if (::write(file_, zeros.data(), zeros.size()) != static_cast<ssize_t>(zeros.size()))
            load::stop("cannot write " + path);
    if (::fsync(file_) != 0) load::stop("cannot sync " + path);
}

Disk::~Disk() {
    ::close(file_);
}

void Disk::keep(const std::vector<std::string_view>& records) {
    for (std::size_t begin = 0; begin < records.size(); begin += IOV_MAX) {
        std::vector<iovec> pieces;
        std::size_t octets = 0;
        for (auto i = begin; i < std::min<std::size_t>(records.size(), begin + IOV_MAX); ++i) {
            pieces.push_back({const_cast<char*>(records[i].data()), records[i].size()});
            octets += records[i].size();
        }
        if (at_ + octets > file_octets) at_ = 0;
        if (::pwritev(file_, pieces.data(), static_cast<int>(pieces.size()), static_cast<off_t>(at_)) !=
            static_cast<ssize_t>(octets))
            load::stop("cannot write what must be durable");
        at_ += octets;
    }
    if (::fdatasync(file_) != 0) load::stop("cannot sync what must be durable");
}

} // namespace facteur::floor
