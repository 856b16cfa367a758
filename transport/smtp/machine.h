// The server side of one SMTP, submission or LMTP connection (RFC 5321, 6409, 2033), without socket, clock or
// thread: bytes in, events and bytes out.
//
//   Machine machine(options);
//   send(machine.take_output());                     // the greeting
//   machine.feed(bytes, now);                        // bytes stay valid until `next` gives nothing
//   while (auto event = machine.next()) …            // views in an event live until the following call
//   send(machine.take_output());
//
// Some events wait for an answer (their comment says which). Until it comes `next` gives nothing and
// pipelined input is kept, in a buffer of at most `Limits::pipelined_octets` plus one feed: stop reading when
// `wants_input` is false. After the answer, call `next` again. The machine does all that needs no knowledge
// of the world itself: EHLO, NOOP, VRFY, HELP, RSET, order of commands, grammar, limits.
//
// Extensions: PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING, DSN, ENHANCEDSTATUSCODES, STARTTLS, AUTH,
// FUTURERELEASE (submission). RFC 2920, 1870, 6152, 6531, 3030, 3461, 2034, 3207, 4954, 4865.
//
// **Line ends are strict.** Only CRLF ends a command or a line of text. A command with a bare CR, LF or NUL
// gets 500 5.5.2; a message with a bare CR or LF gets 554 5.6.0 at its end (see data_reader.h).
// **STARTTLS** drops whatever was pipelined behind it and forgets all that was said before.
// **Errors** of the peer are answered by the machine and counted; at a limit it answers 421 and gives
// `Closing`. Memory is bounded by the limits. Nothing throws. Thread-safety: a Machine belongs to one caller.
#pragma once

#include "transport/smtp/address.h"
#include "transport/smtp/data_reader.h"
#include "transport/smtp/limits.h"
#include "transport/smtp/parameters.h"
#include "transport/smtp/reply.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::smtp {

enum class Role { mx, submission, lmtp };

struct Options {
    Role role = Role::mx;
    std::string host;                        // our name in the greeting
    bool tls = false;                        // the connection is under TLS from its start
    bool starttls = false;                   // we have a certificate
    bool auth_without_tls = false;           // loopback, when configured so
    std::vector<std::string> mechanisms;     // of AUTH, in the order of announcement; empty: no AUTH
    std::vector<std::string> tls_mechanisms; // announced further once TLS is up (SCRAM-…-PLUS)
    Limits limits;
};

// ---- events ----

// HELO, EHLO or LHLO: answered by the machine. Also ends a transaction.
struct Greeted {
    std::string_view name;
    bool extended = false;
};
// Answer: `challenge`, `authenticated` or `refuse`.
struct AuthStarted {
    std::string_view mechanism;              // upper case, one of those announced
    std::optional<std::string_view> initial; // decoded
};
// The same answers.
struct AuthResponse {
    std::string_view data; // decoded
};
// Answer: `reply`.
struct MailFrom {
    std::optional<Mailbox> sender; // nothing: the null path
    MailParameters parameters;
};
// Answer: `reply`.
struct RcptTo {
    Mailbox recipient;
    RcptParameters parameters;
};
// DATA or the first BDAT, with a recipient accepted. Answer: `reply` with a success (its text is not used) or
// a failure.
struct DataStarted {};
// A piece of the message, not yet known to be good.
struct DataChunk {
    std::string_view bytes;
};
// The whole message came and breaks no rule. Answer: `reply`, in LMTP once for each recipient accepted, in
// order.
struct MessageComplete {
    std::uint64_t octets = 0;
};
// The transaction is over without a message (RSET, EHLO, or the message was refused): forget it.
struct Aborted {};
// The output ends in the 220 of STARTTLS: send it, start TLS, then call `tls_started`. Bytes fed before are
// dropped.
struct StartTls {};
// Send the output and close. Nothing follows.
struct Closing {
    enum class Why { quit, too_many_errors, limit, refused } why = Why::quit;
};
using Event = std::variant<Greeted, AuthStarted, AuthResponse, MailFrom, RcptTo, DataStarted, DataChunk,
                           MessageComplete, Aborted, StartTls, Closing>;

class Machine {
public:
    // The greeting is in the output.
    explicit Machine(Options options);
    Machine(Machine&&) = default;
    Machine& operator=(Machine&&) = default;

    // -- input and output
    void feed(std::string_view bytes, std::int64_t now); // now: seconds UTC
    [[nodiscard]] std::optional<Event> next();
    [[nodiscard]] bool wants_input() const;
    [[nodiscard]] std::string take_output();

