#include "transport/net/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace facteur::net {
namespace {

std::string reason() {
    std::array<char, 256> text{};
    const auto code = ERR_get_error();
    ERR_error_string_n(code, text.data(), text.size());
    ERR_clear_error();
    return code == 0 ? "unknown reason" : text.data();
}

template <typename T, void (*Free)(T*)>
struct Freer {
    void operator()(T* pointer) const { Free(pointer); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freer<T, Free>>;

void free_bio(BIO* bio) {
    BIO_free(bio);
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                unsigned offered_size, void* argument) {
    const auto& ours = static_cast<const TlsContext*>(argument)->alpn();
    unsigned char* chosen = nullptr;
    const int result =
        SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(ours.data()),
                              static_cast<unsigned>(ours.size()), offered, offered_size);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// ---- a BIO over TlsSession::Wire: OpenSSL's own memory BIOs keep their largest buffer for life

int read_wire(BIO* bio, char* out, std::size_t size, std::size_t* taken) {
    auto& wire = *static_cast<TlsSession::Wire*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *taken = std::min(size, wire.in.size());
    if (*taken == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    std::copy_n(wire.in.data(), *taken, out);
    wire.in.remove_prefix(*taken);
    return 1;
}

int write_wire(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    const auto& wire = *static_cast<TlsSession::Wire*>(BIO_get_data(bio));
    if (wire.out == nullptr) return 0;
    wire.out->append(bytes, size);
    *written = size;
    return 1;
}

long control_wire(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

void free_method(BIO_METHOD* method) {
    BIO_meth_free(method);
}

const BIO_METHOD* wire_method() {
    static const Owned<BIO_METHOD, free_method> method = [] {
        Owned<BIO_METHOD, free_method> made(
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "facteur wire"));
        BIO_meth_set_read_ex(made.get(), read_wire);
        BIO_meth_set_write_ex(made.get(), write_wire);
        BIO_meth_set_ctrl(made.get(), control_wire);
        return made;
    }();
    return method.get();
}

} // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const std::string& certificate_file,
                                                             const std::string& key_file,
                                                             const std::vector<std::string>& alpn) {
    ERR_clear_error();
    std::shared_ptr<TlsContext> made(new TlsContext);
    auto* context = made->context_ = SSL_CTX_new(TLS_server_method());
    if (context == nullptr) return fail(Code::tls, fmt::format("TLS cannot be set up: {}", reason()));
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // An idle connection gives its buffers back.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    // Tickets resume sessions; a cache of the server's own would only cost memory.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("facteur"), 7);
    if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
        return fail(Code::tls,
                    fmt::format("The certificate {} cannot be read: {}", certificate_file, reason()));
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        return fail(Code::tls, fmt::format("The key {} cannot be read: {}", key_file, reason()));
    if (SSL_CTX_check_private_key(context) != 1)
        return fail(Code::tls, fmt::format("The key {} is not that of {}", key_file, certificate_file));
    for (const auto& protocol : alpn) {
        made->alpn_.push_back(static_cast<char>(protocol.size()));
        made->alpn_ += protocol;
    }
    if (!alpn.empty()) SSL_CTX_set_alpn_select_cb(context, choose_alpn, made.get());
    return std::shared_ptr<const TlsContext>(std::move(made));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(const std::string& authorities) {
    ERR_clear_error();
    std::shared_ptr<TlsContext> made(new TlsContext);
    auto* context = made->context_ = SSL_CTX_new(TLS_client_method());
    if (context == nullptr || SSL_CTX_dane_enable(context) <= 0)
        return fail(Code::tls, fmt::format("TLS cannot be set up: {}", reason()));
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    const int loaded = authorities.empty() ? SSL_CTX_set_default_verify_paths(context)
                                           : SSL_CTX_load_verify_file(context, authorities.c_str());
    if (loaded != 1)
        return fail(Code::tls, fmt::format("The authorities {} cannot be read: {}", authorities, reason()));
    return std::shared_ptr<const TlsContext>(std::move(made));
}

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context)
    : context_(std::move(context)), ssl_(SSL_new(context_->raw())) {
    BIO* bio = BIO_new(wire_method());
    BIO_set_data(bio, &wire_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio); // the session owns it
    SSL_set_accept_state(ssl_);
}
namespace {

// The host's names in the form that OpenSSL checks; false when there is none.
bool set_names(SSL* ssl, const std::vector<std::string>& names) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    for (const auto& name : names)
        if (SSL_add1_host(ssl, name.c_str()) != 1) return false;
    return !names.empty();
}

// Whether one of the records is usable.
bool set_tlsa(SSL* ssl, const TlsDemand& demand) {
    // RFC 7672 §3.1.1: names do not matter to DANE-EE.
    SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    bool usable = false;
    for (const auto& record : demand.tlsa) {
        if (record.usage != 2 && record.usage != 3) continue; // RFC 7672 §3.1.3
        usable |= SSL_dane_tlsa_add(ssl, record.usage, record.selector, record.matching,
                                    reinterpret_cast<const unsigned char*>(record.data.data()),
                                    record.data.size()) > 0;
    }
    return usable;
}

} // namespace

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, const TlsDemand& demand)
    : TlsSession(std::move(context)) {
    using Mode = TlsDemand::Mode;
    ERR_clear_error();
    SSL_set_connect_state(ssl_);
    const bool named = !demand.names.empty() && !demand.names.front().empty();
    if (named && !demand.names.front().starts_with('.'))
        SSL_set_tlsext_host_name(ssl_, demand.names.front().c_str());
    bool required = demand.mode != Mode::opportunistic;
    if (demand.mode == Mode::dane) {
        impossible_ = !named || SSL_dane_enable(ssl_, demand.names.front().c_str()) <= 0;
        if (!impossible_) required = set_tlsa(ssl_, demand);
        for (std::size_t i = 1; i < demand.names.size(); ++i)
            SSL_add1_host(ssl_, demand.names[i].c_str());
    } else {
        const bool set = set_names(ssl_, demand.names);
        impossible_ = demand.mode == Mode::name && !set;
        named_ = set;
    }
    SSL_set_verify(ssl_, required ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    ERR_clear_error();
}

void TlsSession::begin(std::string& encrypted) {
    ERR_clear_error();
    wire_ = {{}, &encrypted};
    SSL_do_handshake(ssl_);
    wire_ = {};
    ERR_clear_error();
}

Verified TlsSession::verified() const {
    if (!is_established() || SSL_is_server(ssl_) == 1 || SSL_get_verify_result(ssl_) != X509_V_OK)
        return Verified::no;
    std::uint8_t usage = 0;
    if (SSL_get0_dane_authority(ssl_, nullptr, nullptr) >= 0 &&
        SSL_get0_dane_tlsa(ssl_, &usage, nullptr, nullptr, nullptr, nullptr) >= 0)
        return usage == 3 ? Verified::dane_ee : Verified::dane_ta;
    return named_ ? Verified::name : Verified::no;
}

std::string TlsSession::verify_error() const {
    if (verified() != Verified::no) return {};
    const auto result = SSL_get_verify_result(ssl_);
    return result == X509_V_OK ? "no name to check" : X509_verify_cert_error_string(result);
}

TlsSession::~TlsSession() {
    SSL_free(ssl_);
}

bool TlsSession::is_established() const {
    return SSL_is_init_finished(ssl_) == 1;
}
std::string TlsSession::version() const {
    return SSL_get_version(ssl_);
}
std::string TlsSession::cipher() const {
    const auto* name = SSL_get_cipher_name(ssl_);
    return name == nullptr ? std::string() : name;
}

std::string TlsSession::exporter_binding() const {
    // Without it two connections can share a key (RFC 9266 §4.2).
    if (SSL_version(ssl_) < TLS1_3_VERSION && SSL_get_extms_support(ssl_) != 1) return {};
    std::array<unsigned char, 32> key{};
    constexpr std::string_view label = "EXPORTER-Channel-Binding"; // RFC 9266 §2
    if (SSL_export_keying_material(ssl_, key.data(), key.size(), label.data(), label.size(), nullptr, 0, 0) !=
        1)
        return {};
    return {reinterpret_cast<const char*>(key.data()), key.size()};
}

// The certificate's hash by the function of its signature; SHA-256 for MD5 and SHA-1 (RFC 5929 §4.1).
std::string TlsSession::end_point_binding() const {
    X509* certificate = SSL_get_certificate(ssl_);
    int digest = NID_undef, key = NID_undef;
    if (certificate == nullptr ||
        OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, &key) != 1)
        return {};
    const bool weak = digest == NID_md5 || digest == NID_sha1;
    const auto* function = weak ? EVP_sha256() : EVP_get_digestbynid(digest);
    if (function == nullptr) return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (X509_digest(certificate, function, hash.data(), &size) != 1) return {};
    return {reinterpret_cast<const char*>(hash.data()), size};
}

