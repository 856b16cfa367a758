// A mail server of a script: says to each command what the test told it to, and keeps what it took. On a
// loopback socket, a thread for each connection.
#pragma once

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace facteur::test {

class MailExchanger {
public:
    struct Taken {
        std::string from;
        std::vector<std::string> to;
        std::string text;
        int connection = 0;
    };

    MailExchanger() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket_, 50) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept(); });
    }
    ~MailExchanger() {
        ::shutdown(socket_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int file : files_)
                ::shutdown(file, SHUT_RDWR);
        }
        for (auto& thread : threads_)
            thread.join();
        ::close(socket_);
    }
    MailExchanger(const MailExchanger&) = delete;
    MailExchanger& operator=(const MailExchanger&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    // The reply to a line that begins with `command` ("RCPT TO:<x@y>"; "." is the text's end, "" the
    // greeting). The longest one that fits counts. An empty reply closes the connection, "hang" answers
    // nothing.
    void say(const std::string& command, const std::string& reply) {
        const std::lock_guard lock(mutex_);
        replies_[command] = reply;
    }
    [[nodiscard]] std::vector<Taken> taken() const {
        const std::lock_guard lock(mutex_);
        return taken_;
    }
    [[nodiscard]] int connections() const {
        const std::lock_guard lock(mutex_);
        return connections_;
    }

private:
    [[nodiscard]] std::string reply_to(const std::string& line, const std::string& otherwise) const {
        const std::lock_guard lock(mutex_);
        const std::string* best = nullptr;
        for (const auto& [command, reply] : replies_)
            if (!command.empty() && line.starts_with(command)) best = &reply;
        if (line.empty())
            if (const auto greeting = replies_.find(""); greeting != replies_.end()) best = &greeting->second;
        return best != nullptr ? *best : otherwise;
    }

    void accept() {
        while (true) {
            const int file = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
            if (file < 0) return;
            const std::lock_guard lock(mutex_);
            files_.push_back(file);
            threads_.emplace_back([this, file, number = ++connections_] {
                serve(file, number);
                ::shutdown(file, SHUT_RDWR);
            });
        }
    }

    static bool send(int file, const std::string& reply) {
        if (reply == "hang") return true;
        const auto line = reply + "\r\n";
        return !reply.empty() && ::send(file, line.data(), line.size(), MSG_NOSIGNAL) > 0;
    }

    void serve(int file, int number) {
        std::string buffer;
        Taken now;
        now.connection = number;
        if (!send(file, reply_to("", "220 exchanger.test ESMTP"))) return;
        bool in_text = false;
        while (true) {
            const auto end = buffer.find("\r\n");
            if (end == std::string::npos) {
                std::array<char, 16384> bytes{};
                const auto size = ::recv(file, bytes.data(), bytes.size(), 0);
                if (size <= 0) return;
                buffer.append(bytes.data(), static_cast<std::size_t>(size));
                continue;
            }
            const auto line = buffer.substr(0, end);
            buffer.erase(0, end + 2);
            if (in_text && line != ".") {
                now.text += (line.starts_with('.') ? line.substr(1) : line) + "\r\n";
                continue;
            }
            const auto reply =
                reply_to(line, line == "DATA"             ? "354 go on"
                               : line.starts_with("EHLO") ? "250-exchanger.test\r\n250-PIPELINING\r\n"
                                                            "250-8BITMIME\r\n250 SMTPUTF8"
                                                          : "250 2.0.0 fine");
            const bool good = reply.starts_with("2") || reply.starts_with("3");
            if (line.starts_with("MAIL FROM:")) now = {line, {}, {}, number};
            if (line.starts_with("RCPT TO:") && good) now.to.push_back(line.substr(8));
            if (line == "DATA") in_text = good;
            if (line == "." && in_text) {
                in_text = false;
                // Whose recipients are all refused may have sent its text all the same (RFC 2920 §3.1).
                if (!now.to.empty() && (good || reply.empty())) {
                    const std::lock_guard lock(mutex_);
                    taken_.push_back(now);
                }
            }
            if (!send(file, reply)) return;
            if (line == "QUIT") return;
        }
    }

    int socket_;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> replies_;
    std::vector<Taken> taken_;
    std::vector<int> files_;
    int connections_ = 0;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

} // namespace facteur::test
