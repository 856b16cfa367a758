// What mail programs are told so that a person types no more than address and password: Thunderbird's
// autoconfiguration, Outlook's Autodiscover, Apple's profile, and the SRV records that all may ask for (RFC
// 6186, RFC 8314). Pure functions.
#pragma once

#include "actors/config.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace facteur {

struct ClientSetup {
    std::string domain, host;
    // Ports; 0: not served.
    std::uint16_t imaps = 0, imap = 0, submissions = 0, submission = 0, https = 0;
};
ClientSetup client_setup(const Config& config);

std::string thunderbird_setup(const ClientSetup& setup);
// `address`: the login name; empty: the program uses what was typed.
std::string outlook_setup(const ClientSetup& setup, std::string_view address);
std::string apple_setup(const ClientSetup& setup, std::string_view address);
// Lines of a zone file.
std::string client_records(const ClientSetup& setup);

// The address that an Autodiscover request names; empty: none.
std::string outlook_address(std::string_view request);

} // namespace facteur
