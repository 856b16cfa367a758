// Networks in CIDR form: "192.0.2.0/24", "2001:db8::/32", or one address. Thread-safe once made.
#pragma once

#include "transport/base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

class Networks {
public:
    // Fails with Code::malformed, naming the text, for what is no network: also one with bits behind its
    // prefix, which is nearly always a slip.
    static Result<Networks> parse(const std::vector<std::string>& texts);

    // False for what is no address (such as a Unix socket's peer).
    [[nodiscard]] bool contains(std::string_view address) const;

private:
    using Octets = std::array<std::uint8_t, 16>; // IPv4 as ::ffff:a.b.c.d
    struct Network {
        Octets address{};
        unsigned prefix = 0; // bits of the 128
    };
    static std::optional<Octets> read_address(std::string_view text);
    static std::optional<Network> read_network(std::string_view text);

    std::vector<Network> networks_;
};

} // namespace facteur
