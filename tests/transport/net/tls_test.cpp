#include "tests/transport/net/client.h"
#include "transport/net/tls.h"

#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>

using namespace facteur::net;
using namespace facteur::net::test;

namespace {

// A certificate and its key in files, for as long as it lives.
class Files {
public:
    Files() : folder_(std::filesystem::temp_directory_path() / ("tls-test-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
        const auto made = make_self_signed({"mail.academie.test"}, 10);
        REQUIRE(made.has_value());
        std::ofstream(certificate()) << made->certificate;
        std::ofstream(key()) << made->key;
    }
    ~Files() { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string certificate() const { return (folder_ / "certificate.pem").string(); }
    [[nodiscard]] std::string key() const { return (folder_ / "key.pem").string(); }
    [[nodiscard]] std::shared_ptr<const TlsContext> context() const {
        auto made = TlsContext::server(certificate(), key(), {"http/1.1"});
        REQUIRE(made.has_value());
        return *made;
    }

private:
    std::filesystem::path folder_;
};

// The other side, over memory.
class TlsClient {
public:
    explicit TlsClient(int highest = 0, std::string trusted = {})
        : context_(SSL_CTX_new(TLS_client_method())) {
        if (highest != 0) SSL_CTX_set_max_proto_version(context_, highest);
        if (!trusted.empty()) {
            SSL_CTX_load_verify_locations(context_, trusted.c_str(), nullptr);
            SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
        }
        ssl_ = SSL_new(context_);
        SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set1_host(ssl_, "mail.academie.test");
        const unsigned char protocols[] = "\x02h2\x08http/1.1";
        SSL_set_alpn_protos(ssl_, protocols, sizeof protocols - 1);
        SSL_set_connect_state(ssl_);
    }
    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    void send(std::string_view plain) const { SSL_write(ssl_, plain.data(), static_cast<int>(plain.size())); }
    void shut() const { SSL_shutdown(ssl_); }
    void feed(std::string_view encrypted) const {
        BIO_write(SSL_get_rbio(ssl_), encrypted.data(), static_cast<int>(encrypted.size()));
    }
    [[nodiscard]] std::string output() const {
        std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl_)), '\0');
        if (!out.empty()) BIO_read(SSL_get_wbio(ssl_), out.data(), static_cast<int>(out.size()));
        return out;
    }
    [[nodiscard]] std::string read() const {
        std::string all;
        std::string buffer(16384, '\0');
        for (int size = 0; (size = SSL_read(ssl_, buffer.data(), 16384)) > 0;)
            all.append(buffer.data(), static_cast<std::size_t>(size));
        return all;
    }
    [[nodiscard]] bool is_established() const { return SSL_is_init_finished(ssl_) == 1; }
    [[nodiscard]] std::string alpn() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_, &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }

private:
    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
};

// Carries bytes both ways, `step` at a time to the server, until nothing moves.
std::string carry(const TlsClient& client, TlsSession& server, std::size_t step) {
    std::string plain;
    for (int turn = 0; turn < 20; ++turn) {
        client.send({});
        const auto out = client.output();
        if (out.empty() && turn > 0) break;
        for (std::size_t at = 0; at < out.size(); at += step) {
            std::string encrypted;
            REQUIRE(server.receive(std::string_view(out).substr(at, step), plain, encrypted).has_value());
            client.feed(encrypted);
        }
    }
    return plain;
}

} // namespace

TEST_CASE("a handshake in any pieces, then bytes both ways") {
    const Files files;
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    const auto step = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{100'000});
    const TlsClient client(version, files.certificate());
    TlsSession server(files.context());
    std::string early;
    REQUIRE(server.send("220 hello\r\n", early).has_value()); // kept until the handshake is over
    CHECK(early.empty());
    carry(client, server, step);
    REQUIRE(server.is_established());
    REQUIRE(client.is_established());
    CHECK(server.version() == (version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2"));
    CHECK(client.alpn() == "http/1.1");
    CHECK(client.read() == "220 hello\r\n");

    const std::string large(300'000, 'm');
    std::string encrypted, plain;
    REQUIRE(server.send(large, encrypted).has_value());
    client.feed(encrypted);
    CHECK(client.read() == large);
    client.send("EHLO client\r\n");
    CHECK(carry(client, server, step) == "EHLO client\r\n");
    CHECK(server.exporter_binding().size() == 32);

    client.shut();
    carry(client, server, step);
    CHECK(server.peer_has_shut());
}

TEST_CASE("what is no TLS is refused") {
    const Files files;
    TlsSession server(files.context());
    std::string plain, encrypted;
    const auto result = server.receive("GET / HTTP/1.1\r\n\r\n", plain, encrypted);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == facteur::Code::tls);
    CHECK(plain.empty());
}

TEST_CASE("TLS 1.1 is refused, with an alert") {
    const Files files;
    const TlsClient client(TLS1_1_VERSION);
    TlsSession server(files.context());
    std::string plain, encrypted;
    client.send("x");
    CHECK_FALSE(server.receive(client.output(), plain, encrypted).has_value());
}

TEST_CASE("certificates and keys that cannot be used are named") {
    const Files files;
    CHECK_FALSE(TlsContext::server("/nowhere.pem", files.key()).has_value());
    CHECK_FALSE(TlsContext::server(files.certificate(), files.certificate()).has_value());
    const auto other = make_self_signed({"other.test"}, 1);
    const auto path = files.key() + ".other";
    std::ofstream(path) << other->key;
    const auto mismatch = TlsContext::server(files.certificate(), path);
    REQUIRE_FALSE(mismatch.has_value());
    CHECK(mismatch.error().message.find(path) != std::string::npos);
    CHECK_FALSE(make_self_signed({}, 1).has_value());
}

TEST_CASE("a connection speaks TLS") {
    const Files files;
    struct Echo : Handler {
        void on_secured(Connection& c) override { c.write(std::string_view("secured ")); }
        void on_bytes(Connection& c, std::string_view bytes) override {
            c.write(bytes);
            c.close();
        }
    };
    LoopPool loops(1);
    const auto port = listen(loops, "127.0.0.1:0", [&](Connection& c) {
        c.start_tls(files.context());
        return std::make_unique<Echo>();
    });
    REQUIRE(port.has_value());
    Client socket(*port);
    const TlsClient client(0, files.certificate());
    client.send("hello");
    std::string got;
    bool has_sent = false;
    while (got != "secured hello") {
        if (client.is_established() && !std::exchange(has_sent, true)) client.send("hello");
        socket.send(client.output());
        const auto bytes = socket.receive();
        if (bytes.empty()) break;
        client.feed(bytes);
        got += client.read();
    }
    CHECK(got == "secured hello");
    CHECK(client.read().empty());
    loops.stop();
}
