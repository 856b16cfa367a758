#include "tests/transport/net/client.h"

#include <sys/un.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

using namespace facteur::net;
using namespace facteur::net::test;

namespace {

struct Calls {
    std::function<void(Connection&, std::string_view)> bytes = [](auto&, auto) {};
    std::function<void(Connection&)> drained = [](auto&) {}, timeout = [](auto&c) { c.close(); },
                                     ended = [](auto&c) { c.close(); };
    std::function<void()> closed = [] {};
};

class Recorder : public Handler {
public:
    explicit Recorder(std::shared_ptr<const Calls> calls) : calls_(std::move(calls)) {}
    void on_bytes(Connection& connection, std::string_view bytes) override {
        calls_->bytes(connection, bytes);
    }
    void on_drained(Connection& connection) override { calls_->drained(connection); }
    void on_timeout(Connection& connection) override { calls_->timeout(connection); }
    void on_ended(Connection& connection) override { calls_->ended(connection); }
    void on_closed() override { calls_->closed(); }

private:
    std::shared_ptr<const Calls> calls_;
};

// One loop, one port, every connection handled by the same calls.
struct Server {
    explicit Server(
        Calls calls, std::function<void(Connection&)> opened = [](auto&) {})
        : shared(std::make_shared<const Calls>(std::move(calls))) {
        const auto listening =
            listen(loops, "127.0.0.1:0",
                   [shared = shared, opened](Connection& connection) -> std::unique_ptr<Handler> {
                       opened(connection);
                       return std::make_unique<Recorder>(shared);
                   });
        REQUIRE(listening.has_value());
        port = *listening;
    }
    ~Server() { loops.stop(); }

    std::shared_ptr<const Calls> shared;
    LoopPool loops{1};
    std::uint16_t port = 0;
};

Calls echo() {
    Calls calls;
    calls.bytes = [](Connection& c, std::string_view bytes) { c.write(bytes); };
    return calls;
}

} // namespace

TEST_CASE("bytes come and go") {
    const Server server(echo());
    Client client(server.port);
    for (int n = 0; n < 100; ++n) {
        const auto text = "line " + std::to_string(n);
        REQUIRE(client.send(text));
        REQUIRE(client.receive_exactly(text.size()) == text);
    }
}

TEST_CASE("who is on the other side is known") {
    Awaited<std::string> remote;
    const Server server(echo(), [&](Connection& c) {
        remote.set(c.remote() + (c.is_loopback() ? " loopback" : "") + (c.is_secure() ? " secure" : ""));
    });
    const Client client(server.port);
    CHECK(remote.wait([](const auto& text) { return text == "127.0.0.1 loopback"; }));
}

TEST_CASE("what the peer does not take is queued, counted and told when it is gone") {
    Awaited<std::size_t> queued;
    Awaited<bool> drained;
    const std::string large(20u << 20, 'x');
    Calls calls;
    calls.bytes = [&](Connection& c, std::string_view) {
        for (int n = 0; n < 20; ++n)
            c.write(std::make_shared<const std::string>(large.substr(0, 1u << 20)));
        c.write(std::string_view("end"));
        queued.set(c.queued());
    };
    calls.drained = [&](Connection& c) { drained.set(c.queued() == 0); };
    const Server server(std::move(calls));
    Client client(server.port, 4096);
    REQUIRE(client.send("go"));
    REQUIRE(queued.wait([](auto octets) { return octets > 10u << 20; }));
    CHECK_FALSE(drained.get());
    const auto all = client.receive_exactly(large.size() + 3);
    CHECK(all == large + "end");
    CHECK(drained.wait([](bool done) { return done; }));
}

TEST_CASE("a paused connection reads nothing") {
    Awaited<std::size_t> got;
    Awaited<bool> paused;
    Awaited<ConnectionRef> way;
    Calls calls;
    calls.bytes = [&](Connection& c, std::string_view bytes) {
        if (!paused.get()) {
            c.pause();
            way.set(ConnectionRef(c));
            paused.set(true);
        }
        got.set(got.get() + bytes.size());
    };
    const Server server(std::move(calls));
    const Client client(server.port);
    REQUIRE(client.send("first"));
    REQUIRE(paused.wait([](bool is) { return is; }));
    REQUIRE(client.send("second"));
    // A turn of the loop: what had come would have been read in it.
    for (int n = 0; n < 3; ++n)
        server.loops[0].run([] {});
    CHECK(got.get() == 5);
    way.get().with([](Connection& c) { c.resume(); });
    CHECK(got.wait([](auto octets) { return octets == 11; }));
}

