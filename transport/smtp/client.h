// The client side of one SMTP connection (RFC 5321), without socket, clock or thread: bytes in, events and
// bytes out. One connection carries any number of messages, one after the other.
//
//   Client client(options);
//   client.feed(bytes);                               // bytes stay valid until `next` gives nothing
//   while (auto event = client.next()) …
//   send(client.take_output());
//
// The course of it:
//   Ready          → `send(envelope)`, or `quit()`
//   StartTls       → start TLS, then `tls_started()`
//   TextWanted     → `write_text(…)` as often as `wants_text()`, then `end_text()`
//   MessageDone    → what became of each recipient; `send` the next one if `is_ready()`, or `quit()`
//   Failed         → the connection is no use (refused, no TLS, not authenticated, nonsense); close it
//   Closing        → the answer to QUIT came; close it
//
// If the connection is lost or nothing comes for `patience()` seconds, call `lost`: a message under way ends
// with MessageDone. `MessageDone::uncertain` says that its end had been sent, so that the server may have
// taken it though we never heard: trying again may deliver it twice.
//
// Extensions used when offered: PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING (with PIPELINING only), DSN,
// ENHANCEDSTATUSCODES, STARTTLS, AUTH. RFC 2920, 1870, 6152, 6531, 3030, 3461, 2034, 3207, 4954. A server
// that does not know EHLO is greeted with HELO.
//
// **The text** may have any line ends: bare CR and bare LF become CRLF, dots are stuffed, a missing last CRLF
// is added. So nothing in a message can end it early (SMTP smuggling).
// **Bytes before TLS**: what comes behind the 220 of STARTTLS in the clear is an attack and Failed.
// Memory is bounded by the limits and the caller's pace: at most one `write_text` more than was taken by
// `take_output`. Nothing throws. Thread-safety: a Client belongs to one caller.
#pragma once

#include "transport/sasl/client_exchange.h"
#include "transport/smtp/address.h"
#include "transport/smtp/parameters.h"
#include "transport/smtp/reply_reader.h"
#include "transport/smtp/text_writer.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::smtp {

enum class StartTlsPolicy {
    never,        // also for connections that are under TLS from their start
    when_offered, // and in the clear when it is not, or is refused
    required,     // Failed when it is not to be had
};

struct ClientCredentials {
    std::string user, password;
    bool plain_without_tls = false; // PLAIN and LOGIN in the clear: loopback only
    std::string nonce;              // random, for SCRAM; 18 octets or more
};

struct ClientOptions {
    std::string host; // our name, for EHLO
    StartTlsPolicy starttls = StartTlsPolicy::when_offered;
    bool tls = false; // the connection is under TLS from its start
    std::optional<ClientCredentials> credentials;
    bool chunking = true;                  // BDAT when CHUNKING and PIPELINING are offered
    std::uint32_t window = 100;            // commands sent ahead of their replies
    std::uint32_t chunk_octets = 1u << 18; // of one BDAT
    ReplyLimits replies;
};

// What the server offered, after TLS if there was any. All false after HELO.
struct Extensions {
    bool esmtp = false, pipelining = false, eight_bit_mime = false, smtputf8 = false, chunking = false,
         dsn = false, enhanced_codes = false, starttls = false, size = false;
    std::uint64_t max_size = 0;          // octets; 0: no limit said
    std::vector<std::string> mechanisms; // of AUTH, upper case
    std::string host;                    // what the server calls itself: printable, cut to 255 octets
};

struct OutgoingRecipient {
    Mailbox address;
    RcptParameters dsn; // sent when DSN is offered
};
struct Envelope {
    std::optional<Mailbox> sender; // nothing: the null path
    std::vector<OutgoingRecipient> recipients;
    std::uint64_t octets = 0; // of the message; 0: unknown
    bool eight_bit = false;   // has octets above 127
    bool smtputf8 = false;    // header or addresses need it
    Return ret = Return::unsaid;
    std::string envelope_id; // decoded
};

enum class Stage { greeting, hello, starttls, auth, mail, rcpt, data, text, lost };

struct RecipientResult {
    enum class Outcome { delivered, deferred, refused } outcome = Outcome::deferred;
    Stage stage = Stage::lost; // what was answered
    ServerReply reply;         // with code 0 when it was not the server's decision
    bool operator==(const RecipientResult&) const = default;
};

// ---- events ----

