// One IMAP connection on its loop: runs the machine, gathers the messages of APPEND, and hands what needs
// knowledge of the world to the session actor. One command is with the session at a time; what is pipelined
// behind it waits in the machine's bounded buffer, then the socket is not read.
//
// The octets of APPEND count for the doors' memory as they come; when there is none, the rest is read over
// and the command refused.
#pragma once

#include "actors/session/imap/link.h"
#include "actors/session/imap/session_messages.h"
#include "actors/session/imap/shared.h"
#include "transport/imap/machine.h"
#include "transport/net/connection.h"
#include "transport/net/deflate.h"

#include <caf/actor.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace facteur {

class ImapConnection final : public net::Handler {
public:
    ImapConnection(net::Connection& connection, std::shared_ptr<ImapShared> shared, Door door,
                   std::shared_ptr<const net::TlsContext> tls);

    void on_bytes(net::Connection& connection, std::string_view bytes) override;
    void on_secured(net::Connection& connection) override;
    void on_drained(net::Connection& connection) override;
    void on_timeout(net::Connection& connection) override;
    void on_ended(net::Connection& connection) override;
    void on_closed() override;

    // From the session, by the link.
    void challenge(std::string_view data);
    void authenticated();
    void refuse(std::string_view code, std::string_view text);
    void output(std::string bytes);
    void news(std::string_view bytes);
    void begin_idle(std::string_view news);
    void complete(std::string untagged, imap::Condition condition, std::string_view code,
                  std::string_view text);
    void accept_data();
    void reject_append(std::string_view code, std::string_view text);
    void bye(std::string_view code, std::string_view text);
    void drain();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    void unpack(std::string_view bytes);
    void end_turn();
    void flush();
    void read_or_wait();
    void begin_tls();
    void say(std::string bytes); // behind what waits to be written
    void tell_when_drained();
    void go_on_after_others();

    void on(imap::AuthenticateStarted& event);
    void on(imap::AuthenticateResponse& event);
    void on(imap::LoginGiven& event);
    void on(imap::CommandGiven& event);
    void on(const imap::IdleStarted& event);
    void on(const imap::IdleEnded& event);
    void on(const imap::EnabledNow& event);
    void on(imap::AppendStarted& event);
    void on(imap::AppendMessageStarted& event);
    void on(imap::AppendUrl& event);
    void on(const imap::AppendData& event);
    void on(const imap::AppendChunk& event);
    void on(const imap::AppendMessageEnded& event);
    void on(const imap::AppendEnded& event);
    void on(const imap::AppendAborted& event);
    void on(const imap::StartTls& event);
    void on(const imap::StartCompression& event);
    void on(const imap::Closing& event);

    void asked(std::string_view command); // something went to the session
    void answered(std::string_view result);
    [[nodiscard]] ImapMoment moment() const;

    net::Connection& connection_; // owns this
    std::shared_ptr<ImapShared> shared_;
    Door door_;
    std::shared_ptr<const net::TlsContext> tls_; // what STARTTLS begins; null: none
    imap::Machine machine_;
    std::unique_ptr<net::Deflate> compression_;
    caf::actor session_;
    std::uint64_t number_ = 0; // in `shared_`

    std::unique_ptr<ImapAppend> append_; // under way
    bool awaits_drain_ = false;          // the session waits for the client to take what there is
    bool in_pieces_ = false;             // the loop makes the answer, a piece at each of its turns
    bool draining_ = false;
    bool turn_is_due_ = false; // others come first, then it goes on by itself
    bool unpacking_ = false;   // what is compressed is to be read on
    bool ended_ = false;       // the client sends no more: it still gets its answers
    bool closed_ = false;

    std::string_view command_; // what the session is asked
    Clock::time_point asked_at_;
};

} // namespace facteur
