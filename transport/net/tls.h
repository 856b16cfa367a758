// TLS as a machine: encrypted bytes in, plain bytes out, and the other way round. It knows no socket. OpenSSL
// underneath.
//
// A `TlsContext` is made from certificate and key and is immutable; to take another certificate (SIGHUP),
// make another context: connections keep the one they began with. Contexts may be shared by all threads, a
// `TlsSession` belongs to one.
#pragma once

#include "transport/base/result.h"

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

class TlsSession {
public:
    explicit TlsSession(std::shared_ptr<const TlsContext> context);
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
};

struct SelfSigned {
    std::string certificate, key; // PEM
};
// For a demo and for tests: P-256, valid for `days`, for these host names (and 127.0.0.1, ::1).
Result<SelfSigned> make_self_signed(const std::vector<std::string>& names, int days);

} // namespace facteur::net
