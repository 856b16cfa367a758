// One thread, epoll: reads, lets the talk of the connection answer, writes. What must be durable first is
// kept with one sync for all requests that had come meanwhile.
#pragma once

#include "bench/floor/disk.h"
#include "bench/floor/talk.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace facteur::floor {

class Connection {
public:
    enum class State { reading, waiting_for_disk, replying, broken };

    Connection(int of, std::unique_ptr<Talk> what) : socket(of), talk(std::move(what)) {}

    int socket;
    std::unique_ptr<Talk> talk;
    std::string input;
    State state = State::reading;
    Reply reply; // unless it reads
    std::size_t sent = 0;
    bool waits_to_write = false;
    Mailbox* watched = nullptr;
};

class Server {
public:
    explicit Server(Disk& disk);

    // On 127.0.0.1.
    void listen(std::uint16_t port, std::function<std::unique_ptr<Talk>()> open);
    [[noreturn]] void run();

private:
    void accept(int listener);
    void go_on(Connection& connection);
    void read(Connection& connection);
    void answer(Connection& connection); // as long as there are requests
    void send(Connection& connection);
    void keep_group();
    void tell(Mailbox& mailbox);
    void close(Connection& connection);

    Disk& disk_;
    int epoll_;
    std::map<int, std::function<std::unique_ptr<Talk>()>> listeners_;
    std::map<int, Connection> connections_;
    std::vector<Connection*> group_; // those that wait for the disk
};

} // namespace facteur::floor
