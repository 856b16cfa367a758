// Hands in one message by SMTP on a connection of its own, as servers outside do.
#pragma once

#include "bench/load/academy/wire.h"

#include <functional>
#include <string>
#include <vector>

namespace facteur::load::academy {

class SmtpClient {
public:
    struct Message {
        std::string from;
        std::vector<std::string> to;
        std::string text; // lines end in CRLF, none begins with a dot
    };
    // `handing_over` when the last octet is written; `done` once: with an empty text when it was accepted for
    // everybody, else with what refused it.
    SmtpClient(uv_loop_s& loop, std::uint16_t port, std::size_t person, Message message,
               std::function<void()> handing_over, std::function<void(const std::string& refused)> done);

private:
    void take(std::string_view bytes);
    void see(const std::string& line);
    void end(const std::string& refused);

    Message message_;
    std::function<void()> handing_over_;
    std::function<void(const std::string&)> done_;
    std::string buffer_;
    std::size_t step_ = 0; // greeting, EHLO, MAIL, RCPT…, DATA, text
    WirePtr wire_;
};

} // namespace facteur::load::academy
