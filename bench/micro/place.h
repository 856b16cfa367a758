// Where a benchmark writes: a folder in TMPDIR that goes with the object. And its way to say that it cannot
// go on.
#pragma once

#include <filesystem>
#include <string>

namespace facteur::micro {

[[noreturn]] void give_up(const std::string& why);

class Place {
public:
    Place();
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace facteur::micro
