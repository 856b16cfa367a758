// One SMTP connection on its loop: runs the machine, gathers the text of a message, holds the client to its
// pace, and hands what needs knowledge of the world to the session actor. One command is with the session at
// a time; what is pipelined behind it waits in the machine's bounded buffer, then the socket is not read. Of
// what needs no session a bounded number is worked, then the loop's other connections have their turn.
//
// The octets of a message count for the doors' memory as they come; when there is none, the rest is read over
// and the message refused with 452 4.3.1.
#pragma once

#include "actors/metrics.h"
#include "actors/session/smtp/link.h"
#include "actors/session/smtp/pace.h"
#include "actors/session/smtp/session_messages.h"
#include "actors/session/smtp/shared.h"
#include "transport/net/connection.h"
#include "transport/smtp/machine.h"

#include <caf/actor.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

class SmtpConnection final : public net::Handler {
public:
    SmtpConnection(net::Connection& connection, std::shared_ptr<SmtpShared> shared, Door door,
                   std::shared_ptr<const net::TlsContext> tls);

    void on_bytes(net::Connection& connection, std::string_view bytes) override;
    void on_secured(net::Connection& connection) override;
    void on_drained(net::Connection& connection) override;
    void on_timeout(net::Connection& connection) override;
    void on_ended(net::Connection& connection) override;
    void on_closed() override;

    // From the session, by the link.
    void reply(const std::vector<smtp::Reply>& replies);
    void reply_on_the_spot(const std::vector<smtp::Reply>& replies);
    void challenge(std::string_view data);
    void authenticated();
    void refuse(const smtp::Reply& reply);
    // No further message; ends at once unless one is under way.
    void drain();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    void end_turn();
    void flush();
    void read_or_wait();
    void begin_tls();

    void on(const smtp::Greeted& event);
    void on(const smtp::AuthStarted& event);
    void on(const smtp::AuthResponse& event);
    void on(smtp::MailFrom& event);
    void on(smtp::RcptTo& event);
    void on(const smtp::DataStarted& event);
    void on(const smtp::DataChunk& event);
    void on(const smtp::MessageComplete& event);
    void on(const smtp::Aborted& event);
    void on(const smtp::StartTls& event);
    void on(const smtp::Closing& event);

    void asked(const char* command); // something went to the session
    template <typename Question>
    void ask_on_the_spot(Question question);
    void take(const std::vector<smtp::Reply>& replies);
    void answered(std::string_view result);
    void drop_text();
    [[nodiscard]] SmtpClient client() const;
    [[nodiscard]] static smtp::Options options(const net::Connection& connection, const SmtpShared& shared,
                                               Door door, bool has_tls);

    net::Connection& connection_; // owns this
    std::shared_ptr<SmtpShared> shared_;
    Door door_;
    std::shared_ptr<const net::TlsContext> tls_; // what STARTTLS begins; null: none
    smtp::Machine machine_;
    Pace pace_;
    caf::actor session_;
    std::uint64_t number_ = 0; // in `shared_`

    std::string helo_;
    bool extended_ = true;
    std::uint64_t declared_ = 0;   // SIZE of this transaction
    std::uint32_t recipients_ = 0; // accepted
    std::shared_ptr<std::string> text_;
    std::shared_ptr<Reservation> held_;
    bool overflowed_ = false; // no memory for this message: read over what is left
    bool in_text_ = false;    // DATA was accepted and its message is not answered yet
    bool draining_ = false;
    bool turn_is_due_ = false; // others come first, then it goes on by itself
    bool ended_ = false;       // the client sends no more: it still gets its answers
    bool closed_ = false;

    unsigned answered_on_the_spot_ = 0; // in this turn

    const char* command_ = ""; // what the session is asked
    Clock::time_point asked_at_;
};

} // namespace facteur
