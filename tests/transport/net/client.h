// A blocking client socket, and waiting for a condition with a bound.
#pragma once

#include "transport/net/listener.h"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

namespace facteur::net::test {

class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0)
        : file_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (receive_buffer > 0)
            ::setsockopt(file_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const timeval patience{20, 0};
        ::setsockopt(file_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(file_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Client() { ::close(file_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // False when the peer takes no more.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void send_no_more() const { ::shutdown(file_, SHUT_WR); }
    // Some bytes, at most `most`; empty at the end, or when the connection was reset.
    [[nodiscard]] std::string receive(std::size_t most = 65536) {
        std::string bytes(most, '\0');
        const auto size = ::recv(file_, bytes.data(), bytes.size(), 0);
        if (size < 0) error_ = errno;
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }
    std::string receive_all() {
        std::string all;
        for (auto bytes = receive(); !bytes.empty(); bytes = receive())
            all += bytes;
        return all;
    }
    std::string receive_exactly(std::size_t size) {
        std::string all;
        while (all.size() < size) {
            const auto bytes = receive(std::min<std::size_t>(size - all.size(), 65536));
            if (bytes.empty()) break;
            all += bytes;
        }
        return all;
    }
    [[nodiscard]] int error() const { return error_; }

private:
    int file_;
    int error_ = 0;
};

// A value that one thread sets and another waits for.
template <typename T>
class Awaited {
public:
    void set(T value) {
        const std::lock_guard lock(mutex_);
        value_ = std::move(value);
        changed_.notify_all();
    }
    T get() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }
    template <typename Condition>
    bool wait(Condition condition) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return condition(value_); });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    T value_{};
};

} // namespace facteur::net::test
