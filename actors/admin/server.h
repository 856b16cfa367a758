// The server's end of the admin socket: runs the subcommands that others typed, each on a thread of its own.
#pragma once

#include "actors/commands/console.h"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace facteur::admin {

class Server {
public:
    // Runs a command line and gives its exit code. Called on threads of this server.
    using Runner = std::function<int(const std::vector<std::string>& arguments, Console& console)>;

    static Result<std::unique_ptr<Server>> open(std::string folder, std::string version, Runner runner);
    ~Server(); // cancels what runs, and waits for it

private:
    struct Command {
        std::thread thread;
        std::atomic<bool> finished{false};
    };

    Server(std::string folder, std::string version, Runner runner, Descriptor socket, Descriptor wake);
    void accept_all();
    void answer(const Descriptor& socket);
    void collect(bool all);

    std::string folder_, version_;
    Runner runner_;
    Descriptor socket_, wake_;
    std::atomic<bool> stopping_{false};
    std::list<Command> commands_; // of the accepting thread
    std::thread thread_;
};

} // namespace facteur::admin
