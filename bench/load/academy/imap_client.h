// An IMAP connection of a mail program: one command after the other, IDLE between them.
#pragma once

#include "bench/load/academy/wire.h"

#include <functional>
#include <string>
#include <string_view>

namespace facteur::load::academy {

class ImapClient {
public:
    // `exists`: how many messages the mailbox has now, as told at any time. `lost`: the connection is gone.
    struct Listener {
        std::function<void(std::uint64_t)> exists;
        std::function<void(const std::string& why)> lost;
    };
    ImapClient(uv_loop_s& loop, std::uint16_t port, std::size_t person, Listener listener);

    // Sent when the greeting has come. `then` gets an empty text, or the line that refused it.
    using Then = std::function<void(const std::string& refused)>;
    void run(const std::string& command, Then then);
    // IDLE until `end_idle`; what runs meanwhile is an error of the caller's.
    void idle(Then ended);
    void end_idle();
    [[nodiscard]] std::uint64_t exists() const { return exists_; }

private:
    void take(std::string_view bytes);
    void see(const std::string& line);

    Listener listener_;
    std::string buffer_, goodbye_, waiting_; // `waiting_` for the greeting
    std::size_t literal_ = 0;                // octets still to come of one
    bool in_literal_line_ = false, greeted_ = false;
    std::uint64_t sent_ = 0, exists_ = 0;
    Then then_;
    WirePtr wire_;
};

} // namespace facteur::load::academy