    // -- answers. One that nobody waits for is ignored.
    void reply(const Reply& reply);
    void challenge(std::string_view data); // raw octets
    void authenticated();
    void refuse(const Reply& reply); // ends the exchange of AUTH
    void tls_started();
    // Ends the connection from our side (time-out, shutdown, suspended account): `next` gives Closing.
    void close(const Reply& reply);

    // -- looks
    [[nodiscard]] bool is_waiting() const { return waiting_ != Waiting::nothing; }
    [[nodiscard]] bool is_authenticated() const { return authenticated_; }
    [[nodiscard]] bool is_tls() const { return tls_; }
    [[nodiscard]] bool is_closed() const { return phase_ == Phase::closed; }
    [[nodiscard]] bool in_transaction() const { return has_sender_; }
    [[nodiscard]] std::uint32_t errors() const { return errors_; } // for tarpitting
    [[nodiscard]] std::size_t buffered() const { return kept_.size() + output_.size(); }

private:
    enum class Phase { commands, auth, data, chunk, tls, closed };
    enum class Waiting { nothing, auth, mail, rcpt, data, message, tls };

    // -- framing: machine.cpp
    [[nodiscard]] std::string_view input() const;
    void consume(std::size_t octets);
    void keep_rest();
    void drop_input();
    std::optional<Event> step();
    std::optional<Event> take_line();
    std::optional<Event> skip_overlong_line();
    std::optional<Event> take_text();
    std::optional<Event> take_chunk();
    std::optional<Event> end_of_chunk();
    std::optional<Event> end_of_message(Fault fault, std::uint64_t octets);

    // -- commands: commands.cpp
    std::optional<Event> command(std::string_view line);
    std::optional<Event> hello(std::string_view argument, bool extended);
    std::optional<Event> mail(std::string_view argument);
    std::optional<Event> rcpt(std::string_view argument);
    std::optional<Event> data(std::string_view argument);
    std::optional<Event> bdat(std::string_view argument);
    std::optional<Event> auth(std::string_view argument);
    std::optional<Event> auth_response(std::string_view line);
    std::optional<Event> starttls(std::string_view argument);
    std::optional<Event> rset(std::string_view argument);
    std::optional<Event> quit(std::string_view argument);
    std::optional<Event> idle(const Reply& reply);
    [[nodiscard]] std::optional<Reply> may_send() const;
    [[nodiscard]] std::vector<std::string> mechanisms() const;
    void announce();

    // -- what both need
    void say(const Reply& reply) { write(output_, reply); }
    void say_to_all(const Reply& reply);
    std::optional<Event> error(const Reply& reply);
    Event end(const Reply& reply, Closing::Why why);
    Event abort_then(Event event);
    void answer_data(const Reply& reply);
    void end_transaction();
    [[nodiscard]] TextLimits text_limits() const;

    Options options_;
    std::int64_t now_ = 0;

    // Input is kept_ from kept_used_ on, or else fed_: never both.
    std::string_view fed_;
    std::string kept_;
    std::size_t kept_used_ = 0;
    std::string line_; // what an event's views point into
    std::string output_;
    std::uint64_t overlong_ = 0; // octets of an overlong line that were thrown away

    Phase phase_ = Phase::commands;
    Waiting waiting_ = Waiting::nothing;
    std::optional<Event> queued_; // comes before anything else

    bool tls_ = false;
    bool authenticated_ = false;
    bool greeted_ = false;
    bool extended_ = false;

    bool has_sender_ = false;
    bool smtputf8_ = false;
    bool chunking_ = false;         // a BDAT of this transaction was accepted
    std::uint32_t recipients_ = 0;  // accepted
    std::uint32_t answers_due_ = 0; // LMTP: replies still to come for this message
    DataReader reader_{TextLimits{}};
    TextWatch watch_{TextLimits{}}; // of BDAT
    std::uint64_t chunk_left_ = 0;
    std::uint64_t chunk_size_ = 0;
    bool chunk_last_ = false;
    std::optional<Reply> chunk_refusal_; // the chunk is read over, then this is said

    std::uint32_t errors_ = 0;
    std::uint32_t refused_recipients_ = 0;
    std::uint32_t auth_failures_ = 0;
    std::uint32_t transactions_ = 0;
    std::uint32_t idle_commands_ = 0;
};

} // namespace facteur::smtp
