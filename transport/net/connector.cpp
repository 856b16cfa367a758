#include "transport/net/connector.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <uv.h>

#include <algorithm>

namespace facteur::net {
namespace {

bool parse(const std::string& text, std::uint16_t port, sockaddr_storage& out) {
    return uv_ip4_addr(text.c_str(), port, reinterpret_cast<sockaddr_in*>(&out)) == 0 ||
           uv_ip6_addr(text.c_str(), port, reinterpret_cast<sockaddr_in6*>(&out)) == 0;
}

bool is_loopback(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

// The attempts of one request, kept alive by the one under way.
struct Attempts : std::enable_shared_from_this<Attempts> {
    Loop& loop;
    ConnectRequest request;
    Accept accept;
    std::function<void(const Error&)> failed;
    std::size_t next = 0;
    std::uint64_t deadline = 0;
    Error last{Code::malformed, "There is no address to connect to"};

    Attempts(Loop& of, ConnectRequest what, Accept accepted, std::function<void(const Error&)> refused)
        : loop(of), request(std::move(what)), accept(std::move(accepted)), failed(std::move(refused)) {}

    void try_next();
    void try_address(const std::string& text, const sockaddr_storage& address);
    int bind(uv_tcp_t* socket, int family) const;
    void refuse(const std::string& address, int code) {
        last = {Code::io, fmt::format("{}: {}", address, uv_strerror(code))};
    }
};

struct Progress {
    bool done = false, timed_out = false;
};

// libuv's from the call to connect until its callback.
struct Attempt {
    uv_connect_t request{};
    std::shared_ptr<Attempts> all;
    std::shared_ptr<Connection> connection;
    std::shared_ptr<Progress> progress = std::make_shared<Progress>();
    std::string address;
};

void Attempts::try_next() {
    while (next < request.addresses.size()) {
        const auto& text = request.addresses[next++];
        sockaddr_storage address{};
        if (!parse(text, request.port, address)) continue;
        if (loop.now() >= deadline) {
            last = {Code::io, fmt::format("{}: no time was left for it", text)};
            break;
        }
        return try_address(text, address);
    }
    failed(last);
}

int Attempts::bind(uv_tcp_t* socket, int family) const {
    const auto& from = family == AF_INET ? request.from_ipv4 : request.from_ipv6;
    sockaddr_storage address{};
    if (from.empty()) return 0;
    if (!parse(from, 0, address)) return UV_EINVAL;
    return uv_tcp_bind(socket, reinterpret_cast<sockaddr*>(&address), 0);
}

void Attempts::try_address(const std::string& text, const sockaddr_storage& address) {
    auto* socket = new uv_tcp_t(); // NOLINT: the connection's, which frees it when libuv has closed it
    uv_tcp_init(loop.raw(), socket);
    auto attempt = std::make_unique<Attempt>();
    attempt->all = shared_from_this();
    attempt->address = text;
    attempt->connection =
        Connection::adopt(loop, reinterpret_cast<uv_stream_t*>(socket), text, is_loopback(text));
    attempt->request.data = attempt.get();
    int code = bind(socket, address.ss_family);
    if (code == 0)
        code = uv_tcp_connect(&attempt->request, socket, reinterpret_cast<const sockaddr*>(&address),
                              [](uv_connect_t* done, int status) {
                                  const std::unique_ptr<Attempt> owned(static_cast<Attempt*>(done->data));
                                  const auto all = owned->all;
                                  owned->progress->done = true;
                                  if (status == 0) {
                                      auto handler = all->accept(*owned->connection);
                                      if (handler) return owned->connection->start(std::move(handler));
                                      return owned->connection->abort();
                                  }
                                  const bool late = owned->progress->timed_out;
                                  if (status == UV_ECANCELED && !late) return; // the loop stops
                                  all->refuse(owned->address, late ? UV_ETIMEDOUT : status);
                                  owned->connection->abort();
                                  all->try_next();
                              });
    if (code != 0) {
        refuse(text, code);
        attempt->connection->abort();
        return try_next();
    }
    uv_tcp_nodelay(socket, 1);
    const auto left = deadline - loop.now();
    loop.after(std::min(request.timeout, left),
               [progress = attempt->progress, connection = std::weak_ptr(attempt->connection)] {
                   const auto alive = connection.lock();
                   if (!alive || progress->done) return;
                   progress->timed_out = true;
                   alive->abort();
               });
    attempt.release(); // NOLINT: the callback takes it
}

} // namespace

void connect(Loop& loop, ConnectRequest request, Accept accept, std::function<void(const Error&)> failed) {
    const auto attempts =
        std::make_shared<Attempts>(loop, std::move(request), std::move(accept), std::move(failed));
    loop.after(0, [attempts] {
        attempts->deadline = attempts->loop.now() + attempts->request.total_timeout;
        attempts->try_next();
    });
}

} // namespace facteur::net