TEST_CASE("a close sends what is queued, and the peer can read it though its own bytes were not read") {
    const std::string answer(3u << 20, 'a');
    Calls calls;
    calls.bytes = [&](Connection& c, std::string_view) {
        c.write(std::string_view(answer));
        c.close();
    };
    const Server server(std::move(calls));
    Client client(server.port);
    std::thread sender([&] {
        const std::string flood(4u << 20, 'f');
        client.send(flood);
    });
    const auto all = client.receive_all();
    sender.join();
    CHECK(all.size() == answer.size());
    CHECK(client.error() == 0); // no reset
}

TEST_CASE("a peer that reads slowly gets all of it after a close, though it sends what nobody will read") {
    const std::string answer(256u << 10, 'a'); // the kernel takes it at once
    Calls calls;
    calls.bytes = [&](Connection& c, std::string_view) {
        c.write(std::string_view(answer));
        c.close();
    };
    const Server server(std::move(calls));
    Client client(server.port, 4096);
    REQUIRE(client.send("go"));
    std::string all;
    for (int n = 0; n < 60; ++n) { // more seconds than a connection lingers that has nothing left to send
        all += client.receive(1024);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    CHECK(client.send("thanks"));
    all += client.receive_all();
    CHECK(all.size() == answer.size());
    CHECK(client.error() == 0);
}

TEST_CASE("a peer that sends no more still gets its answer") {
    Awaited<bool> closed;
    Calls calls = echo();
    calls.ended = [](Connection& c) {
        c.write(std::string_view("goodbye"));
        c.close();
    };
    calls.closed = [&] { closed.set(true); };
    const Server server(std::move(calls));
    Client client(server.port);
    REQUIRE(client.send("hello "));
    client.send_no_more();
    CHECK(client.receive_all() == "hello goodbye");
    CHECK(closed.wait([](bool is) { return is; }));
}

TEST_CASE("silence and deadlines are told") {
    Awaited<int> told;
    Calls calls = echo();
    calls.timeout = [&](Connection& c) {
        told.set(told.get() + 1);
        c.write(std::string_view("late"));
        c.close();
    };
    SECTION("nothing was read for too long") {
        const Server server(calls, [](Connection& c) { c.set_timeouts(1); });
        Client client(server.port);
        CHECK(client.receive_all() == "late");
    }
    SECTION("the deadline does not mind what is read") {
        const Server server(calls, [](Connection& c) { c.set_deadline(1); });
        Client client(server.port);
        bool is_open = true;
        while (told.get() == 0 && is_open) {
            is_open = client.send("x");
            std::this_thread::yield();
        }
        const auto all = client.receive_all();
        CHECK(all.ends_with("late"));
    }
    CHECK(told.get() == 1);
}

TEST_CASE("a peer that takes nothing is cut off") {
    Awaited<bool> closed;
    Calls calls;
    calls.bytes = [](Connection& c, std::string_view) { c.write(std::string(8u << 20, 'x')); };
    calls.closed = [&] { closed.set(true); };
    const Server server(std::move(calls), [](Connection& c) { c.set_timeouts(0, 1); });
    const Client client(server.port, 4096);
    REQUIRE(client.send("go"));
    CHECK(closed.wait([](bool is) { return is; }));
}

TEST_CASE("a peer that goes while it is written to ends its connection, not the program") {
    Awaited<int> closed;
    Calls calls;
    calls.bytes = [](Connection& c, std::string_view) { c.write(std::string(8u << 20, 'x')); };
    calls.closed = [&] { closed.set(closed.get() + 1); };
    const Server server(std::move(calls));
    for (int n = 1; n <= 10; ++n) {
        {
            Client client(server.port, 4096);
            REQUIRE(client.send("go"));
            REQUIRE(client.receive(1).size() == 1);
        }
        REQUIRE(closed.wait([n](int count) { return count == n; }));
    }
}

TEST_CASE("a way to a connection is safe after it has gone") {
    Awaited<ConnectionRef> way;
    Awaited<bool> opened, closed;
    Calls calls;
    calls.closed = [&] { closed.set(true); };
    const Server server(std::move(calls), [&](Connection& c) {
        way.set(ConnectionRef(c));
        opened.set(true);
    });
    {
        Client client(server.port);
        REQUIRE(opened.wait([](bool is) { return is; }));
        way.get().write(std::string("from elsewhere"));
        CHECK(client.receive_exactly(14) == "from elsewhere");
    }
    REQUIRE(closed.wait([](bool is) { return is; }));
    way.get().write(std::string("too late"));
    way.get().close();
    std::atomic<bool> ran{false};
    way.get().with([&](Connection&) { ran = true; });
    server.loops[0].run([] {});
    CHECK_FALSE(ran);
    CHECK(server.loops[0].connections() == 0);
    ConnectionRef().write(std::string("nowhere"));
}

TEST_CASE("Unix sockets are listened on; somebody's file is not taken for one") {
    const auto folder = std::filesystem::temp_directory_path() / ("net-test-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto path = (folder / "socket").string();
    const auto accept = [](Connection& c) -> std::unique_ptr<Handler> {
        CHECK(c.remote() == "unix");
        return std::make_unique<Recorder>(std::make_shared<const Calls>(echo()));
    };
    for (int again = 0; again < 2; ++again) { // the second finds the socket of the first
        LoopPool loops(1);
        REQUIRE(listen(loops, "unix:" + path, accept).value() == 0);
        const int file = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::send(file, "hello", 5, 0) == 5);
        std::string back(5, '\0');
        REQUIRE(::recv(file, back.data(), 5, MSG_WAITALL) == 5);
        CHECK(back == "hello");
        ::close(file);
        loops.stop();
    }
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    LoopPool loops(1);
    CHECK_FALSE(listen(loops, "unix:" + path, accept).has_value());
    CHECK(std::filesystem::is_directory(path));
    loops.stop();
    std::filesystem::remove_all(folder);
}

TEST_CASE("addresses that are none are refused") {
    LoopPool loops(1);
    for (const auto* address : {"", "nonsense", "127.0.0.1:", "unix:", "127.0.0.1:http", "300.1.1.1:80"}) {
        INFO(address);
        CHECK_FALSE(listen(loops, address, [](Connection&) { return nullptr; }).has_value());
    }
}

TEST_CASE("every loop of a pool takes connections of one port") {
    LoopPool loops(2);
    const auto shared = std::make_shared<const Calls>(echo());
    const auto port =
        listen(loops, "127.0.0.1:0", [&](Connection&) { return std::make_unique<Recorder>(shared); });
    REQUIRE(port.has_value());
    std::vector<std::unique_ptr<Client>> clients;
    for (int n = 0; n < 64; ++n) {
        clients.push_back(std::make_unique<Client>(*port));
        REQUIRE(clients.back()->send("x"));
        REQUIRE(clients.back()->receive_exactly(1) == "x");
    }
    CHECK(loops[0].connections() + loops[1].connections() == 64);
    CHECK(loops[0].connections() > 0);
    CHECK(loops[1].connections() > 0);
    loops.stop(); // with connections open
    CHECK(clients.front()->receive_all().empty());
}

TEST_CASE("tasks of one thread run in order, and none after the loop has stopped") {
    Loop loop;
    std::vector<int> order;
    for (int n = 0; n < 1000; ++n)
        loop.post([&order, n] { order.push_back(n); });
    std::vector<std::thread> threads;
    std::atomic<int> ran{0};
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n)
                loop.post([&] { ++ran; });
        });
    for (auto& thread : threads)
        thread.join();
    loop.run([] {});
    CHECK(ran == 4000);
    REQUIRE(order.size() == 1000);
    CHECK(std::is_sorted(order.begin(), order.end()));
    Awaited<int> timer;
    loop.run([&] { loop.after(1, [&] { timer.set(1); }); });
    CHECK(timer.wait([](int fired) { return fired == 1; }));
    loop.stop();
    loop.stop();
    loop.post([&] { ++ran; });
    loop.run([&] { ++ran; });
    CHECK(ran == 4000);
}

