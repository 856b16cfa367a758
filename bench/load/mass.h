// Mass mail: one submission to many accounts, and a person's letters meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace facteur::load {

struct MassMail {
    std::uint16_t http_port = 0;
    int pid = 0;            // of the server, or 0
    std::string password;   // of everybody
    std::string domain;     // the accounts are u1@DOMAIN to uN@DOMAIN
    std::size_t users = 0;  // at least 3; u1 writes to all of them and must be of `mass_mail.senders`
    std::size_t size = 0;   // octets of the message
    double patience = 1800; // seconds
};

// u1 writes to all; u2 writes to u3, four times a second, before and while it is filed. Prints one JSON line:
// how long the submission and its filing took, and how long u2's letters took to be seen by u3.
void mass_mail(const MassMail& mass);

} // namespace facteur::load
