// The mailboxes of a server that keeps no mail: how many messages each has been given, and who waits for
// more.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace facteur::floor {

class Connection;

struct Mailbox {
    std::uint64_t messages = 0;
    std::vector<Connection*> watchers;
};

using Mailboxes = std::map<std::string, Mailbox, std::less<>>; // by address

} // namespace facteur::floor
