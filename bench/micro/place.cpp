#include "bench/micro/place.h"

#include <cstdio>
#include <cstdlib>

namespace facteur::micro {

void give_up(const std::string& why) {
    std::fputs((why + "\n").c_str(), stderr);
    std::exit(1);
}

Place::Place() : path_((std::filesystem::temp_directory_path() / "facteur-micro-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) give_up("cannot make a folder like " + path_);
}

Place::~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace facteur::micro
