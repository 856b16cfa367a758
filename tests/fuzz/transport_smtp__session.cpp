// Random bytes and answers to an SMTP machine, in random pieces. Buffers stay bounded, what is sent is whole
// lines, events come in order, and a message never ends but by CRLF.CRLF (or BDAT), nor has a bare CR or LF.
#include "transport/smtp/machine.h"

#include <algorithm>
#include <cstdlib>

using namespace facteur::smtp;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

struct Player {
    Machine machine;
    std::uint8_t seed;
    bool lmtp;
    std::string text;
    bool in_message = false;
    std::uint32_t accepted = 0;

    std::uint8_t draw() { return seed = static_cast<std::uint8_t>(seed * 77 + 13); }

    void answer(const Event& event) {
        if (std::holds_alternative<MailFrom>(event)) {
            accepted = 0;
            machine.reply(draw() % 8 ? replies::sender_accepted() : replies::no_relay());
        } else if (std::holds_alternative<RcptTo>(event)) {
            const bool take = draw() % 4 != 0;
            accepted += take;
            machine.reply(take ? replies::recipient_accepted() : replies::unknown_recipient());
        } else if (std::holds_alternative<DataStarted>(event)) {
            require(accepted > 0);
            text.clear();
            in_message = draw() % 8 != 0;
            machine.reply(in_message ? Reply{354, "", ""} : replies::try_later());
        } else if (const auto* chunk = std::get_if<DataChunk>(&event)) {
            require(in_message);
            text += chunk->bytes;
        } else if (const auto* done = std::get_if<MessageComplete>(&event)) {
            require(in_message && done->octets == text.size());
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (text[i] == '\n') require(i > 0 && text[i - 1] == '\r');
                if (text[i] == '\r') require(i + 1 < text.size() && text[i + 1] == '\n');
            }
            in_message = false;
            for (std::uint32_t i = 0; i < (lmtp ? accepted : 1); ++i)
                machine.reply(replies::ok());
        } else if (std::holds_alternative<Aborted>(event)) {
            in_message = false;
        } else if (std::holds_alternative<AuthStarted>(event) ||
                   std::holds_alternative<AuthResponse>(event)) {
            switch (draw() % 3) {
            case 0: machine.challenge("x"); break;
            case 1: machine.authenticated(); break;
            default: machine.refuse({535, "5.7.8", "No"});
            }
        } else if (std::holds_alternative<StartTls>(event)) {
            machine.tls_started();
        }
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    Options options;
    options.role = static_cast<Role>(data[0] % 3);
    options.tls = (data[0] & 4) != 0;
    options.starttls = (data[0] & 8) != 0;
    options.auth_without_tls = (data[0] & 16) != 0;
    options.mechanisms = {"PLAIN"};
    options.limits = {.message_octets = 5000,
                      .recipients = 5,
                      .command_octets = 200,
                      .auth_octets = 400,
                      .text_line_octets = 500,
                      .header_octets = 1000,
                      .pipelined_octets = 300};
    const std::size_t piece = data[2] + 1u;
    Player player{Machine(options), data[1], options.role == Role::lmtp, {}, false, 0};
    std::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3);
    while (!rest.empty()) {
        const auto bytes = std::string(rest.substr(0, piece)); // a copy: views kept too long show under ASan
        rest.remove_prefix(bytes.size());
        player.machine.feed(bytes, 1000);
        while (const auto event = player.machine.next())
            player.answer(*event);
        const auto out = player.machine.take_output();
        require(out.empty() || out.ends_with("\r\n"));
        require(player.machine.buffered() <= 400 + piece);
    }
    return 0;
}
