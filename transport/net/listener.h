// Accepts connections on "host:port", "[::1]:port", "*:port" or "unix:/path". Each loop of the pool has a
// socket of its own on the same port (SO_REUSEPORT), so that the kernel spreads connections and none is
// handed between threads.
#pragma once

#include "transport/base/result.h"
#include "transport/net/connection.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace facteur::net {

// How many connections there may be, in all and from one address. A remote that is empty counts in all only:
// local proxies, behind whose address stand many. Thread-safe.
class Admission {
public:
    Admission(std::size_t all, std::size_t per_address) : all_(all), per_address_(per_address) {}
    bool enter(const std::string& remote);
    void leave(const std::string& remote);
    [[nodiscard]] std::size_t open() const;

private:
    std::size_t all_, per_address_;
    mutable std::mutex mutex_;
    std::size_t open_ = 0;
    std::map<std::string, std::size_t> by_address_;
};

// Makes the handler of a new connection, on its loop; null refuses it. It may set time-outs and start TLS.
using Accept = std::function<std::unique_ptr<Handler>(Connection&)>;

// Listens until the loops stop. Returns the port (0 for a Unix socket), which differs when the address says
// port 0.
Result<std::uint16_t> listen(LoopPool& loops, const std::string& address, Accept accept);

} // namespace facteur::net
