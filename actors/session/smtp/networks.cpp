#include "actors/session/smtp/networks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace facteur {
namespace {

constexpr unsigned all_bits = 128, bits_before_v4 = 96;

bool is_v4(std::string_view text) {
    return text.find(':') == std::string_view::npos;
}

// The octet of a mask of `prefix` bits.
std::uint8_t mask(unsigned prefix, unsigned octet) {
    const auto bits = std::clamp(static_cast<int>(prefix) - static_cast<int>(octet * 8), 0, 8);
    return static_cast<std::uint8_t>(0xff00u >> static_cast<unsigned>(bits));
}

} // namespace

std::optional<Networks::Octets> Networks::read_address(std::string_view text) {
    Octets octets{};
    const std::string terminated(text);
    if (is_v4(text)) {
        octets[10] = octets[11] = 0xff;
        if (::inet_pton(AF_INET, terminated.c_str(), octets.data() + 12) != 1) return std::nullopt;
    } else if (::inet_pton(AF_INET6, terminated.c_str(), octets.data()) != 1) {
        return std::nullopt;
    }
    return octets;
}

std::optional<Networks::Network> Networks::read_network(std::string_view text) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto address = read_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    const auto first = is_v4(text.substr(0, slash)) ? bits_before_v4 : 0;
    Network network{*address, all_bits};
    if (slash < text.size()) {
        unsigned bits = 0;
        const auto digits = text.substr(slash + 1);
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (failed != std::errc{} || end != digits.data() + digits.size() || bits > all_bits - first)
            return std::nullopt;
        network.prefix = first + bits;
    }
    for (unsigned i = 0; i < network.address.size(); ++i)
        if ((network.address[i] & mask(network.prefix, i)) != network.address[i]) return std::nullopt;
    return network;
}

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
    Networks networks;
    for (const auto& text : texts) {
        const auto network = read_network(text);
        if (!network)
            return fail(Code::malformed, fmt::format("\"{}\" is no network such as 10.21.0.0/16", text));
        networks.networks_.push_back(*network);
    }
    return networks;
}

bool Networks::contains(std::string_view address) const {
    const auto octets = read_address(address);
    if (!octets) return false;
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
        for (unsigned i = 0; i < octets->size(); ++i)
            if (((*octets)[i] & mask(network.prefix, i)) != network.address[i]) return false;
        return true;
    });
}

} // namespace facteur