TEST_CASE("what a loop posts to itself runs, and lets others in between") {
    Loop loop;
    Awaited<int> last;
    std::vector<std::string> order;
    std::function<void(int)> step = [&](int n) {
        order.push_back("own");
        if (n == 0) return last.set(1);
        loop.post([&step, n] { step(n - 1); });
    };
    loop.post([&] {
        loop.post([&] { step(1000); });
        loop.post([&] { order.push_back("other"); });
    });
    CHECK(last.wait([](int ended) { return ended == 1; }));
    loop.run([&] { // nothing of its own waits until somebody else wakes it
        CHECK(std::count(order.begin(), order.end(), "own") == 1001);
        CHECK(std::find(order.begin(), order.end(), "other") - order.begin() == 1);
    });
    Awaited<int> after_timer;
    loop.run([&] { loop.after(1, [&] { loop.post([&] { after_timer.set(1); }); }); });
    CHECK(after_timer.wait([](int ended) { return ended == 1; }));
}

TEST_CASE("admission bounds connections in all and of one address") {
    Admission admission(3, 2);
    CHECK(admission.enter("a"));
    CHECK(admission.enter("a"));
    CHECK_FALSE(admission.enter("a"));
    CHECK(admission.enter(""));
    CHECK_FALSE(admission.enter("b"));
    admission.leave("a");
    CHECK(admission.enter("b"));
    CHECK(admission.open() == 3);
    Admission none(10, 0);
    CHECK_FALSE(none.enter("a"));
    CHECK(none.enter(""));
}
