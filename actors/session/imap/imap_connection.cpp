#include "actors/session/imap/imap_connection.h"

#include "actors/on_this_thread.h"
#include "actors/session/imap/quick.h"
#include "actors/session/imap/session_actor.h"

#include <caf/all.hpp>

namespace facteur {
namespace {

// Output that the client does not take: then nothing more is read from it, and a long answer waits.
constexpr std::size_t most_unsent_output = 256 * 1024;
// What nobody asked for and nobody reads: then the client is gone.
constexpr std::size_t most_unread_news = 8 * 1024 * 1024;
// Messages of one APPEND that are gathered, by the number of their parts.
constexpr unsigned events_of_a_turn = 256;
// Of a command that this thread does itself: the session, the mailbox's actor, which hands to a lane or
// begins to watch, and the session again.
constexpr unsigned turns_of_command = 4;
constexpr std::uint64_t tls_limit = 30'000;          // milliseconds for TLS to come up
constexpr std::uint64_t early_limit = 60'000;        // for a sign-in, however its octets come
constexpr std::uint64_t idle_limit_ms = 31 * 60'000; // RFC 9051 §5.4 wants 30 minutes at least

// Fixed names: metrics are kept for each.
std::string_view name_of_command(const imap::Command& command) {
    namespace c = imap::command;
    return std::visit(
        []<typename T>(const T&) -> std::string_view {
            if constexpr (std::is_same_v<T, c::Select>) return "SELECT";
            if constexpr (std::is_same_v<T, c::Status>) return "STATUS";
            if constexpr (std::is_same_v<T, c::List> || std::is_same_v<T, c::Lsub>) return "LIST";
            if constexpr (std::is_same_v<T, c::Fetch>) return "FETCH";
            if constexpr (std::is_same_v<T, c::Store>) return "STORE";
            if constexpr (std::is_same_v<T, c::Search>) return "SEARCH";
            if constexpr (std::is_same_v<T, c::Sort> || std::is_same_v<T, c::Thread>) return "SORT";
            if constexpr (std::is_same_v<T, c::Copy> || std::is_same_v<T, c::Move>) return "COPY";
            if constexpr (std::is_same_v<T, c::Expunge> || std::is_same_v<T, c::Close>) return "EXPUNGE";
            return "other";
        },
        command);
}

// One at a time makes its answer in pieces on a loop. Others go to the workers, so that all cores have work.
thread_local const ImapConnection* in_pieces_here = nullptr;

} // namespace

// ---- the link, from any thread ----

void ImapLink::challenge(std::string data) const {
    connection_.with([h = handler_, data = std::move(data)](net::Connection&) { h->challenge(data); });
}
void ImapLink::authenticated() const {
    connection_.with([h = handler_](net::Connection&) { h->authenticated(); });
}
void ImapLink::refuse(std::string code, std::string text) const {
    connection_.with([h = handler_, code = std::move(code), text = std::move(text)](net::Connection&) {
        h->refuse(code, text);
    });
}
void ImapLink::output(std::string bytes) const {
    connection_.with(
        [h = handler_, bytes = std::move(bytes)](net::Connection&) mutable { h->output(std::move(bytes)); });
}
void ImapLink::news(std::string bytes) const {
    connection_.with([h = handler_, bytes = std::move(bytes)](net::Connection&) { h->news(bytes); });
}
void ImapLink::begin_idle(std::string news) const {
    connection_.with([h = handler_, news = std::move(news)](net::Connection&) { h->begin_idle(news); });
}
void ImapLink::complete(std::string untagged, imap::Condition condition, std::string code,
                        std::string text) const {
    connection_.with([h = handler_, untagged = std::move(untagged), condition, code = std::move(code),
                      text = std::move(text)](net::Connection&) mutable {
        h->complete(std::move(untagged), condition, code, text);
    });
}
void ImapLink::accept_data() const {
    connection_.with([h = handler_](net::Connection&) { h->accept_data(); });
}
void ImapLink::reject_append(std::string code, std::string text) const {
    connection_.with([h = handler_, code = std::move(code), text = std::move(text)](net::Connection&) {
        h->reject_append(code, text);
    });
}
void ImapLink::bye(std::string code, std::string text) const {
    connection_.with([h = handler_, code = std::move(code), text = std::move(text)](net::Connection&) {
        h->bye(code, text);
    });
}
void ImapLink::abort() const {
    connection_.with([](net::Connection& connection) { connection.abort(); });
}
void ImapLink::drain() const {
    connection_.with([h = handler_](net::Connection&) { h->drain(); });
}

// ---- the connection ----

ImapConnection::ImapConnection(net::Connection& connection, std::shared_ptr<ImapShared> shared, Door door,
                               std::shared_ptr<const net::TlsContext> tls)
    : connection_(connection), shared_(std::move(shared)), door_(door), tls_(std::move(tls)),
      machine_(
          shared_->options(door == Door::imaps, tls_ != nullptr && door != Door::imaps,
                           connection.is_loopback() && shared_->services.config.auth.plaintext_on_loopback)) {
    const ImapLink link(connection, *this);
    session_ = spawn_imap_session(shared_, door, link, connection.remote());
    number_ = shared_->enter(link);
    shared_->services.metrics.connection_opened(door_);
    connection.set_timeouts(early_limit);
    connection.set_deadline(early_limit);
    if (door_ == Door::imaps)
        begin_tls();
    else
        flush();
}

void ImapConnection::begin_tls() {
    connection_.start_tls(tls_);
    connection_.set_deadline(tls_limit);
}

void ImapConnection::on_bytes(net::Connection&, std::string_view bytes) {
    if (closed_) return;
    if (!compression_) {
        machine_.feed(bytes);
        return run();
    }
    unpack(bytes);
}

void ImapConnection::unpack(std::string_view bytes) {
    const bool is_deflate = compression_->unpack(bytes, [this](std::string_view piece) {
        machine_.feed(piece);
        if (turn_is_due_)
            machine_.feed({}); // what it was fed is kept
        else
            run();
        return !closed_ && !turn_is_due_ && machine_.wants_input();
    });
    if (!is_deflate && !closed_) connection_.abort();
}

void ImapConnection::on_secured(net::Connection& connection) {
    connection.set_deadline(machine_.state() == imap::State::not_authenticated ? early_limit : 0);
    flush(); // the greeting of `imaps`
}

void ImapConnection::on_drained(net::Connection&) {
    tell_when_drained();
    read_or_wait();
}

void ImapConnection::on_timeout(net::Connection& connection) {
    if (closed_ || machine_.is_waiting()) return; // it is we who are slow
    if (connection.tls() != nullptr && !connection.is_secure()) return connection.abort();
    machine_.close("", "Idle for too long");
    run();
}

void ImapConnection::on_ended(net::Connection&) {
    ended_ = true;
    read_or_wait();
}

void ImapConnection::on_closed() {
    closed_ = true;
    if (in_pieces_) in_pieces_here = nullptr;
    append_.reset();
    shared_->leave(number_);
    shared_->all.leave(connection_.remote());
    shared_->services.metrics.connection_closed(door_);
    send_on_this_thread(session_, ImapGone{}, turns_of_command);
    session_ = nullptr;
}

void ImapConnection::drain() {
    draining_ = true;
    if (closed_ || machine_.is_waiting()) return;
    machine_.close("UNAVAILABLE", "The server ends");
    run();
}

// ---- events ----

void ImapConnection::run() {
    if (turn_is_due_) return;
    for (unsigned n = 0; n < events_of_a_turn; ++n) {
        auto event = machine_.next();
        if (!event) {
            flush();
            return read_or_wait();
        }
        std::visit([this](auto& what) { on(what); }, *event);
        if (closed_) return;
    }
    end_turn();
}

// One read may hold thousands of small commands and chunks: the rest waits until the loop has been round.
void ImapConnection::end_turn() {
    turn_is_due_ = true;
    machine_.feed({}); // what it was fed is kept: the bytes are the read's
    flush();
    read_or_wait();
    const net::ConnectionRef itself(connection_);
    itself.with([handler = this](net::Connection&) {
        handler->turn_is_due_ = false;
        if (!handler->closed_) handler->run();
    });
}

void ImapConnection::flush() {
    auto output = machine_.take_output();
    if (output.empty()) return;
    if (compression_)
        connection_.write(compression_->pack(output));
    else
        connection_.write(std::move(output));
}

void ImapConnection::read_or_wait() {
    if (closed_) return;
    if (turn_is_due_) return connection_.pause();
    if (compression_ && compression_->has_more() && machine_.wants_input() && !unpacking_) {
        unpacking_ = true;
        const net::ConnectionRef itself(connection_);
        return itself.with([handler = this](net::Connection&) {
            handler->unpacking_ = false;
            if (!handler->closed_) handler->unpack({});
        });
    }
    if (ended_ && !machine_.is_waiting()) return connection_.close();
    if (machine_.wants_input() && connection_.queued() < most_unsent_output)
        connection_.resume();
    else
        connection_.pause();
}

void ImapConnection::tell_when_drained() {
    if (!awaits_drain_ || closed_ || connection_.queued() >= most_unsent_output) return;
    awaits_drain_ = false;
    if (in_pieces_)
        go_on_after_others();
    else
        caf::anon_send(session_, ImapDrained{});
}

void ImapConnection::go_on_after_others() {
    const net::ConnectionRef itself(connection_);
    itself.with([handler = this](net::Connection&) {
        if (!handler->closed_) send_on_this_thread(handler->session_, ImapDrained{}, turns_of_command);
    });
}

ImapMoment ImapConnection::moment() const {
    ImapMoment moment;
    for (const auto bit : {imap::enabled_condstore, imap::enabled_qresync, imap::enabled_utf8,
                           imap::enabled_rev2, imap::enabled_uid_only})
        if (machine_.is_enabled(bit)) moment.enabled = static_cast<std::uint8_t>(moment.enabled | bit);
    moment.wire = machine_.wire();
    moment.read_only = machine_.is_read_only();
    moment.may_expunge = machine_.may_expunge();
    moment.tag = machine_.tag();
    return moment;
}

void ImapConnection::asked(std::string_view command) {
    command_ = command;
    asked_at_ = Clock::now();
}

void ImapConnection::answered(std::string_view result) {
    if (std::exchange(in_pieces_, false)) in_pieces_here = nullptr;
    const auto seconds = std::chrono::duration<double>(Clock::now() - asked_at_).count();
    shared_->services.metrics.command(door_, command_, result, seconds);
}

void ImapConnection::on(imap::AuthenticateStarted& event) {
    asked("LOGIN");
    ImapAuth auth{std::move(event.mechanism), std::move(event.initial), {}, connection_.is_secure()};
    if (const auto* tls = connection_.tls())
        auth.bindings = {tls->exporter_binding(), tls->end_point_binding()};
    send_on_this_thread(session_, std::move(auth), turns_of_command);
}

void ImapConnection::on(imap::AuthenticateResponse& event) {
    send_on_this_thread(session_, ImapAuthResponse{std::move(event.data)}, turns_of_command);
}

void ImapConnection::on(imap::LoginGiven& event) {
    asked("LOGIN");
    send_on_this_thread(session_, ImapLogin{std::move(event.user), std::move(event.password)},
                        turns_of_command);
}

void ImapConnection::on(imap::CommandGiven& event) {
    asked(name_of_command(event.command));
    in_pieces_ = has_quick_pieces(event.command) && in_pieces_here == nullptr;
    if (in_pieces_) in_pieces_here = this;
    const bool quick = in_pieces_ || is_quick(event.command);
    ImapCommand command{std::move(event.command), moment()};
    command.moment.on_loop = in_pieces_;
    if (quick)
        send_on_this_thread(session_, std::move(command), turns_of_command);
    else
        caf::anon_send(session_, std::move(command));
}

void ImapConnection::on(const imap::IdleStarted&) {
    send_on_this_thread(session_, ImapIdle{moment()}, turns_of_command);
}

void ImapConnection::on(const imap::IdleEnded&) {
    asked("IDLE");
    send_on_this_thread(session_, ImapIdleEnded{moment()}, turns_of_command);
}

void ImapConnection::on(const imap::EnabledNow&) {} // each command says what is enabled

void ImapConnection::on(imap::AppendStarted& event) {
    append_ = std::make_unique<ImapAppend>();
    append_->started = std::move(event);
    append_->held = std::make_shared<Reservation>(shared_->budget);
}

void ImapConnection::on(imap::AppendMessageStarted& event) {
    if (append_) append_->messages.push_back({std::move(event), {}});
}

void ImapConnection::on(imap::AppendUrl& event) {
    if (append_ && !append_->messages.empty()) append_->messages.back().parts.emplace_back(std::move(event));
}

void ImapConnection::on(const imap::AppendData& event) {
    if (!append_ || append_->messages.empty()) return machine_.reject_append("", "No message was begun");
    if (!append_->held->grow(event.octets))
        return machine_.reject_append("INUSE", "Too many messages under way, try again later");
    auto text = std::make_shared<std::string>();
    text->reserve(event.octets);
    append_->messages.back().parts.emplace_back(std::move(text));
    asked("APPEND");
    caf::anon_send(session_, ImapAppendAsked{append_->started.mailbox, event.octets});
}

void ImapConnection::on(const imap::AppendChunk& event) {
    if (!append_ || append_->messages.empty() || append_->messages.back().parts.empty()) return;
    if (auto* text = std::get_if<ImapAppendedMessage::Text>(&append_->messages.back().parts.back()))
        (*text)->append(event.bytes);
}

void ImapConnection::on(const imap::AppendMessageEnded&) {}

void ImapConnection::on(const imap::AppendEnded&) {
    asked("APPEND");
    if (!append_) return machine_.complete(imap::Condition::no, "", "No message came");
    append_->moment = moment();
    caf::anon_send(session_, std::move(*append_));
    append_.reset();
}

void ImapConnection::on(const imap::AppendAborted&) {
    append_.reset();
}

void ImapConnection::on(const imap::StartTls&) {
    flush();
    begin_tls();
    machine_.tls_started();
}

void ImapConnection::on(const imap::StartCompression&) {
    flush();
    compression_ = std::make_unique<net::Deflate>();
    machine_.compression_started();
}

void ImapConnection::on(const imap::Closing&) {
    flush();
    connection_.close();
}

// ---- answers ----

void ImapConnection::challenge(std::string_view data) {
    if (closed_) return;
    machine_.challenge(data);
    run();
}

void ImapConnection::authenticated() {
    if (closed_) return;
    answered("ok");
    machine_.authenticated();
    connection_.set_timeouts(idle_limit_ms);
    connection_.set_deadline(0);
    run();
}

void ImapConnection::refuse(std::string_view code, std::string_view text) {
    if (closed_) return;
    answered("error");
    machine_.refuse(code, text);
    connection_.set_deadline(early_limit);
    run();
}

void ImapConnection::say(std::string bytes) {
    if (auto& output = machine_.output(); output.empty())
        output = std::move(bytes);
    else
        output += bytes;
}

void ImapConnection::output(std::string bytes) {
    if (closed_) return;
    say(std::move(bytes));
    awaits_drain_ = true;
    flush();
    tell_when_drained();
}

void ImapConnection::news(std::string_view bytes) {
    if (closed_) return;
    if (connection_.queued() > most_unread_news) return connection_.abort();
    machine_.output().append(bytes);
    flush();
}

void ImapConnection::begin_idle(std::string_view news) {
    if (closed_) return;
    machine_.output().append(news);
    machine_.begin_idle();
    if (draining_) machine_.close("UNAVAILABLE", "The server ends");
    run();
}

void ImapConnection::complete(std::string untagged, imap::Condition condition, std::string_view code,
                              std::string_view text) {
    if (closed_) return;
    answered(condition == imap::Condition::ok ? "ok" : "error");
    say(std::move(untagged));
    machine_.complete(condition, code, text);
    if (draining_) machine_.close("UNAVAILABLE", "The server ends");
    run();
}

void ImapConnection::accept_data() {
    if (closed_) return;
    machine_.accept_data();
    run();
}

void ImapConnection::reject_append(std::string_view code, std::string_view text) {
    if (closed_) return;
    answered("error");
    append_.reset();
    machine_.reject_append(code, text);
    run();
}

void ImapConnection::bye(std::string_view code, std::string_view text) {
    if (closed_) return;
    machine_.close(code, text);
    run();
}

} // namespace facteur
