// Random bytes and answers to an IMAP machine, in random pieces. Buffers stay bounded, what is sent is whole
// lines, nothing comes after Closing, and events of APPEND come in order.
#include "transport/imap/machine.h"

#include <cstdlib>

using namespace facteur::imap;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

struct Player {
    Machine machine;
    std::uint8_t seed;
    bool appending = false, closed = false;
    std::uint64_t left = 0;

    std::uint8_t draw() { return seed = static_cast<std::uint8_t>(seed * 77 + 13); }
    void sign_in() {
        if (draw() % 4 == 0)
            machine.refuse();
        else
            machine.authenticated();
    }
    void take(AuthenticateStarted&) {
        if (draw() % 2 == 0)
            machine.challenge("x");
        else
            sign_in();
    }
    void take(AuthenticateResponse&) { sign_in(); }
    void take(LoginGiven&) { sign_in(); }
    void take(CommandGiven&) {
        require(machine.is_waiting() && !machine.tag().empty());
        require(machine.state() != State::not_authenticated || !machine.is_read_only());
        machine.complete(draw() % 4 == 0 ? Condition::no : Condition::ok, "", "x");
    }
    void take(IdleStarted&) {
        write_exists(machine.output(), 1);
        machine.begin_idle();
        write_exists(machine.output(), 2);
    }
    void take(IdleEnded&) { machine.complete(Condition::ok, "", "x"); }
    void take(EnabledNow& e) { require(e.bits != 0); }
    void take(AppendStarted&) {
        require(!appending && machine.state() != State::not_authenticated);
        appending = true;
    }
    void take(AppendMessageStarted&) { require(appending); }
    void take(AppendUrl&) { require(appending); }
    void take(AppendData& e) {
        require(appending && left == 0);
        if (draw() % 4 == 0) {
            machine.reject_append("", "No");
            return;
        }
        left = e.octets;
        machine.accept_data();
    }
    void take(AppendChunk& e) {
        require(appending && e.bytes.size() <= left);
        left -= e.bytes.size();
        if (draw() % 16 == 0) machine.reject_append("", "No");
    }
    void take(AppendMessageEnded&) { require(appending && left == 0); }
    void take(AppendEnded&) {
        require(appending);
        appending = false;
        machine.complete(Condition::ok, "", "x");
    }
    void take(AppendAborted&) {
        require(appending);
        appending = false;
        left = 0;
    }
    void take(StartTls&) { machine.tls_started(); }
    void take(StartCompression&) { machine.compression_started(); }
    void take(Closing&) { closed = true; }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    Options options;
    options.tls = (data[0] & 1) != 0;
    options.starttls = (data[0] & 2) != 0;
    options.login_without_tls = (data[0] & 4) != 0;
    options.literal_plus = (data[0] & 8) != 0;
    options.mechanisms = {"PLAIN"};
    options.limits.command_octets = 300;
    options.limits.literal_octets = 200;
    options.limits.early_octets = 100;
    options.limits.message_octets = 500;
    options.limits.skipped_octets = 1000;
    options.limits.auth_octets = 100;
    options.limits.pipelined_octets = 400;
    options.limits.bad_commands = 50;
    Player player{Machine(options), data[1], false, false, 0};
    (void)player.machine.take_output();
    const std::size_t piece = data[2] + 1u;
    for (std::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3); !rest.empty();) {
        const auto bytes = std::string(rest.substr(0, piece)); // a copy: views kept too long show under ASan
        rest.remove_prefix(bytes.size());
        player.machine.feed(bytes);
        while (auto event = player.machine.next()) {
            require(!player.closed);
            std::visit([&](auto& e) { player.take(e); }, *event);
        }
        const auto out = player.machine.take_output();
        require(out.empty() || out.ends_with("\r\n"));
        require(player.machine.buffered() <= 1500 + piece);
    }
    return 0;
}
