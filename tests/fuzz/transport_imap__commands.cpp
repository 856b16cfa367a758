// Any bytes as commands, whole and in pieces: both give the same. Buffers stay bounded, chunks are as many
// octets as were announced, and a command that was read is written and read again as itself.
#include "tests/transport/imap/client_writer.h"
#include "transport/imap/command_reader.h"
#include "transport/imap/parse.h"

#include <cstdlib>

using namespace facteur::imap;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

ReaderOptions small_options(std::uint8_t flags) {
    ReaderOptions options;
    options.literal_plus = (flags & 1) == 0;
    options.limits.command_octets = 400;
    options.limits.literal_octets = 200;
    options.limits.early_octets = 100;
    options.limits.message_octets = 150;
    options.limits.append_octets = 300;
    options.limits.append_messages = 3;
    options.limits.catenate_parts = 3;
    options.limits.skipped_octets = 600;
    options.limits.auth_octets = 100;
    options.limits.pipelined_octets = 500;
    return options;
}

void check_again(const CommandRead& read, bool utf8) {
    Grammar grammar;
    grammar.utf8 = utf8;
    const auto again = parse_command(read.tag + " " + write_command(read.command, utf8), grammar);
    const auto* parsed = std::get_if<ParsedCommand>(&again);
    require(parsed != nullptr && parsed->command == read.command && parsed->tag == read.tag);
}

struct Listener {
    CommandReader reader;
    std::uint8_t flags;
    std::string seen;
    std::uint64_t left = 0;
    std::uint32_t data_seen = 0;

    void take(const CommandRead& e) {
        const bool utf8 = (flags & 4) != 0;
        const auto text = write_command(e.command, utf8);
        seen += e.tag + " " + text + "\n";
        check_again(e, utf8);
        if (std::holds_alternative<command::Authenticate>(e.command)) reader.expect_line();
    }
    void take(const LineRead& e) { seen += "line " + std::string(e.line) + "\n"; }
    void take(const NeedContinuation&) { seen += "+\n"; }
    void take(const CommandRejected& e) {
        left = 0;
        seen += e.tag + e.code + e.text + (e.fatal ? "!" : "") + "\n";
    }
    void take(const AppendStarted& e) { seen += e.tag + " append " + e.mailbox + "\n"; }
    void take(const AppendMessageStarted& e) { seen += "message " + std::to_string(e.flags.size()) + "\n"; }
    void take(const AppendUrl& e) { seen += e.url + "\n"; }
    void take(const AppendData& e) {
        require(left == 0);
        seen += "data " + std::to_string(e.octets) + "\n";
        if (++data_seen % 4 == 3 && (flags & 8) != 0) {
            reader.reject({"", false, "", "No", false});
            return;
        }
        left = e.octets;
        reader.accept_data();
    }
    void take(const AppendChunk& e) {
        require(e.bytes.size() <= left);
        left -= e.bytes.size();
        seen += e.bytes;
    }
    void take(const AppendMessageEnded&) {
        require(left == 0);
        seen += "]\n";
    }
    void take(const AppendEnded&) { seen += "end\n"; }

    void feed(std::string_view bytes) {
        const std::string own(bytes); // a copy: views kept too long show under ASan
        reader.feed(own);
        while (auto event = reader.next())
            std::visit([this](const auto& e) { take(e); }, *event);
        require(reader.buffered() <= 1200 + bytes.size());
    }
};

Listener listener(std::uint8_t flags) {
    Listener out{CommandReader(small_options(flags)), flags, {}, 0, 0};
    if ((flags & 2) == 0) out.reader.set_authenticated();
    if ((flags & 4) != 0) out.reader.set_utf8();
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    auto whole = listener(data[0]);
    whole.feed(text);
    auto pieces = listener(data[0]);
    const std::size_t piece = data[1] % 16 + 1u;
    for (std::string_view rest = text; !rest.empty();) {
        pieces.feed(rest.substr(0, piece));
        rest.remove_prefix(std::min(piece, rest.size()));
    }
    // A NUL in a message is found at the chunk that has it; everything else does not depend on the pieces.
    if (text.find('\0') == std::string_view::npos) require(pieces.seen == whole.seen);
    return 0;
}