Result<void> TlsSession::receive(std::string_view bytes, std::string& plain, std::string& encrypted) {
    if (impossible_) return fail(Code::tls, "TLS failed: there is no name to hold the certificate to");
    ERR_clear_error();
    const bool was_established = is_established();
    wire_ = {bytes, &encrypted};
    std::array<char, 16384> buffer; // NOLINT: filled by SSL_read
    while (true) {
        const int size = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()));
        if (size > 0) {
            plain.append(buffer.data(), static_cast<std::size_t>(size));
            continue;
        }
        const int error = SSL_get_error(ssl_, size);
        wire_ = {};
        if (error == SSL_ERROR_ZERO_RETURN) peer_shut_ = true;
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_ZERO_RETURN) break;
        // A certificate that was refused says more than that it was.
        const auto verdict = SSL_get_verify_result(ssl_);
        if (!was_established && SSL_is_server(ssl_) == 0 && verdict != X509_V_OK) {
            ERR_clear_error();
            return fail(Code::tls, fmt::format("TLS failed: {}", X509_verify_cert_error_string(verdict)));
        }
        return fail(Code::tls, fmt::format("TLS failed: {}", reason()));
    }
    if (!was_established && is_established() && !waiting_.empty()) {
        const auto waiting = std::move(waiting_);
        waiting_ = {};
        return send(waiting, encrypted);
    }
    return {};
}

