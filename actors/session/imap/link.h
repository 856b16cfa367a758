// The way from a session actor of IMAP back to its connection, from any thread, safe after the connection has
// gone.
#pragma once

#include "transport/imap/response.h"
#include "transport/net/connection.h"

#include <string>

namespace facteur {

class ImapConnection;

class ImapLink {
public:
    ImapLink() = default;
    // `handler` is the connection's own and lives as long.
    ImapLink(net::Connection& connection, ImapConnection& handler)
        : connection_(connection), handler_(&handler) {}

    void challenge(std::string data) const;
    void authenticated() const;
    void refuse(std::string code, std::string text) const;
    // Untagged responses of the command under way; ImapDrained comes when the client has taken them.
    void output(std::string bytes) const;
    // Untagged responses while IDLE lasts, after NOTIFY, or that a command goes on. Whole ones.
    void news(std::string bytes) const;
    // What is new, then IDLE begins.
    void begin_idle(std::string news) const;
    // Untagged responses, then the end of the command.
    void complete(std::string untagged, imap::Condition condition, std::string code, std::string text) const;
    void accept_data() const;
    void reject_append(std::string code, std::string text) const;
    void bye(std::string code, std::string text) const;
    void abort() const; // a literal was begun that cannot be ended
    void drain() const;

private:
    net::ConnectionRef connection_;
    ImapConnection* handler_ = nullptr;
};

} // namespace facteur
