// Bytes of a client, in any pieces, to commands (RFC 9051 §2.2.1, §4.3, §9; RFC 3501; RFC 7888), without
// socket, clock or thread.
//
//   CommandReader reader(options);
//   reader.feed(bytes);                              // bytes stay valid until `next` gives nothing
//   while (auto event = reader.next()) …             // views in an event live until the following call
//
// Whoever wants one command at a time just does not call `next` before the last one is done: what was fed is
// kept, and `wants_input` says when to stop reading.
//
// **Literals.** `NeedContinuation` comes where a synchronising literal waits: send "+ …". Literals of all
// commands but APPEND and REPLACE are kept until the command is whole; the messages of those two come in
// chunks (append.h) and are never kept. Before each, `AppendData` waits for `accept_data` or `reject`.
// Non-synchronising literals may have any size when `Options::literal_plus`, else 4,096 octets (LITERAL-).
//
// **Errors.** A command that breaks the grammar or a limit becomes one `CommandRejected`, with its tag when
// it had one. What belongs to that command is read over first: its line, and its non-synchronising literals.
// A synchronising literal ends it at once, because the client waits for an answer. `fatal`: the end of the
// command cannot be found within `Limits::skipped_octets`; nothing comes after it.
//
// A line ends in CRLF or, for scripts, LF. A NUL or a bare CR in it is an error. Time is linear in the bytes
// and memory bounded by the limits. Nothing throws. Thread-safety: a CommandReader belongs to one caller.
#pragma once

#include "transport/imap/append.h"
#include "transport/imap/append_parser.h"
#include "transport/imap/command.h"
#include "transport/imap/lexer.h"
#include "transport/imap/limits.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace facteur::imap {

struct ReaderOptions {
    Limits limits;
    bool literal_plus = true; // else LITERAL-
};

struct CommandRead {
    std::string tag;
    Command command;
    bool operator==(const CommandRead&) const = default;
};
// A line that is no command, asked for by `expect_line`, without its end.
struct LineRead {
    std::string_view line;
    bool operator==(const LineRead&) const = default;
};
struct NeedContinuation {
    bool operator==(const NeedContinuation&) const = default;
};
struct CommandRejected {
    std::string tag;    // empty: answer "* BAD"
    bool bad = true;    // else NO
    std::string code;   // "TOOBIG"; may be empty
    std::string text;   // for a human
    bool fatal = false; // then BYE
    bool operator==(const CommandRejected&) const = default;
};
using ReadEvent =
    std::variant<CommandRead, LineRead, NeedContinuation, CommandRejected, AppendStarted,
                 AppendMessageStarted, AppendUrl, AppendData, AppendChunk, AppendMessageEnded, AppendEnded>;

class CommandReader {
public:
    explicit CommandReader(ReaderOptions options = {}) : options_(options) { update_grammar(); }

    // -- input
    void feed(std::string_view bytes);
    [[nodiscard]] std::optional<ReadEvent> next();
    // Copies what was fed and not read yet. `next` does so when it gives nothing; who stops calling it
    // earlier calls this before the bytes go.
    void keep_rest();
    [[nodiscard]] bool wants_input() const;
    [[nodiscard]] bool has_input() const { return !input().empty(); } // something was pipelined
    void drop_input();                                                // STARTTLS

    // -- what the caller knows
    void set_authenticated() { authenticated_ = true, update_grammar(); } // larger limits
    void set_utf8() { utf8_ = true, update_grammar(); }                   // ENABLE
    // The next line is no command (AUTHENTICATE, IDLE); longer than `Limits::auth_octets` is rejected.
    void expect_line() { mode_ = Mode::raw_line; }

    // -- APPEND
    void accept_data();
    // Ends the APPEND under way, at any of its events but AppendEnded: the rest is read over, then
    // CommandRejected comes. When all of the command has been read already it does nothing.
    void reject(CommandRejected why);

    [[nodiscard]] std::size_t buffered() const { return kept_.size() - kept_used_ + text_.size(); }

private:
    enum class Mode { line, raw_line, literal, data_waits, data, skip_literal, skip_line, closed };

    // -- input, as in the SMTP machine
    [[nodiscard]] std::string_view input() const;
    void consume(std::size_t octets);

    std::optional<ReadEvent> step();
    std::optional<ReadEvent> take_line();
    std::optional<ReadEvent> whole_line(std::string_view line);
    std::optional<ReadEvent> take_raw_line();
    std::optional<ReadEvent> end_of_command(std::string_view text);
    std::optional<ReadEvent> literal_begins(const LiteralHeader& header);
    std::optional<ReadEvent> append_line(std::string_view line, const std::optional<LiteralHeader>& header);
    std::optional<ReadEvent> data_begins(const LiteralHeader& header);
    std::optional<ReadEvent> take_literal();
    std::optional<ReadEvent> take_data();
    std::optional<ReadEvent> skip_literal();
    std::optional<ReadEvent> skip_line();
    std::optional<ReadEvent> refuse(CommandRejected why, const std::optional<LiteralHeader>& header);
    std::optional<ReadEvent> skip_on(const std::optional<LiteralHeader>& header);
    std::optional<ReadEvent> give_rejection(bool fatal);
    // `line`: the one under way, when it is not in text_
    CommandRejected bad(std::string_view text, std::string_view line = {}) const;
    CommandRejected too_big(std::string_view text, std::string_view line = {}) const;
    std::string current_tag(std::string_view line) const;
    void end_command();
    void update_grammar();
    [[nodiscard]] std::size_t text_limit() const;
    [[nodiscard]] std::size_t literal_limit() const;

    ReaderOptions options_;
    Grammar grammar_;
    bool authenticated_ = false, utf8_ = false;

    // Input is kept_ from kept_used_ on, or else fed_: never both.
    std::string_view fed_;
    std::string kept_;
    std::size_t kept_used_ = 0;
    std::size_t scanned_ = 0; // of the input: no line end in it

    Mode mode_ = Mode::line;
    std::string text_;                    // of the command before the line under way, with its literals
    std::size_t literal_octets_ = 0;      // of literals in text_ and in what AppendParser has used
    std::size_t used_octets_ = 0;         // that AppendParser has used, since the last message
    std::uint64_t left_ = 0;              // of the literal under way
    std::optional<LiteralHeader> header_; // of the data that waits

    std::optional<AppendParser> append_;
    std::string append_tag_;
    std::uint64_t append_octets_ = 0;
    std::deque<ReadEvent> queued_;

    std::optional<CommandRejected> rejection_; // comes when the command has been read over
    std::uint64_t skipped_ = 0;
    std::string tail_; // the end of a line that is skipped: it may hold a literal's header
};

} // namespace facteur::imap
