#include "bench/floor/server.h"

#include "bench/load/client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace facteur::floor {
namespace {

using State = Connection::State;

constexpr int backlog = 4096;

void watch(int epoll, int operation, int socket, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = socket;
    if (::epoll_ctl(epoll, operation, socket, &event) != 0) load::stop("epoll_ctl failed");
}

} // namespace

Server::Server(Disk& disk) : disk_(disk), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) load::stop("no epoll");
}

void Server::listen(std::uint16_t port, std::function<std::unique_ptr<Talk>()> open) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // what it accepts has it too
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, backlog) != 0)
        load::stop(fmt::format("cannot listen on 127.0.0.1:{}", port));
    listeners_[listener] = std::move(open);
    watch(epoll_, EPOLL_CTL_ADD, listener, EPOLLIN);
}

void Server::run() {
    std::array<epoll_event, 256> events;
    for (;;) {
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
        if (count < 0 && errno != EINTR) load::stop("epoll_wait failed");
        for (int i = 0; i < count; ++i) {
            const auto socket = events[static_cast<std::size_t>(i)].data.fd;
            if (const auto found = connections_.find(socket); found != connections_.end())
                go_on(found->second);
            else if (listeners_.count(socket) > 0)
                accept(socket);
        }
        while (!group_.empty())
            keep_group();
    }
}

void Server::accept(int listener) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    auto& connection = connections_.try_emplace(socket, socket, listeners_[listener]()).first->second;
    watch(epoll_, EPOLL_CTL_ADD, socket, EPOLLIN);
    const auto greeting = connection.talk->greeting();
    if (!greeting.empty() && ::send(socket, greeting.data(), greeting.size(), MSG_NOSIGNAL) < 0)
        close(connection);
}

void Server::go_on(Connection& connection) {
    if (connection.waits_to_write)
        send(connection);
    else
        read(connection);
    answer(connection);
    if (connection.state == State::broken) close(connection);
}

void Server::read(Connection& connection) {
    std::array<char, 65536> piece;
    const auto got = ::recv(connection.socket, piece.data(), piece.size(), 0);
    if (got > 0)
        connection.input.append(piece.data(), static_cast<std::size_t>(got));
    else
        connection.state = State::broken;
}

void Server::answer(Connection& connection) {
    while (connection.state == State::reading && !connection.input.empty()) {
        auto reply = connection.talk->take(connection.input);
        if (!reply) return;
        connection.reply = std::move(*reply);
        connection.sent = 0;
        if (auto* mailbox = connection.reply.watched) {
            connection.watched = mailbox;
            mailbox->watchers.push_back(&connection);
        }
        if (!connection.reply.record.empty()) {
            connection.state = State::waiting_for_disk;
            group_.push_back(&connection);
        } else {
            send(connection);
        }
    }
}

void Server::send(Connection& connection) {
    connection.state = State::replying;
    const auto& [body, tail, record, delivered_to, watched] = connection.reply;
    while (connection.sent < body.size() + tail.size()) {
        const auto of_body = std::min(connection.sent, body.size()), of_tail = connection.sent - of_body;
        std::array<iovec, 2> pieces{{{const_cast<char*>(body.data()) + of_body, body.size() - of_body},
                                     {const_cast<char*>(tail.data()) + of_tail, tail.size() - of_tail}}};
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = pieces.size();
        const auto sent = ::sendmsg(connection.socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            if (!std::exchange(connection.waits_to_write, true))
                watch(epoll_, EPOLL_CTL_MOD, connection.socket, EPOLLOUT);
            return;
        }
        if (sent < 0) {
            connection.state = State::broken;
            return;
        }
        connection.sent += static_cast<std::size_t>(sent);
    }
    if (std::exchange(connection.waits_to_write, false))
        watch(epoll_, EPOLL_CTL_MOD, connection.socket, EPOLLIN);
    connection.state = State::reading;
}

void Server::keep_group() {
    std::vector<std::string_view> records;
    for (const auto* connection : group_)
        records.push_back(connection->reply.record);
    disk_.keep(records);
    for (auto* connection : std::exchange(group_, {})) {
        for (auto* mailbox : connection->reply.delivered_to)
            tell(*mailbox);
        send(*connection);
        answer(*connection);
        if (connection->state == State::broken) close(*connection);
    }
}

void Server::tell(Mailbox& mailbox) {
    ++mailbox.messages;
    const auto news = fmt::format("* {} EXISTS\r\n", mailbox.messages);
    for (const auto* watcher : mailbox.watchers) // one that is gone is seen when it is read
        ::send(watcher->socket, news.data(), news.size(), MSG_NOSIGNAL);
}

void Server::close(Connection& connection) {
    if (connection.watched != nullptr) std::erase(connection.watched->watchers, &connection);
    std::erase(group_, &connection);
    ::close(connection.socket);
    connections_.erase(connection.socket);
}

} // namespace facteur::floor
