// The server side of one IMAP connection (RFC 9051, RFC 3501 and the extensions of command.h), without
// socket, clock or thread: bytes in, events and bytes out.
//
//   Machine machine(options);
//   send(machine.take_output());                     // the greeting
//   machine.feed(bytes);                             // bytes stay valid until `next` gives nothing
//   while (auto event = machine.next()) …            // views in an event live until the following call
//   send(machine.take_output());
//
// **One command at a time.** An event that waits for an answer (its comment says which) stops the machine:
// `next` gives nothing, and what the client pipelines is kept, at most `Limits::pipelined_octets` plus one
// feed: stop reading when `wants_input` is false. So commands are done in the order in which they came, one
// after the other, and nothing of RFC 9051 §5.5 is ambiguous. Untagged responses are appended to `output()`
// (response.h, fetch_response.h) at any time but within a literal; `complete` ends the command.
//
// **The machine does itself** all that needs no knowledge of mail: states and which command is legal when,
// CAPABILITY, ID, ENABLE and its bookkeeping (`is_enabled`; commands that use CONDSTORE turn it on), LOGOUT,
// the base64 of AUTHENTICATE, continuations, UIDREQUIRED, QRESYNC that was not enabled, limits. NOOP and
// CHECK are events, because they are when clients hear what is new.
//
// **STARTTLS** drops whatever was pipelined behind it. **Errors** of the client are answered and counted; at
// a limit comes BYE and `Closing`. Memory is bounded by the limits. Nothing throws. Thread-safety: a Machine
// belongs to one caller.
#pragma once

#include "transport/imap/capability.h"
#include "transport/imap/command_reader.h"
#include "transport/imap/response.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace facteur::imap {

struct Options {
    std::string greeting = "Facteur ready";
    bool tls = false;                    // the connection is under TLS from its start
    bool starttls = false;               // we have a certificate
    bool login_without_tls = false;      // loopback, when configured so: LOGIN and AUTHENTICATE before TLS
    std::vector<std::string> mechanisms; // of AUTHENTICATE, in the order of announcement
    std::vector<std::string> tls_mechanisms; // announced further once TLS is up (SCRAM-…-PLUS)
    std::vector<std::string> capabilities = known_capabilities(); // after a sign-in
    std::vector<std::pair<std::string, std::string>> id = {{"name", "Facteur"}};
    bool literal_plus = true; // else LITERAL-
    Limits limits;
};

// ---- events ----

// AUTHENTICATE. Answer: `challenge`, `authenticated` or `refuse`.
struct AuthenticateStarted {
    std::string mechanism;              // upper case, one of those announced
    std::optional<std::string> initial; // decoded
};
// The same answers.
struct AuthenticateResponse {
    std::string data; // decoded
};
// LOGIN. Answer: `authenticated` or `refuse`.
struct LoginGiven {
    std::string user, password;
};
// Any other command. Answer: `complete`. SELECT and EXAMINE that are completed with OK select; with anything
// else nothing is selected any more. CLOSE and UNSELECT deselect.
struct CommandGiven {
    Command command;
};
// IDLE. Answer: `begin_idle`, after whatever is new: programs that take "+ idling" and an EXISTS behind it
// in one read see only the first and sleep (Thunderbird). Untagged responses may go out until IdleEnded,
// which waits for `complete`, unless the client had said something else than DONE and has been told (then
// `complete` does nothing).
struct IdleStarted {};
struct IdleEnded {};
// What the client enabled just now, as bits of Enabled; it has been answered.
struct EnabledNow {
    std::uint8_t bits = 0;
};
// APPEND and REPLACE (append.h): AppendData waits for `accept_data` or `reject_append`, AppendEnded for
// `complete`. AppendAborted: the client has been told that it failed; forget what came.
struct AppendAborted {};
// The output ends in the OK of STARTTLS: send it, start TLS, then call `tls_started`.
struct StartTls {};
// The output ends in the OK of COMPRESS: send it, then inflate what comes and deflate what goes, and call
// `compression_started`.
struct StartCompression {};
// Send the output and close. Nothing follows.
struct Closing {
    enum class Why { logout, too_many_errors, limit, closed } why = Why::logout;
};
using Event =
    std::variant<AuthenticateStarted, AuthenticateResponse, LoginGiven, CommandGiven, IdleStarted, IdleEnded,
                 EnabledNow, AppendStarted, AppendMessageStarted, AppendUrl, AppendData, AppendChunk,
                 AppendMessageEnded, AppendEnded, AppendAborted, StartTls, StartCompression, Closing>;

enum class State { not_authenticated, authenticated, selected, logout };