// Greeted, under TLS and signed in as the options say.
struct Ready {};
struct ClientStartTls {};
struct TextWanted {};
// In the order of the envelope's recipients.
struct MessageDone {
    std::vector<RecipientResult> recipients;
    bool dsn_relayed = false; // DSN was offered: reports are the next server's duty (RFC 3461 §5.2.1)
    bool uncertain = false;
};
struct Failed {
    Stage stage = Stage::greeting;
    ServerReply reply; // code 0: our own decision, the text says why
    // Whether trying later, or elsewhere, may help.
    [[nodiscard]] bool is_permanent() const { return reply.is_permanent(); }
};
struct ClientClosing {};
using ClientEvent = std::variant<Ready, ClientStartTls, TextWanted, MessageDone, Failed, ClientClosing>;

class Client {
public:
    explicit Client(ClientOptions options);
    Client(Client&&) = default;
    Client& operator=(Client&&) = default;

    // -- input and output
    void feed(std::string_view bytes);
    [[nodiscard]] std::optional<ClientEvent> next();
    [[nodiscard]] std::string take_output();

    // -- acts
    void tls_started();
    // Only when `is_ready`. What the server cannot take (size, SMTPUTF8, 8 bits) is refused without asking
    // it, by MessageDone with our own code 552 5.3.4, 553 5.6.7 or 554 5.6.3.
    void send(Envelope envelope);
    // Both ignored unless text is wanted.
    void write_text(std::string_view text);
    void end_text();
    void quit();
    // The connection was lost, or we gave it up: `why` becomes the text of the results.
    void lost(std::string_view why);

    // -- looks
    [[nodiscard]] bool is_ready() const { return phase_ == Phase::ready; }
    [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }
    [[nodiscard]] bool wants_text() const;
    [[nodiscard]] const Extensions& extensions() const { return extensions_; }
    // Seconds that RFC 5321 §4.5.3.2 gives the server for what is awaited now; 0: nothing is.
    [[nodiscard]] std::uint32_t patience() const;

private:
    enum class Phase { opening, tls, ready, message, quitting, over };
    enum class Wait { greeting, ehlo, helo, starttls, auth, rset, mail, rcpt, data, chunk, text, quit };
    struct Awaited {
        Wait what;
        std::size_t recipient = 0;
    };

    // -- opening: client_opening.cpp
    void greeted(const ServerReply& reply);
    void hello_answered(const ServerReply& reply, bool extended);
    void read_extensions(std::string_view text);
    void after_hello();
    void starttls_answered(const ServerReply& reply);
    void authenticate();
    void auth_answered(const ServerReply& reply);
    void become_ready();

    // -- messages: client_message.cpp
    void refuse_all(int code, std::string_view enhanced, std::string_view text);
    [[nodiscard]] std::string mail_command() const;
    [[nodiscard]] std::string rcpt_command(const OutgoingRecipient& recipient) const;
    void send_commands();
    void transaction_answered(const Awaited& awaited, const ServerReply& reply);
    void recipients_answered();
    void data_answered(const ServerReply& reply);
    void text_answered(const ServerReply& reply);
    void flush_chunk(bool last);
    void fail_rest(Stage stage, const ServerReply& reply);
    void finish_message();

    // -- both: client.cpp
    void answered(const ServerReply& reply);
    void say(std::string_view command, Wait what, std::size_t recipient = 0);
    void fail(Stage stage, ServerReply reply);
    void end_message_lost(Stage stage, const ServerReply& reply);

    ClientOptions options_;
    Phase phase_ = Phase::opening;
    std::string_view fed_;
    ReplyReader reader_;
    std::string output_;
    std::deque<Awaited> awaited_;
    std::deque<ClientEvent> events_;
    Extensions extensions_;
    bool tls_ = false, signed_in_ = false, starttls_tried_ = false;
    std::optional<sasl::ClientExchange> auth_;

    // the message under way
    Envelope envelope_;
    std::vector<RecipientResult> results_;
    std::vector<bool> accepted_;
    std::size_t next_command_ = 0; // 0 RSET, 1 MAIL, 2… RCPT, then DATA
    std::size_t recipients_answered_ = 0, accepted_count_ = 0;
    bool needs_reset_ = false; // a transaction is open on the server that will not be ended
    bool by_chunks_ = false, mail_failed_ = false, data_sent_ = false, text_open_ = false, end_sent_ = false,
         text_refused_ = false;
    std::uint32_t chunks_waiting_ = 0;
    std::string chunk_;
    TextWriter text_{false};
};

} // namespace facteur::smtp
