// Generated letters, the same every time. Their words follow Zipf's law over a vocabulary of French-looking
// words, so that what is made of them has the sizes that real mail gives.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace facteur::micro {

class Letters {
public:
    Letters();
    const std::string& word();
    std::string text(std::size_t words);
    // Threads of three. One in 500 is from "Clementine Dubois-Rare"; in the text one in 1,000 has
    // "xylophone", one in 50 "conseil-de-discipline", each "bonjour".
    std::string letter(std::size_t number);

private:
    std::mt19937 random_{1};
    std::vector<std::string> words_;
};

} // namespace facteur::micro
