#include "tests/transport/net/client.h"
#include "transport/net/connector.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <filesystem>
#include <fstream>

using namespace facteur;
using namespace facteur::net;
using namespace facteur::net::test;

namespace {

// Says "hello" once TLS stands.
struct Greeter : Handler {
    void on_bytes(Connection&, std::string_view) override {}
    void on_secured(Connection& connection) override { connection.write(std::string_view("hello")); }
};

struct Seen {
    std::string bytes, error;
    Verified verified = Verified::no;
    bool closed = false;
};

struct Caller : Handler {
    Awaited<Seen>& seen;
    explicit Caller(Awaited<Seen>& to) : seen(to) {}
    template <typename Change>
    void change(Change change) {
        auto now = seen.get();
        change(now);
        seen.set(now);
    }
    void on_bytes(Connection&, std::string_view bytes) override {
        change([&](Seen& now) { now.bytes += bytes; });
    }
    void on_secured(Connection& connection) override {
        change([&](Seen& now) { now.verified = connection.tls()->verified(); });
    }
    void on_tls_failed(Connection&, const Error& error) override {
        change([&](Seen& now) { now.error = error.message; });
    }
    void on_closed() override {
        change([](Seen& now) { now.closed = true; });
    }
};

std::string folder() {
    std::string path = (std::filesystem::temp_directory_path() / "facteur-connector-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    return path;
}

// A server with a certificate for mx.example.net, and its SHA-256.
struct TlsServer {
    std::string path = folder();
    std::string certificate = path + "/certificate", key = path + "/key", hash;
    LoopPool loops{1};
    std::uint16_t port = 0;

    TlsServer() {
        const auto made = make_self_signed({"mx.example.net"}, 1);
        REQUIRE(made);
        std::ofstream(certificate) << made->certificate;
        std::ofstream(key) << made->key;
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
            BIO_new_mem_buf(made->certificate.data(), static_cast<int>(made->certificate.size())),
            BIO_free_all);
        const std::unique_ptr<X509, decltype(&X509_free)> x509(
            PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        REQUIRE(X509_digest(x509.get(), EVP_sha256(), digest.data(), &size) == 1);
        hash.assign(reinterpret_cast<const char*>(digest.data()), size);
        auto context = TlsContext::server(certificate, key);
        REQUIRE(context);
        const auto listening = listen(loops, "127.0.0.1:0", [context = *context](Connection& connection) {
            connection.start_tls(context);
            return std::make_unique<Greeter>();
        });
        REQUIRE(listening);
        port = *listening;
    }
    ~TlsServer() {
        loops.stop();
        std::filesystem::remove_all(path);
    }

    // What a client with this demand sees, until it has the greeting or the connection is closed.
    Seen call(const TlsDemand& demand, bool trusts) {
        auto context = TlsContext::client(trusts ? certificate : std::string());
        REQUIRE(context);
        Awaited<Seen> seen;
        LoopPool own(1);
        own[0].run([&] {
            connect(
                own[0], {.addresses = {"127.0.0.1"}, .port = port},
                [&seen, context = *context, demand](Connection& connection) {
                    connection.start_tls(context, demand);
                    return std::make_unique<Caller>(seen);
                },
                [&seen](const Error& error) {
                    seen.set({"", error.message, Verified::no, true});
                });
        });
        CHECK(seen.wait([](const Seen& now) { return now.bytes == "hello" || now.closed; }));
        own.stop();
        return seen.get();
    }
};

using Mode = TlsDemand::Mode;

} // namespace

TEST_CASE("a client's TLS: what is demanded of the certificate") {
    TlsServer server;
    SECTION("opportunistic: anything goes, and it is known what it is worth") {
        auto seen = server.call({Mode::opportunistic, {"mx.example.net"}, {}}, false);
        CHECK(seen.bytes == "hello");
        CHECK(seen.verified == Verified::no);
        CHECK(server.call({Mode::opportunistic, {"mx.example.net"}, {}}, true).verified == Verified::name);
        CHECK(server.call({Mode::opportunistic, {"other.example.net"}, {}}, true).verified == Verified::no);
    }
    SECTION("by name") {
        auto seen = server.call({Mode::name, {"mx.example.net"}, {}}, true);
        CHECK(seen.bytes == "hello");
        CHECK(seen.verified == Verified::name);
        for (const auto& [names, trusts] : {std::pair{std::vector<std::string>{"mx.example.net"}, false},
                                            {{"other.example.net"}, true},
                                            {{}, true}}) {
            seen = server.call({Mode::name, names, {}}, trusts);
            CHECK(seen.bytes.empty());
            CHECK_FALSE(seen.error.empty());
        }
    }
    SECTION("by DANE (RFC 7672): no authority and no name is needed with DANE-EE") {
        auto seen = server.call({Mode::dane, {"any.example.net"}, {{3, 0, 1, server.hash}}}, false);
        CHECK(seen.bytes == "hello");
        CHECK(seen.verified == Verified::dane_ee);
        seen = server.call({Mode::dane, {"mx.example.net"}, {{2, 0, 1, server.hash}}}, false);
        CHECK(seen.bytes.empty()); // the server's own certificate is no authority's (RFC 7671 §5.2)
        seen = server.call({Mode::dane, {"mx.example.net"}, {{3, 0, 1, std::string(32, 'x')}}}, true);
        CHECK(seen.bytes.empty());
        CHECK_FALSE(seen.error.empty());
    }
    SECTION("without a usable record: TLS, but nothing is proved (RFC 7672 §2.2)") {
        const auto seen = server.call({Mode::dane, {"mx.example.net"}, {{1, 0, 1, server.hash}}}, false);
        CHECK(seen.bytes == "hello");
        CHECK(seen.verified == Verified::no);
    }
}

TEST_CASE("the addresses are tried in their order, and the reason is told when none takes it") {
    TlsServer server;
    LoopPool own(1);
    Awaited<std::string> result;
    const auto call = [&](std::vector<std::string> addresses) {
        result.set("");
        own[0].run([&] {
            connect(
                own[0], {.addresses = std::move(addresses), .port = server.port},
                [&](Connection& connection) {
                    result.set("connected " + connection.remote());
                    return nullptr;
                },
                [&](const Error& error) { result.set("failed " + error.message); });
        });
        CHECK(result.wait([](const auto& text) { return !text.empty(); }));
        return result.get();
    };
    CHECK(call({"127.0.0.2", "127.0.0.1"}) == "connected 127.0.0.1");
    CHECK(call({"::1", "nonsense", "127.0.0.1"}) == "connected 127.0.0.1");
    CHECK(call({"127.0.0.2"}) == "failed 127.0.0.2: connection refused");
    CHECK(call({}) == "failed There is no address to connect to");
    own.stop();
}
