#include "actors/admin/client.h"

#include "actors/admin/wire.h"
#include "actors/commands/command.h"

#include <poll.h>
#include <sys/socket.h>

#include <charconv>

namespace facteur::admin {
namespace {

constexpr int look_for_cancel = 200; // milliseconds

int number_of(std::string_view text, int otherwise) {
    std::from_chars(text.data(), text.data() + text.size(), otherwise);
    return otherwise;
}

bool reply(int socket, const Result<void>& done) {
    return send_frame(socket, Kind::answer, done ? "+" : "-" + done.error().message);
}

bool answer_open(int socket, Console& console, std::string_view question) {
    const auto texts = split(question);
    if (texts.size() != 2) return false;
    const auto file = console.open(texts[1], static_cast<OpenFor>(number_of(texts[0], 0)));
    if (!file) return send_frame(socket, Kind::answer, "-" + file.error().message);
    return send_frame(socket, Kind::answer, "+", file->get());
}

bool answer_rename(int socket, Console& console, std::string_view question) {
    const auto texts = split(question);
    return texts.size() == 2 && reply(socket, console.rename(texts[0], texts[1]));
}

bool answer_secret(int socket, Console& console, const std::string& prompt) {
    const auto secret = console.ask_secret(prompt);
    return send_frame(socket, Kind::answer, secret ? "+" + *secret : "-" + secret.error().message);
}

// False when the server went away.
bool handle(const Frame& frame, int socket, Console& console) {
    switch (frame.kind) {
    case Kind::output: console.write(frame.payload); return true;
    case Kind::trouble: console.complain(frame.payload); return true;
    case Kind::open: return answer_open(socket, console, frame.payload);
    case Kind::make_folder: return reply(socket, console.make_folder(frame.payload));
    case Kind::rename: return answer_rename(socket, console, frame.payload);
    case Kind::remove: return reply(socket, console.remove(frame.payload));
    case Kind::secret: return answer_secret(socket, console, frame.payload);
    default: return false;
    }
}

} // namespace

int run_remotely(const Descriptor& socket, const std::string& version,
                 const std::vector<std::string>& arguments, Console& console) {
    std::vector<std::string> texts{version, console.shows_progress() ? "1" : "0"};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    bool told = !send_frame(socket.get(), Kind::run, join(texts));
    while (true) {
        // When it is cancelled the server is told, and its last words are still heard.
        pollfd waiting{socket.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, look_for_cancel);
        if (console.is_cancelled() && !told) {
            ::shutdown(socket.get(), SHUT_WR);
            told = true;
        }
        if (ready <= 0) continue;
        const auto frame = receive_frame(socket.get());
        if (frame && frame->kind == Kind::exit) return number_of(frame->payload, exit_findings);
        if (!frame || (!handle(*frame, socket.get(), console) && !told))
            return refuse(console, "the server went away before the command was done", exit_unreachable);
    }
}

} // namespace facteur::admin
