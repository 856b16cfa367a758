// The least that makes octets durable: written over blocks that the file has already, and synced, all that
// wait at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::floor {

class Disk {
public:
    explicit Disk(const std::string& path); // made anew; a failure ends the program, here and below
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    void keep(const std::vector<std::string_view>& records);

private:
    int file_;
    std::size_t at_ = 0;
};

} // namespace facteur::floor
