// A house with the doors of SMTP, on loopback sockets, and a client that speaks line by line.
#pragma once

#include "actors/session/smtp/smtp_door.h"
#include "tests/actors/house.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>

namespace facteur::test {

class SmtpHouse : public House {
public:
    SmtpHouse(const store::Options& options, const Configure& configure)
        : House(options, configure),
          doors_(std::make_unique<SmtpDoors>(system(), services(), std::make_shared<TlsSource>())),
          loops_(1) {
        for (const auto door : {Door::smtp, Door::submission, Door::lmtp}) {
            const auto port = net::listen(loops_, "127.0.0.1:0", doors_->accept(door));
            if (!port) throw std::runtime_error(port.error().message);
            ports_[door] = *port;
        }
    }
    [[nodiscard]] std::string end() {
        loops_.stop(); // sessions end with their connections
        return House::end();
    }

    std::uint16_t port(Door door) const { return ports_.at(door); }
    SmtpDoors& doors() { return *doors_; }

private:
    std::unique_ptr<SmtpDoors> doors_;
    net::LoopPool loops_;
    std::map<Door, std::uint16_t> ports_;
};

// A blocking client. A server that says nothing for 20 s is taken to have hung up, and is `silent`.
class SmtpClient {
public:
    explicit SmtpClient(std::uint16_t port, bool greeted = true)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        timeval limit{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        const int at_once = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no connection");
        if (greeted && !read().starts_with("220")) throw std::runtime_error("no greeting");
    }
    ~SmtpClient() { ::close(socket_); }
    SmtpClient(const SmtpClient&) = delete;
    SmtpClient& operator=(const SmtpClient&) = delete;

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return; // the server has hung up: the next read tells
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void end() { ::shutdown(socket_, SHUT_WR); }
    // A whole reply, its lines joined by "\n"; empty when the connection ended.
    std::string read() {
        std::string reply;
        while (true) {
            auto line = read_line();
            if (line.empty()) return reply;
            reply += reply.empty() ? line : "\n" + line;
            if (line.size() < 4 || line[3] != '-') return reply;
        }
    }
    std::string say(const std::string& line) {
        send(line + "\r\n");
        return read();
    }
    // Says hello, then a message as far as it is taken: the reply that ended it.
    std::string deliver(const std::string& from, const std::vector<std::string>& to,
                        const std::string& message, const std::string& hello = "EHLO client.test") {
        say(hello);
        return send_mail(from, to, message);
    }
    std::string send_mail(const std::string& from, const std::vector<std::string>& to,
                          const std::string& message) {
        if (auto reply = say("MAIL FROM:<" + from + ">"); !reply.starts_with("250")) return reply;
        for (const auto& recipient : to)
            if (auto reply = say("RCPT TO:<" + recipient + ">"); !reply.starts_with("250")) return reply;
        if (auto reply = say("DATA"); !reply.starts_with("354")) return reply;
        return say(message + (message.ends_with("\r\n") ? "." : "\r\n."));
    }
    [[nodiscard]] bool silent() const { return silent_; }

private:
    std::string read_line() {
        while (true) {
            if (const auto end = buffer_.find("\r\n"); end != std::string::npos) {
                auto line = buffer_.substr(0, end);
                buffer_.erase(0, end + 2);
                return line;
            }
            std::array<char, 4096> bytes{};
            const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
            silent_ = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
            if (size <= 0) return {};
            buffer_.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

    int socket_;
    bool silent_ = false;
    std::string buffer_;
};

} // namespace facteur::test
