#include "actors/admin/server.h"

#include "actors/admin/wire.h"
#include "actors/commands/command.h"
#include "actors/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace facteur::admin {
namespace {

constexpr std::size_t most_commands = 16;         // at once
constexpr std::size_t largest_output = 64u << 10; // of one frame

class RemoteConsole : public Console {
public:
    RemoteConsole(int socket, bool progress, const std::atomic<bool>& stopping)
        : socket_(socket), progress_(progress), stopping_(stopping) {}

    void write(std::string_view text) override { say(Kind::output, text); }
    void complain(std::string_view text) override { say(Kind::trouble, text); }
    [[nodiscard]] bool shows_progress() const override { return progress_; }

    Result<Descriptor> open(const std::string& path, OpenFor purpose) override {
        auto answer = ask(Kind::open, join({std::to_string(static_cast<int>(purpose)), path}));
        if (!answer) return tl::unexpected(answer.error());
        if (!answer->file) return fail(Code::io, fmt::format("{} could not be handed over", path));
        return std::move(answer->file);
    }
    Result<void> make_folder(const std::string& path) override { return done(ask(Kind::make_folder, path)); }
    Result<void> rename(const std::string& from, const std::string& to) override {
        return done(ask(Kind::rename, join({from, to})));
    }
    Result<void> remove(const std::string& path) override { return done(ask(Kind::remove, path)); }
    Result<std::string> ask_secret(const std::string& prompt) override {
        auto answer = ask(Kind::secret, prompt);
        if (!answer) return tl::unexpected(answer.error());
        return answer->payload.substr(1);
    }

    [[nodiscard]] bool is_cancelled() override {
        if (stopping_ || gone_) return true;
        char octet = 0;
        const auto got = ::recv(socket_, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
        return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    }

private:
    void say(Kind kind, std::string_view text) {
        const std::lock_guard lock(mutex_);
        for (; !text.empty() && !gone_; text.remove_prefix(std::min(text.size(), largest_output)))
            gone_ = !send_frame(socket_, kind, text.substr(0, largest_output));
    }
    Result<Frame> ask(Kind kind, std::string_view question) {
        {
            const std::lock_guard lock(mutex_);
            if (!gone_) gone_ = !send_frame(socket_, kind, question);
        }
        auto frame = gone_ ? std::nullopt : receive_frame(socket_);
        if (!frame || frame->kind != Kind::answer || frame->payload.empty()) {
            gone_ = true;
            return fail(Code::closed, "the command was cancelled");
        }
        if (frame->payload.front() != '+') return fail(Code::io, frame->payload.substr(1));
        return std::move(*frame);
    }
    static Result<void> done(Result<Frame> answer) {
        if (!answer) return tl::unexpected(answer.error());
        return {};
    }

    int socket_;
    bool progress_;
    const std::atomic<bool>& stopping_;
    std::mutex mutex_; // of sending
    std::atomic<bool> gone_{false};
};

} // namespace

Result<std::unique_ptr<Server>> Server::open(std::string folder, std::string version, Runner runner) {
    auto socket = listen_in(folder);
    Descriptor wake(::eventfd(0, EFD_CLOEXEC));
    if (!socket || !wake) return fail(Code::io, fmt::format("the admin socket in {} cannot be made", folder));
    return std::unique_ptr<Server>(new Server(std::move(folder), std::move(version), std::move(runner),
                                              std::move(socket), std::move(wake)));
}

Server::Server(std::string folder, std::string version, Runner runner, Descriptor socket, Descriptor wake)
    : folder_(std::move(folder)), version_(std::move(version)), runner_(std::move(runner)),
      socket_(std::move(socket)), wake_(std::move(wake)), thread_([this] { accept_all(); }) {}

Server::~Server() {
    stopping_ = true;
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) log(Severity::error, "the admin socket cannot be woken");
    thread_.join();
    remove_from(folder_);
}

void Server::accept_all() {
    while (!stopping_) {
        std::array<pollfd, 2> waiting{{{wake_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) break;
        if (stopping_ || (waiting[1].revents & POLLIN) == 0) continue;
        auto socket = std::make_shared<Descriptor>(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        collect(false);
        if (!*socket) continue;
        if (commands_.size() >= most_commands) {
            send_frame(socket->get(), Kind::trouble,
                       "facteur: the server runs too many commands: try again\n");
            send_frame(socket->get(), Kind::exit, std::to_string(exit_unreachable));
            continue;
        }
        auto& command = commands_.emplace_back();
        command.thread = std::thread([this, socket, &command] {
            answer(*socket);
            command.finished = true;
        });
    }
    collect(true);
}

void Server::collect(bool all) {
    for (auto command = commands_.begin(); command != commands_.end();) {
        if (!all && !command->finished) {
            ++command;
            continue;
        }
        command->thread.join();
        command = commands_.erase(command);
    }
}

void Server::answer(const Descriptor& socket) {
    // Who connects and says nothing must not hold up the server's end.
    const timeval patience{10, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto frame = receive_frame(socket.get());
    if (!frame || frame->kind != Kind::run) return;
    auto texts = split(frame->payload);
    if (texts.size() < 2) return;
    if (texts[0] != version_) {
        send_frame(
            socket.get(), Kind::trouble,
            fmt::format("facteur: the running server is version {}, this program is {}: restart the server\n",
                        version_, texts[0]));
        send_frame(socket.get(), Kind::exit, std::to_string(exit_unreachable));
        return;
    }
    const timeval forever{0, 0}; // a question may wait for a human
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof forever);
    RemoteConsole console(socket.get(), texts[1] == "1", stopping_);
    const std::vector<std::string> arguments(texts.begin() + 2, texts.end());
    const int code = runner_(arguments, console);
    send_frame(socket.get(), Kind::exit, std::to_string(code));
}

} // namespace facteur::admin
