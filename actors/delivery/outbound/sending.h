// One connection to another server on its loop: opens SMTP, sends letters one after the other, tells what
// came of each. The machine is transport/smtp/client.h.
//
// All on the loop's thread; `SendingLink` is the way to it from elsewhere.
#pragma once

#include "actors/delivery/outbound/letter.h"
#include "transport/net/connection.h"
#include "transport/smtp/client.h"

#include <functional>
#include <memory>
#include <string>

namespace facteur {

class Sending;

class SendingLink {
public:
    SendingLink() = default;
    SendingLink(net::Connection& connection, Sending& handler)
        : connection_(connection), handler_(&handler) {}
    // Only when opened and no letter is under way. The answer is `done`, whatever happens.
    void send(std::shared_ptr<const Letter> letter) const;
    void quit() const;

private:
    net::ConnectionRef connection_;
    Sending* handler_ = nullptr;
};

// What the other end is, for the log and the sender.
struct RemoteServer {
    std::string host; // as MX or the route named it
    std::string address;
    std::string greeted;    // what it calls itself
    std::string tls;        // "TLSv1.3 TLS_AES_256_GCM_SHA384", empty: none
    std::string trust;      // "name", "dane", "none"
    std::string distrust;   // why the certificate proves nothing
    bool eight_bit = false; // takes 8-bit text (RFC 6152)
};

struct SendingOptions {
    smtp::ClientOptions smtp;
    bool implicit_tls = false;
    std::shared_ptr<const net::TlsContext> tls;
    net::TlsDemand demand;
    std::string host;
};

// Called on the loop. `opened` or `refused` once, the first word; then `done` for each letter and, at the
// end, `gone`.
struct SendingEvents {
    struct Refusal {
        smtp::Failed failed;
        bool tls = false; // TLS did not come up
    };
    std::function<void(SendingLink, const RemoteServer&)> opened;
    std::function<void(const Refusal&)> refused;
    std::function<void(const smtp::MessageDone&)> done;
    std::function<void()> gone;
};

class Sending final : public net::Handler {
public:
    Sending(net::Connection& connection, SendingOptions options, SendingEvents events);

    void on_bytes(net::Connection& connection, std::string_view bytes) override;
    void on_secured(net::Connection& connection) override;
    void on_tls_failed(net::Connection& connection, const Error& error) override;
    void on_drained(net::Connection& connection) override;
    void on_timeout(net::Connection& connection) override;
    void on_closed() override;

    void send(std::shared_ptr<const Letter> letter);
    void quit();

private:
    void run();
    void handle(const smtp::ClientEvent& event);
    void write_text();
    bool flush();
    void lose(std::string_view why);
    [[nodiscard]] RemoteServer peer() const;

    net::Connection& connection_; // owns this
    SendingOptions options_;
    SendingEvents events_;
    smtp::Client client_;
    std::shared_ptr<const Letter> letter_;
    std::size_t written_ = 0;
    std::string trouble_; // why TLS failed
    bool opened_ = false, told_ = false, securing_ = false, closed_ = false;
};

} // namespace facteur
