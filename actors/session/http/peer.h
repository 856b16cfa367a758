// How a session actor speaks to its connection: calls that run later, on the connection's loop, and do
// nothing once it has gone.
#pragma once

#include "transport/net/connection.h"

namespace facteur {

class HttpConnection;

class Peer {
public:
    Peer() = default;
    Peer(net::Connection& connection, HttpConnection& handler) : way_(connection), handler_(&handler) {}

    // `task(HttpConnection&, net::Connection&)`. The handler lives as long as its connection.
    template <typename Task>
    void tell(Task task) const {
        way_.with([handler = handler_, task = std::move(task)](net::Connection& connection) mutable {
            task(*handler, connection);
        });
    }

private:
    net::ConnectionRef way_;
    HttpConnection* handler_ = nullptr;
};

} // namespace facteur