Result<void> TlsSession::send(std::string_view plain, std::string& encrypted) {
    if (!is_established()) {
        waiting_.append(plain);
        return {};
    }
    ERR_clear_error();
    encrypted.reserve(encrypted.size() + plain.size() + plain.size() / 256 + 64);
    wire_ = {{}, &encrypted};
    while (!plain.empty()) {
        const int size =
            SSL_write(ssl_, plain.data(), static_cast<int>(std::min<std::size_t>(plain.size(), 1u << 20)));
        if (size <= 0) break;
        plain.remove_prefix(static_cast<std::size_t>(size));
    }
    wire_ = {};
    if (!plain.empty()) return fail(Code::tls, fmt::format("TLS failed: {}", reason()));
    return {};
}

void TlsSession::shut(std::string& encrypted) {
    if (!is_established()) return;
    ERR_clear_error();
    wire_ = {{}, &encrypted};
    SSL_shutdown(ssl_);
    wire_ = {};
    ERR_clear_error();
}

Result<SelfSigned> make_self_signed(const std::vector<std::string>& names, int days) {
    const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
    const Owned<X509, X509_free> certificate(X509_new());
    if (!key || !certificate || names.empty()) return fail(Code::tls, "A certificate cannot be made.");
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(days) * 86400);
    X509_set_pubkey(certificate.get(), key.get());
    auto* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(names.front().c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    std::string alternatives = "IP:127.0.0.1,IP:::1";
    for (const auto& name : names)
        alternatives += ",DNS:" + name;
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
    for (const auto& [id, value] :
         {std::pair{NID_subject_alt_name, alternatives}, {NID_basic_constraints, "critical,CA:TRUE"}}) {
        const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
            X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
        if (!extension) return fail(Code::tls, fmt::format("A certificate cannot be made: {}", reason()));
        X509_add_ext(certificate.get(), extension.get(), -1);
    }
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
        return fail(Code::tls, fmt::format("A certificate cannot be signed: {}", reason()));

    const Owned<BIO, free_bio> certificate_out(BIO_new(BIO_s_mem())), key_out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(certificate_out.get(), certificate.get());
    PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    const auto text = [](BIO* bio) {
        char* data = nullptr;
        const auto size = BIO_get_mem_data(bio, &data);
        return std::string(data, static_cast<std::size_t>(size));
    };
    return SelfSigned{text(certificate_out.get()), text(key_out.get())};
}

} // namespace facteur::net