class Machine {
public:
    // The greeting is in the output. One Options serves all connections of a door.
    explicit Machine(std::shared_ptr<const Options> options);
    explicit Machine(Options options) : Machine(std::make_shared<const Options>(std::move(options))) {}

    // -- input and output
    void feed(std::string_view bytes) { reader_.feed(bytes); }
    [[nodiscard]] std::optional<Event> next();
    [[nodiscard]] bool wants_input() const { return state_ != State::logout && reader_.wants_input(); }
    [[nodiscard]] std::string& output() { return output_; }
    [[nodiscard]] std::string take_output() { return std::exchange(output_, {}); }

    // -- answers. One that nobody waits for is ignored.
    void complete(Condition condition, std::string_view code, std::string_view text);
    void challenge(std::string_view data); // raw octets
    void authenticated(std::string_view text = "Signed in");
    void refuse(std::string_view code = "AUTHENTICATIONFAILED", std::string_view text = "Sign-in failed");
    void begin_idle();
    void accept_data();
    void reject_append(std::string_view code, std::string_view text); // NO; at any of the events of APPEND
    void tls_started();
    void compression_started();
    // The mailbox selected is gone: as after CLOSE. The caller tells the client.
    void deselect();
    // Ends the connection from our side (time-out, shutdown, suspended account): `next` gives Closing.
    void close(std::string_view code, std::string_view text);

    // -- looks
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_read_only() const { return read_only_; } // EXAMINE
    [[nodiscard]] bool is_waiting() const { return waiting_ != Waiting::nothing; }
    [[nodiscard]] bool is_tls() const { return tls_; }
    [[nodiscard]] bool is_idling() const { return idling_; }
    [[nodiscard]] const std::string& tag() const {
        return tag_;
    } // of the command under way: ESEARCH, INPROGRESS
    [[nodiscard]] bool is_enabled(Enabled bit) const { return (enabled_ & bit) != 0; }
    [[nodiscard]] Wire wire() const { return {(enabled_ & (enabled_rev2 | enabled_utf8)) != 0}; }
    // RFC 9051 §7.5.1: no EXPUNGE and no VANISHED while a FETCH, STORE, SEARCH, SORT or THREAD by sequence
    // numbers is answered, nor when no command is under way.
    [[nodiscard]] bool may_expunge() const;
    [[nodiscard]] std::vector<std::string> capabilities() const;
    [[nodiscard]] std::size_t buffered() const { return reader_.buffered() + output_.size(); }

private:
    enum class Waiting {
        nothing,
        login,
        authenticate,
        command,
        idle_start,
        idle,
        data,
        append,
        tls,
        compression
    };

    std::optional<Event> take(ReadEvent event);
    std::optional<Event> command(CommandRead read);
    std::optional<Event> append_started(AppendStarted started);
    std::optional<Event> append_ended();
    std::optional<Event> rejected(CommandRejected why);
    std::optional<Event> line(std::string_view text);

    // -- commands that end here: machine_commands.cpp
    std::optional<Event> run(command::Capability& c);
    std::optional<Event> run(command::Id& c);
    std::optional<Event> run(command::Logout& c);
    std::optional<Event> run(command::StartTls& c);
    std::optional<Event> run(command::Authenticate& c);
    std::optional<Event> run(command::Login& c);
    std::optional<Event> run(command::Enable& c);
    std::optional<Event> run(command::Compress& c);
    std::optional<Event> run(command::Idle& c);
    template <typename T>
    std::optional<Event> run(T& c);
    [[nodiscard]] std::string_view why_not(const Command& command) const; // empty: it may run
    void note_condstore(const Command& command);

    std::optional<Event> tagged(Condition condition, std::string_view code, std::string_view text);
    Event end(Closing::Why why);
    [[nodiscard]] std::vector<std::string> mechanisms() const;
    [[nodiscard]] bool may_sign_in() const { return tls_ || options_->login_without_tls; }

    std::shared_ptr<const Options> options_;
    CommandReader reader_;
    std::string output_;
    State state_ = State::not_authenticated;
    Waiting waiting_ = Waiting::nothing;
    std::optional<Event> queued_;
    std::string tag_;

    bool tls_ = false, compressed_ = false, idling_ = false, read_only_ = false;
    bool selects_ = false, examines_ = false, deselects_ = false; // the command under way does, when it is OK
    bool sees_numbers_ = false;                                   // the command under way forbids EXPUNGE
    bool appending_ = false;
    std::optional<CommandRejected> append_refusal_;
    std::uint8_t enabled_ = 0;

    std::uint32_t bad_commands_ = 0, early_commands_ = 0, auth_failures_ = 0;
};

} // namespace facteur::imap
