// Where the mail of a domain goes: to its own servers, or where [routes] says. Pure functions.
#pragma once

#include "actors/config.h"
#include "transport/smtp/address.h"

#include <string>
#include <string_view>

namespace facteur {

struct NextHop {
    std::string domain;  // of the recipients
    Config::Route route; // its host is empty: the domain's own servers, by MX
    // What shares connections, limits and back-off: a smart host with all its domains, or the domain.
    [[nodiscard]] std::string key() const;
};
NextHop next_hop(const Config& config, std::string_view domain);

// Whether mail to other servers can be for this address: a domain of two labels at least, no literal.
bool can_be_sent_to(const smtp::Mailbox& address);

} // namespace facteur
