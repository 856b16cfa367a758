#include "transport/net/listener.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cstring>

namespace facteur::net {
namespace {

constexpr int backlog = 1024;

struct Endpoint {
    std::string host, port, path;
};

Result<Endpoint> parse(const std::string& address) {
    Endpoint endpoint;
    if (address.starts_with("unix:")) {
        endpoint.path = address.substr(5);
        if (endpoint.path.empty() || endpoint.path.size() >= sizeof(sockaddr_un::sun_path))
            return fail(Code::malformed, fmt::format("\"{}\" is no path for a socket", address));
        return endpoint;
    }
    const auto colon = address.rfind(':');
    if (colon == std::string::npos || colon + 1 == address.size())
        return fail(Code::malformed, fmt::format("\"{}\" is not host:port", address));
    endpoint.host = address.substr(0, colon);
    endpoint.port = address.substr(colon + 1);
    if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']'))
        endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    if (endpoint.host == "*") endpoint.host = "::";
    return endpoint;
}

// A listening socket; -1 and a message when it cannot be had.
Result<int> open_socket(const sockaddr* address, socklen_t size) {
    const int file = ::socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (file < 0) return fail(Code::io, std::strerror(errno));
    const int on = 1, off = 0;
    ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->sa_family != AF_UNIX) ::setsockopt(file, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (address->sa_family == AF_INET6) ::setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(file, address, size) != 0 || ::listen(file, backlog) != 0) {
        const auto why = std::string(std::strerror(errno));
        ::close(file);
        return fail(Code::io, why);
    }
    return file;
}

std::uint16_t port_of(int file) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
    return 0;
}

struct Remote {
    std::string text = "unix";
    bool loopback = true;
};
Remote remote_of(const uv_tcp_t* stream) {
    sockaddr_storage address{};
    int size = sizeof address;
    Remote remote{"unknown", false};
    if (uv_tcp_getpeername(stream, reinterpret_cast<sockaddr*>(&address), &size) != 0) return remote;
    std::array<char, 64> text{};
    if (address.ss_family == AF_INET) {
        uv_ip4_name(reinterpret_cast<sockaddr_in*>(&address), text.data(), text.size());
        remote.text = text.data();
    } else {
        uv_ip6_name(reinterpret_cast<sockaddr_in6*>(&address), text.data(), text.size());
        remote.text = text.data();
        if (remote.text.starts_with("::ffff:") && remote.text.find('.') != std::string::npos)
            remote.text.erase(0, 7);
    }
    remote.loopback = remote.text.starts_with("127.") || remote.text == "::1";
    return remote;
}

struct Server {
    union {
        uv_tcp_t tcp;
        uv_pipe_t pipe;
        uv_stream_t stream;
        uv_handle_t handle;
    };
    Loop* loop = nullptr;
    bool is_unix = false;
    Accept accept;
    Server() : tcp{} {}
    ~Server() {} // NOLINT: the union holds plain structs
};

template <typename Stream>
Stream* fresh() {
    return new Stream(); // NOLINT: libuv's until its close callback (connection.cpp)
}

void on_connection(uv_stream_t* listening, int status) {
    if (status < 0) return;
    auto& server = *static_cast<Server*>(listening->data);
    uv_stream_t* stream = nullptr;
    Remote remote;
    if (server.is_unix) {
        auto* pipe = fresh<uv_pipe_t>();
        uv_pipe_init(server.loop->raw(), pipe, 0);
        stream = reinterpret_cast<uv_stream_t*>(pipe);
    } else {
        auto* tcp = fresh<uv_tcp_t>();
        uv_tcp_init(server.loop->raw(), tcp);
        stream = reinterpret_cast<uv_stream_t*>(tcp);
    }
    const bool accepted = uv_accept(listening, stream) == 0;
    if (accepted && !server.is_unix) {
        uv_tcp_nodelay(reinterpret_cast<uv_tcp_t*>(stream), 1);
        remote = remote_of(reinterpret_cast<uv_tcp_t*>(stream));
    }
    const auto connection = Connection::adopt(*server.loop, stream, remote.text, remote.loopback);
    auto handler = accepted ? server.accept(*connection) : nullptr;
    if (handler)
        connection->start(std::move(handler));
    else
        connection->abort();
}

