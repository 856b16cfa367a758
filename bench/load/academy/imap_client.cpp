#include "bench/load/academy/imap_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace facteur::load::academy {

ImapClient::ImapClient(uv_loop_s& loop, std::uint16_t port, std::size_t person, Listener listener)
    : listener_(std::move(listener)),
      wire_(
          connect(loop, port, person,
                  {[this](std::string_view bytes) { take(bytes); },
                   [this](const std::string& why) { listener_.lost(goodbye_.empty() ? why : goodbye_); }})) {}

void ImapClient::run(const std::string& command, Then then) {
    then_ = std::move(then);
    auto line = fmt::format("t{} {}\r\n", ++sent_, command);
    if (greeted_)
        write(*wire_, std::move(line));
    else
        waiting_ = std::move(line);
}

void ImapClient::idle(Then ended) {
    run("IDLE", std::move(ended));
}

void ImapClient::end_idle() {
    write(*wire_, "DONE\r\n");
}

void ImapClient::take(std::string_view bytes) {
    buffer_ += bytes;
    std::size_t at = 0;
    for (;;) {
        const auto passed = std::min(literal_, buffer_.size() - at);
        literal_ -= passed;
        at += passed;
        const auto end = literal_ > 0 ? std::string::npos : buffer_.find("\r\n", at);
        if (end == std::string::npos) break;
        const auto line = buffer_.substr(at, end - at);
        at = end + 2;
        see(line);
    }
    buffer_.erase(0, at);
}

void ImapClient::see(const std::string& line) {
    const bool goes_on = std::exchange(in_literal_line_, false);
    if (!line.empty() && line.back() == '}') {
        literal_ = std::stoull(line.substr(line.rfind('{') + 1));
        in_literal_line_ = true;
        return;
    }
    if (goes_on) return;
    if (!std::exchange(greeted_, true)) {
        if (!waiting_.empty()) write(*wire_, std::exchange(waiting_, {}));
        return;
    }
    if (line.rfind("* BYE", 0) == 0) goodbye_ = line;
    if (line.rfind("* ", 0) == 0) {
        if (line.size() > 9 && line.compare(line.size() - 7, 7, " EXISTS") == 0) {
            exists_ = std::stoull(line.substr(2));
            listener_.exists(exists_);
        }
        return;
    }
    const auto tag = fmt::format("t{} ", sent_);
    if (line.rfind(tag, 0) != 0) return; // "+ idling"
    const auto then = std::exchange(then_, nullptr);
    if (then) then(line.rfind(tag + "OK", 0) == 0 ? "" : line);
}

} // namespace facteur::load::academy
