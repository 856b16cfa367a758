// Who takes part: u1@DOMAIN to uN@DOMAIN, with mailboxes of sizes after Zipf's law.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace facteur::load::academy {

struct Academy {
    std::size_t accounts = 400;
    std::size_t largest = 1000; // messages of u1; u2 has half of them, u3 a third
    std::size_t smallest = 10;  // and nobody less than this
    std::string domain = "bench.test", password = "secret";

    [[nodiscard]] std::string address(std::size_t person) const { // from 1
        return "u" + std::to_string(person) + "@" + domain;
    }
    [[nodiscard]] std::size_t messages_of(std::size_t person) const;
    [[nodiscard]] std::vector<double> sizes() const; // of u1, u2 …
};

} // namespace facteur::load::academy