void serve(Loop& loop, int file, bool is_unix, Accept accept) {
    loop.post([&loop, file, is_unix, accept = std::move(accept)]() mutable {
        const auto server = std::make_shared<Server>();
        server->loop = &loop;
        server->is_unix = is_unix;
        server->accept = std::move(accept);
        if (is_unix) {
            uv_pipe_init(loop.raw(), &server->pipe, 0);
            uv_pipe_open(&server->pipe, file);
        } else {
            uv_tcp_init(loop.raw(), &server->tcp);
            uv_tcp_open(&server->tcp, file);
        }
        server->handle.data = server.get();
        uv_listen(&server->stream, backlog, on_connection);
        loop.on_stop([server] {
            server->handle.data = new std::shared_ptr<Server>(server); // NOLINT: taken back by the callback
            uv_close(&server->handle, [](uv_handle_t* handle) {
                const std::unique_ptr<std::shared_ptr<Server>> owned(
                    static_cast<std::shared_ptr<Server>*>(handle->data));
            });
        });
    });
}

Result<std::uint16_t> listen_unix(LoopPool& loops, const Endpoint& endpoint, Accept accept) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, endpoint.path.c_str(), endpoint.path.size() + 1);
    // A socket that an earlier run left is in the way; anything else is somebody's file.
    struct stat old_file {};
    if (::lstat(endpoint.path.c_str(), &old_file) == 0 && S_ISSOCK(old_file.st_mode))
        ::unlink(endpoint.path.c_str());
    const auto old = ::umask(0077); // the folder's owner alone
    const auto file = open_socket(reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::umask(old);
    if (!file)
        return fail(Code::io, fmt::format("Cannot listen on {}: {}", endpoint.path, file.error().message));
    serve(loops[0], *file, true, std::move(accept));
    return std::uint16_t{0};
}

} // namespace

bool Admission::enter(const std::string& remote) {
    const std::lock_guard lock(mutex_);
    if (open_ >= all_) return false;
    if (!remote.empty()) {
        const auto [entry, fresh] = by_address_.try_emplace(remote, 0);
        if (entry->second >= per_address_) {
            if (fresh) by_address_.erase(entry);
            return false;
        }
        ++entry->second;
    }
    ++open_;
    return true;
}
void Admission::leave(const std::string& remote) {
    const std::lock_guard lock(mutex_);
    --open_;
    const auto found = by_address_.find(remote);
    if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}
std::size_t Admission::open() const {
    const std::lock_guard lock(mutex_);
    return open_;
}

Result<std::uint16_t> listen(LoopPool& loops, const std::string& address, Accept accept) {
    const auto endpoint = parse(address);
    if (!endpoint) return tl::unexpected(endpoint.error());
    if (!endpoint->path.empty()) return listen_unix(loops, *endpoint, std::move(accept));
    addrinfo hints{}, *found = nullptr;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    if (const int code = ::getaddrinfo(endpoint->host.c_str(), endpoint->port.c_str(), &hints, &found);
        code != 0)
        return fail(Code::io, fmt::format("Cannot listen on {}: {}", address, ::gai_strerror(code)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
    std::uint16_t port = 0;
    for (std::size_t n = 0; n < loops.size(); ++n) {
        const auto file = open_socket(found->ai_addr, found->ai_addrlen);
        if (!file)
            return fail(Code::io, fmt::format("Cannot listen on {}: {}", address, file.error().message));
        port = port_of(*file);
        // The other loops share the port that the first was given.
        if (found->ai_family == AF_INET)
            reinterpret_cast<sockaddr_in*>(found->ai_addr)->sin_port = htons(port);
        if (found->ai_family == AF_INET6)
            reinterpret_cast<sockaddr_in6*>(found->ai_addr)->sin6_port = htons(port);
        serve(loops[n], *file, false, accept);
    }
    return port;
}

} // namespace facteur::net
