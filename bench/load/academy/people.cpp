#include "bench/load/academy/people.h"

#include <algorithm>

namespace facteur::load::academy {

std::size_t Academy::messages_of(std::size_t person) const {
    return std::max(smallest, largest / person);
}

std::vector<double> Academy::sizes() const {
    std::vector<double> all;
    for (std::size_t person = 1; person <= accounts; ++person)
        all.push_back(static_cast<double>(messages_of(person)));
    return all;
}

} // namespace facteur::load::academy
