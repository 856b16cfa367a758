#include "actors/commands/local_console.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace facteur {
namespace {

void write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; // nobody reads any more
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

tl::unexpected<Error> failed(std::string_view doing, const std::string& path, int code) {
    return fail(Code::io,
                fmt::format("cannot {} {}: {}", doing, path, std::generic_category().message(code)));
}

// Turns the echo off until the end of its life.
class Quiet {
public:
    explicit Quiet(int terminal) : terminal_(terminal) {
        active_ = ::tcgetattr(terminal, &before_) == 0;
        auto quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (active_) ::tcsetattr(terminal, TCSAFLUSH, &quiet);
    }
    ~Quiet() {
        if (active_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    int terminal_;
    bool active_ = false;
    termios before_{};
};

constexpr std::size_t longest_secret = 4096;

volatile std::sig_atomic_t interrupted = 0; // a signal's handler can reach nothing else

} // namespace

void LocalConsole::write(std::string_view text) {
    const std::lock_guard lock(mutex_);
    write_all(STDOUT_FILENO, text);
}

void LocalConsole::complain(std::string_view text) {
    const std::lock_guard lock(mutex_);
    write_all(STDERR_FILENO, text);
}

bool LocalConsole::shows_progress() const {
    return ::isatty(STDERR_FILENO) == 1;
}

bool LocalConsole::is_cancelled() {
    return interrupted != 0;
}

void LocalConsole::cancel_on_interrupt() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND); // no restart of calls: who waits hears it
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

Result<Descriptor> LocalConsole::open(const std::string& path, OpenFor purpose) {
    int file = -1;
    if (path == "-" && purpose == OpenFor::reading)
        file = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    else if (purpose == OpenFor::writing)
        file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    else
        file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | (purpose == OpenFor::listing ? O_DIRECTORY : 0));
    if (file < 0) return failed(purpose == OpenFor::writing ? "write" : "read", path, errno);
    return Descriptor(file);
}

Result<void> LocalConsole::make_folder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return failed("make the folder", path, error.value());
    return {};
}

Result<void> LocalConsole::rename(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) return failed("rename to", to, errno);
    return {};
}

Result<void> LocalConsole::remove(const std::string& path) {
    if (::unlink(path.c_str()) != 0) return failed("remove", path, errno);
    return {};
}

Result<std::string> LocalConsole::ask_secret(const std::string& prompt) {
    const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
    if (!terminal)
        return fail(Code::io, "there is no terminal to ask for the password: use --password-stdin");
    std::string secret;
    {
        // First quiet, then the question: what is typed before is dropped.
        const Quiet quiet(terminal.get());
        write_all(terminal.get(), prompt);
        for (char c = 0; secret.size() < longest_secret && ::read(terminal.get(), &c, 1) == 1 && c != '\n';)
            secret.push_back(c);
    }
    write_all(terminal.get(), "\n");
    return secret;
}

} // namespace facteur
