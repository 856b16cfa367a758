// Makes connections: tries the addresses of a host one after the other, each for a time.
//
// From the loop's thread. The handler is made when the connection stands; it may call
// `Connection::start_tls` for a client at once (implicit TLS) or later (STARTTLS).
#pragma once

#include "transport/net/connection.h"
#include "transport/net/listener.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace facteur::net {

struct ConnectRequest {
    std::vector<std::string> addresses; // "192.0.2.1", "2001:db8::1", in the order of trying
    std::uint16_t port = 25;
    std::uint64_t timeout = 30'000;       // milliseconds for each address
    std::uint64_t total_timeout = 90'000; // and for all
    std::string from_ipv4, from_ipv6;     // our own addresses to connect from; empty: the system's choice
};

// Code::io: none of the addresses took the connection; the message has the last reason. Code::malformed: no
// address among them. Exactly one of `accept` and `failed` is called, never before `connect` returns, and
// none when the loop stops first.
void connect(Loop& loop, ConnectRequest request, Accept accept, std::function<void(const Error&)> failed);

} // namespace facteur::net
