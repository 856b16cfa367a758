// The way from a session actor back to its connection, from any thread, safe after the connection has gone.
#pragma once

#include "transport/net/connection.h"
#include "transport/smtp/reply.h"

#include <string>
#include <vector>

namespace facteur {

class SmtpConnection;

class SmtpLink {
public:
    SmtpLink() = default;
    // `handler` is the connection's own and lives as long.
    SmtpLink(net::Connection& connection, SmtpConnection& handler)
        : connection_(connection), handler_(&handler) {}

    void reply(std::vector<smtp::Reply> replies) const;
    void challenge(std::string data) const;
    void authenticated() const;
    void refuse(smtp::Reply reply) const; // ends an exchange of AUTH
    void drain() const;

private:
    net::ConnectionRef connection_;
    SmtpConnection* handler_ = nullptr;
};

} // namespace facteur
