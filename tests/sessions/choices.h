// Octets read as choices, one after the other; when they are used up every choice is the first one. The same
// octets are the same choices, so that what they led to can be seen again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace facteur::test {

class Choices {
public:
    explicit Choices(std::string_view octets) : rest_(octets) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    // At most 256 of them.
    std::size_t below(std::size_t count) { return count > 1 ? octet() % count : 0; }
    bool one_in(std::size_t count) { return below(count) == 1; }
    template <typename Range>
    const auto& of(const Range& range) {
        return *std::next(std::begin(range), static_cast<std::ptrdiff_t>(below(std::size(range))));
    }
    std::string octets(std::size_t most) {
        const auto wanted = below(most + 1);
        const auto size = std::min(wanted, rest_.size());
        const std::string taken(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return taken;
    }

private:
    std::uint8_t octet() {
        if (rest_.empty()) return 0;
        const auto first = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return first;
    }

    std::string_view rest_;
};

} // namespace facteur::test
