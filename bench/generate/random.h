// Numbers that a seed replays (splitmix64), and choices made with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace facteur::generate {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    int between(int least, int most) {
        return least + static_cast<int>(below(static_cast<std::uint64_t>(most - least + 1)));
    }
    bool chance(unsigned percent) { return below(100) < percent; }
    double fraction() { return static_cast<double>(next() >> 11) / 9007199254740992.0; }

    template <typename Container>
    const auto& pick(const Container& all) {
        return all[below(all.size())];
    }

    // Numbers of their own for something that has a name, so that it is the same for everybody.
    Random fork(std::string_view name) const {
        std::uint64_t hash = state_ ^ 0xCBF29CE484222325U;
        for (const char c : name)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        return Random(hash);
    }

private:
    std::uint64_t state_;
};

} // namespace facteur::generate
