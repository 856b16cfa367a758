// Against a real dnsmasq on loopback.
#include "tests/transport/net/client.h"
#include "transport/net/resolver.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <thread>

using namespace facteur;
using namespace facteur::net;
using namespace facteur::net::test;

namespace {

// A UDP socket on a port that was free.
struct Datagrams {
    int file = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    std::uint16_t port = 0;
    Datagrams() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(file, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port = ntohs(address.sin_port);
    }
    ~Datagrams() { ::close(file); }
    Datagrams(const Datagrams&) = delete;
    Datagrams& operator=(const Datagrams&) = delete;
};

std::string at_port(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

class Dnsmasq {
public:
    explicit Dnsmasq(const std::vector<std::string>& records) {
        // A port that is free for datagrams may be somebody's for connections: dnsmasq ends then.
        for (int i = 0; i < 5 && !is_up(); ++i)
            start(records);
        REQUIRE(is_up());
    }
    ~Dnsmasq() {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }
    Dnsmasq(const Dnsmasq&) = delete;
    Dnsmasq& operator=(const Dnsmasq&) = delete;
    [[nodiscard]] std::string address() const { return at_port(port_); }

private:
    // Until it answers, or has ended.
    void start(const std::vector<std::string>& records) {
        port_ = Datagrams().port;
        std::vector<std::string> arguments{"dnsmasq",
                                           "--keep-in-foreground",
                                           "--conf-file=/dev/null",
                                           "--no-resolv",
                                           "--no-hosts",
                                           "--bind-interfaces",
                                           "--listen-address=127.0.0.1",
                                           "--port=" + std::to_string(port_),
                                           "--pid-file=",
                                           "--user=",
                                           "--local=/test/",
                                           "--local-ttl=300"};
        arguments.insert(arguments.end(), records.begin(), records.end());
        std::vector<char*> raw;
        for (auto& argument : arguments)
            raw.push_back(argument.data());
        raw.push_back(nullptr);
        process_ = ::fork();
        if (process_ == 0) {
            ::execvp("dnsmasq", raw.data());
            ::execv("/usr/sbin/dnsmasq", raw.data());
            ::_exit(127);
        }
        REQUIRE(process_ > 0);
        for (int i = 0; i < 500 && ::waitpid(process_, nullptr, WNOHANG) == 0; ++i)
            if (is_up()) return;
    }
    // Asks it, by datagram: a connection to a port where nobody listens may be one with itself.
    [[nodiscard]] bool is_up() const {
        if (port_ == 0) return false;
        const Datagrams own;
        const timeval patience{0, 20'000};
        ::setsockopt(own.file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const std::string_view question("\1\2\1\0\0\1\0\0\0\0\0\0\2up\4test\0\0\1\0\1", 25);
        ::sendto(own.file, question.data(), question.size(), 0, reinterpret_cast<sockaddr*>(&address),
                 sizeof address);
        std::string answer(512, '\0');
        return ::recv(own.file, answer.data(), answer.size(), 0) > 2 && (answer[2] & '\x80') != 0;
    }
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

// A resolver on a loop of its own, asked from the test's thread.
struct Asker {
    Loop loop;
    std::shared_ptr<Resolver> resolver;

    explicit Asker(ResolverOptions options) {
        loop.run([&] {
            auto opened = Resolver::open(loop, options);
            REQUIRE(opened);
            resolver = *opened;
        });
    }
    ~Asker() {
        loop.run([&] { resolver.reset(); });
        loop.stop();
    }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    dns::Answer ask(const std::string& name, dns::Type type) {
        auto seen = std::make_shared<Awaited<std::optional<dns::Answer>>>();
        loop.run(
            [&] { resolver->ask(name, type, [seen](const dns::Answer& answer) { seen->set(answer); }); });
        REQUIRE(seen->wait([](const auto& value) { return value.has_value(); }));
        return *seen->get();
    }
    HostAddresses addresses(const std::string& host) {
        auto seen = std::make_shared<Awaited<std::optional<HostAddresses>>>();
        loop.run([&] {
            resolver->find_addresses(host, [seen](const HostAddresses& found) { seen->set(found); });
        });
        REQUIRE(seen->wait([](const auto& value) { return value.has_value(); }));
        return *seen->get();
    }
    std::size_t cached() {
        std::size_t size = 0;
        loop.run([&] { size = resolver->cached(); });
        return size;
    }
};

// A server that answers has all the time that a busy machine takes; of one that does not, the end is soon.
ResolverOptions options_for(const std::string& server) {
    ResolverOptions options;
    options.servers = {server};
    options.timeout = 5'000;
    options.tries = 2;
    return options;
}
ResolverOptions options_for(const Datagrams& silent) {
    auto options = options_for(at_port(silent.port));
    options.timeout = 200;
    return options;
}

} // namespace

TEST_CASE("the resolver asks a server and keeps its answers") {
    const std::string long_text(200, 'x');
    std::vector<std::string> records{"--mx-host=example.test,mx1.example.test,10",
                                     "--mx-host=example.test,mx2.example.test,20",
                                     "--host-record=mx1.example.test,127.0.0.5,::1",
                                     "--host-record=mx2.example.test,127.0.0.6",
                                     "--cname=alias.test,mx1.example.test",
                                     "--dns-rr=nomail.test,15,000000",
                                     "--dns-rr=_25._tcp.mx1.example.test,52,030101aabb"};
    for (int i = 0; i < 12; ++i)
        records.push_back("--txt-record=long.test,\"" + std::to_string(i) + long_text + "\"");
    const Dnsmasq server(records);
    Asker asker(options_for(server.address()));

    SECTION("exchangers") {
        const auto answer = asker.ask("Example.TEST.", dns::Type::mx);
        REQUIRE(answer.outcome == dns::Outcome::found);
        std::vector<dns::Mx> exchangers;
        for (const auto& record : answer.records)
            exchangers.push_back(std::get<dns::Mx>(record));
        std::sort(exchangers.begin(), exchangers.end(),
                  [](const auto& a, const auto& b) { return a.preference < b.preference; });
        CHECK(exchangers == std::vector<dns::Mx>{{10, "mx1.example.test"}, {20, "mx2.example.test"}});
    }
    SECTION("no mail here") {
        const auto answer = asker.ask("nomail.test", dns::Type::mx);
        REQUIRE(answer.records.size() == 1);
        CHECK(std::get<dns::Mx>(answer.records[0]) == dns::Mx{0, ""});
    }
    SECTION("addresses of both kinds, through an alias") {
        const auto found = asker.addresses("alias.test");
        CHECK(found.outcome == dns::Outcome::found);
        CHECK(found.addresses == std::vector<std::string>{"::1", "127.0.0.5"});
        CHECK(found.canonical_name == "mx1.example.test");
        CHECK(asker.addresses("mx2.example.test").addresses == std::vector<std::string>{"127.0.0.6"});
    }
    SECTION("what does not exist is told from what has no such record") {
        CHECK(asker.ask("nowhere.test", dns::Type::mx).outcome == dns::Outcome::no_domain);
        CHECK(asker.ask("mx1.example.test", dns::Type::mx).outcome == dns::Outcome::no_data);
        CHECK(asker.addresses("nowhere.test").outcome == dns::Outcome::no_domain);
    }
    SECTION("a server that refuses is a failure, to be tried later") {
        CHECK(asker.ask("example.invalid", dns::Type::mx).is_temporary());
    }
    SECTION("an answer too long for a datagram comes by TCP") {
        CHECK(asker.ask("long.test", dns::Type::txt).records.size() == 12);
    }
    SECTION("a fingerprint for DANE") {
        const auto answer = asker.ask("_25._tcp.mx1.example.test", dns::Type::tlsa);
        REQUIRE(answer.records.size() == 1);
        CHECK(std::get<dns::Tlsa>(answer.records[0]) == dns::Tlsa{3, 1, 1, "\xaa\xbb"});
        CHECK_FALSE(answer.authenticated);
    }
    SECTION("an answer is kept") {
        asker.ask("mx2.example.test", dns::Type::a);
        const auto before = asker.cached();
        asker.ask("MX2.example.test", dns::Type::a);
        CHECK(before == 1);
        CHECK(asker.cached() == 1);
    }
    SECTION("a name that no question holds does not exist") {
        CHECK(asker.ask("a..test", dns::Type::mx).outcome == dns::Outcome::no_domain);
        CHECK(asker.ask(std::string(300, 'a') + ".test", dns::Type::mx).outcome == dns::Outcome::no_domain);
    }
    SECTION("many at once") {
        auto left = std::make_shared<Awaited<int>>();
        left->set(200);
        asker.loop.run([&] {
            for (int i = 0; i < 200; ++i)
                asker.resolver->ask("n" + std::to_string(i % 100) + ".test", dns::Type::mx,
                                    [left](const dns::Answer& answer) {
                                        CHECK(answer.outcome == dns::Outcome::no_domain);
                                        left->set(left->get() - 1);
                                    });
        });
        CHECK(left->wait([](int count) { return count == 0; }));
    }
}

TEST_CASE("a server that never answers is a time-out") {
    const Datagrams silent;
    Asker asker(options_for(silent));
    CHECK(asker.ask("example.test", dns::Type::mx).outcome == dns::Outcome::timed_out);
}

TEST_CASE("the next server is asked when the first one is silent") {
    const Dnsmasq server({"--mx-host=example.test,mx1.example.test,10"});
    const Datagrams silent;
    auto options = options_for(silent);
    options.timeout = 1'000;
    options.servers.push_back(server.address());
    Asker asker(options);
    CHECK(asker.ask("example.test", dns::Type::mx).outcome == dns::Outcome::found);
}

TEST_CASE("an answer to another question, or nonsense, is not believed") {
    const Datagrams liar;
    Asker asker(options_for(liar));
    std::atomic<bool> ended{false};
    std::thread answers([&] {
        const timeval patience{0, 50'000};
        ::setsockopt(liar.file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        while (!ended) {
            std::string question(1500, '\0');
            sockaddr_in from{};
            socklen_t size = sizeof from;
            const auto got = ::recvfrom(liar.file, question.data(), question.size(), 0,
                                        reinterpret_cast<sockaddr*>(&from), &size);
            if (got < 13) continue;
            question.resize(static_cast<std::size_t>(got));
            question[2] = static_cast<char>(question[2] | 0x80); // an answer
            question[13] = 'z';                                  // to another name
            ::sendto(liar.file, question.data(), question.size(), 0, reinterpret_cast<sockaddr*>(&from),
                     size);
            ::sendto(liar.file, "nonsense", 8, 0, reinterpret_cast<sockaddr*>(&from), size);
        }
    });
    CHECK(asker.ask("example.test", dns::Type::mx).is_temporary());
    ended = true;
    answers.join();
}

TEST_CASE("a loop that stops ends the questions under way") {
    const Datagrams silent;
    Loop loop;
    std::shared_ptr<Resolver> resolver;
    loop.run([&] {
        resolver = *Resolver::open(loop, options_for(silent));
        resolver->ask("example.test", dns::Type::mx, [](const dns::Answer&) { FAIL("answered"); });
    });
    loop.stop();
    CHECK(resolver.use_count() == 1);
}

TEST_CASE("a loop that stops ends a resolver that only who asked it holds") {
    const Datagrams silent;
    auto held = std::make_shared<int>();
    const std::weak_ptr<int> there = held;
    Loop loop;
    loop.run([&] {
        const auto resolver = *Resolver::open(loop, options_for(silent));
        for (const auto name : {"a.test", "b.test", "c.test"})
            resolver->ask(name, dns::Type::mx, [resolver, held](const dns::Answer&) { FAIL("answered"); });
    });
    held.reset();
    loop.stop();
    CHECK(there.expired());
}

TEST_CASE("a list of servers that is none is refused") {
    Loop loop;
    loop.run([&] {
        ResolverOptions options;
        options.servers = {"not an address"};
        const auto opened = Resolver::open(loop, options);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == Code::malformed);
    });
    loop.stop();
}
