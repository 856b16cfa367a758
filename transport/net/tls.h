// TLS as a machine: encrypted bytes in, plain bytes out, and the other way round. It knows no socket. OpenSSL
// underneath.
//
// A `TlsContext` is made from certificate and key and is immutable; to take another certificate (SIGHUP),
// make another context: connections keep the one they began with. Contexts may be shared by all threads, a
// `TlsSession` belongs to one.
#pragma once

#include "transport/base/result.h"
#include "transport/dns/records.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace facteur::net {

class TlsContext {
public:
    // PEM files; the certificate's file may hold its chain. TLS 1.2 and 1.3 (RFC 9325). `alpn`: protocols in
    // our order.
    static Result<std::shared_ptr<const TlsContext>> server(const std::string& certificate_file,
                                                            const std::string& key_file,
                                                            const std::vector<std::string>& alpn = {});
    // For connections that we make. `authorities`: a PEM file of those to trust; empty: the system's.
    static Result<std::shared_ptr<const TlsContext>> client(const std::string& authorities = {});
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    [[nodiscard]] ssl_ctx_st* raw() const { return context_; }
    [[nodiscard]] const std::string& alpn() const { return alpn_; }

private:
    TlsContext() = default;
    ssl_ctx_st* context_ = nullptr;
    std::string alpn_; // wire form
};

// What a client wants of the server's certificate.
struct TlsDemand {
    enum class Mode {
        opportunistic, // anything goes; whether it would have been good is told by `TlsSession::verified`
        name,          // a chain to an authority and one of `names`, or the handshake fails (RFC 8461 §4.1)
        dane,          // one of `tlsa` matches (RFC 7672), or the handshake fails
    } mode = Mode::opportunistic;
    // SNI is the first one; with DANE the names that a DANE-TA certificate may have (RFC 7672 §3.2.2). A
    // name that begins with a dot matches one label more (".example.net").
    std::vector<std::string> names;
    // Only usages 2 (DANE-TA) and 3 (DANE-EE) are usable (RFC 7672 §3.1.3). When none is, TLS is mandatory
    // but unauthenticated (§2.2): the mode is that of `opportunistic`.
    // The answer that they come from was authenticated.
    std::vector<dns::Tlsa> tlsa;
};

enum class Verified {
    no,      // TLS, but the certificate proves nothing
    name,    // authority and name
    dane_ta, // TLSA of an authority, and name
    dane_ee, // TLSA of the server's own key or certificate
};

class TlsSession {
public:
    explicit TlsSession(std::shared_ptr<const TlsContext> context);
    // As the client. The first bytes to send come from `begin`. A demand that cannot be met at all (no name,
    // a TLSA record that OpenSSL refuses) makes the handshake fail.
    TlsSession(std::shared_ptr<const TlsContext> context, const TlsDemand& demand);
    void begin(std::string& encrypted);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // Takes encrypted bytes; appends what they hold to `plain` and what must be sent to `encrypted`. Fails
    // with Code::tls when the peer breaks the protocol (an alert may still be in `encrypted`).
    Result<void> receive(std::string_view bytes, std::string& plain, std::string& encrypted);
    // Takes plain bytes; appends what must be sent. Before the handshake's end they are kept until it.
    Result<void> send(std::string_view plain, std::string& encrypted);
    // Says goodbye (close_notify).
    void shut(std::string& encrypted);

    [[nodiscard]] bool is_established() const;
    // Of the server's certificate, once established; for clients.
    [[nodiscard]] Verified verified() const;
    // Why it proves nothing: "certificate has expired", "hostname mismatch"; empty when it does.
    [[nodiscard]] std::string verify_error() const;
    [[nodiscard]] bool peer_has_shut() const { return peer_shut_; }
    [[nodiscard]] std::string version() const; // "TLSv1.3"
    [[nodiscard]] std::string cipher() const;  // "TLS_AES_256_GCM_SHA384"
    // Channel bindings, empty when there is none: RFC 9266 tls-exporter (TLS 1.3, or 1.2 with an extended
    // master secret), RFC 5929 §4 tls-server-end-point.
    [[nodiscard]] std::string exporter_binding() const;
    [[nodiscard]] std::string end_point_binding() const;

    // What OpenSSL reads from and writes to, during a call; between calls nothing is buffered but a record
    // that is not complete.
    struct Wire {
        std::string_view in;
        std::string* out = nullptr;
    };

private:
    std::shared_ptr<const TlsContext> context_;
    Wire wire_;
    ssl_st* ssl_ = nullptr;
    std::string waiting_; // plain bytes that came before the handshake was over
    bool peer_shut_ = false;
    bool impossible_ = false; // the demand
    bool named_ = false;      // names are checked
};

struct SelfSigned {
    std::string certificate, key; // PEM
};
// For a demo and for tests: P-256, valid for `days`, for these host names (and 127.0.0.1, ::1).
Result<SelfSigned> make_self_signed(const std::vector<std::string>& names, int days);

} // namespace facteur::net
