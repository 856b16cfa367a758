#include "actors/session/smtp/smtp_connection.h"

#include "actors/clock.h"
#include "actors/on_this_thread.h"
#include "actors/session/smtp/session_actor.h"

#include <caf/all.hpp>

#include <algorithm>

namespace facteur {
namespace {

// Output that the client does not take: then nothing more is read from it.
constexpr std::size_t most_unsent = 256 * 1024;
constexpr unsigned events_of_turn = 256; // that one connection gets worked before others have their turn
constexpr unsigned answers_of_turn = 32; // given on the spot
constexpr std::uint64_t handshake_limit = 30'000; // milliseconds for TLS to come up
// Room made for a text before it comes, by its declared size: between these.
constexpr std::uint64_t least_room = 16 * 1024, most_room = 1024 * 1024;

smtp::Reply no_memory() {
    return {452, "4.3.1", "Too many messages under way, try again later"};
}

// Of this thread: the connection that asks its session on the spot.
thread_local const SmtpConnection* asking = nullptr;

bool is_submission(Door door) {
    return door == Door::submission || door == Door::submissions;
}

std::uint64_t milliseconds(std::chrono::seconds seconds) {
    return static_cast<std::uint64_t>(seconds.count()) * 1000;
}

} // namespace

// ---- the link, from any thread ----

void SmtpLink::reply(std::vector<smtp::Reply> replies) const {
    if (asking == handler_) return handler_->reply_on_the_spot(replies);
    connection_.with(
        [handler = handler_, replies = std::move(replies)](net::Connection&) { handler->reply(replies); });
}
void SmtpLink::challenge(std::string data) const {
    connection_.with(
        [handler = handler_, data = std::move(data)](net::Connection&) { handler->challenge(data); });
}
void SmtpLink::authenticated() const {
    connection_.with([handler = handler_](net::Connection&) { handler->authenticated(); });
}
void SmtpLink::refuse(smtp::Reply reply) const {
    connection_.with(
        [handler = handler_, reply = std::move(reply)](net::Connection&) { handler->refuse(reply); });
}
void SmtpLink::drain() const {
    connection_.with([handler = handler_](net::Connection&) { handler->drain(); });
}

// ---- the connection ----

smtp::Options SmtpConnection::options(const net::Connection& connection, const SmtpShared& shared, Door door,
                                      bool has_tls) {
    smtp::Options options;
    options.role = is_submission(door)  ? smtp::Role::submission
                   : door == Door::lmtp ? smtp::Role::lmtp
                                        : smtp::Role::mx;
    options.host = shared.host;
    options.tls = door == Door::submissions;
    options.starttls = has_tls && !options.tls;
    options.limits = shared.limits;
    if (is_submission(door)) {
        options.auth_without_tls =
            shared.services.config.auth.plaintext_on_loopback && connection.is_loopback();
        options.mechanisms = {"SCRAM-SHA-256", "PLAIN", "LOGIN"};
        options.tls_mechanisms = {"SCRAM-SHA-256-PLUS"};
    }
    return options;
}

SmtpConnection::SmtpConnection(net::Connection& connection, std::shared_ptr<SmtpShared> shared, Door door,
                               std::shared_ptr<const net::TlsContext> tls)
    : connection_(connection), shared_(std::move(shared)), door_(door), tls_(std::move(tls)),
      machine_(options(connection, *shared_, door, tls_ != nullptr)),
      pace_(milliseconds(shared_->services.config.smtp.idle), connection.loop().now()) {
    const SmtpLink link(connection, *this);
    session_ = spawn_smtp_session(shared_, door, link, connection.remote());
    number_ = shared_->enter(link);
    shared_->services.metrics.connection_opened(door_);
    connection.set_timeouts(milliseconds(shared_->services.config.smtp.idle));
    if (door_ == Door::submissions)
        begin_tls();
    else
        flush();
}

void SmtpConnection::begin_tls() {
    connection_.start_tls(tls_);
    connection_.set_deadline(handshake_limit);
}

void SmtpConnection::on_bytes(net::Connection& connection, std::string_view bytes) {
    if (closed_) return;
    if (!machine_.is_waiting() && pace_.is_late(connection.loop().now())) {
        machine_.close(smtp::replies::timed_out());
        return run();
    }
    machine_.feed(bytes, seconds_now());
    run();
}

void SmtpConnection::on_secured(net::Connection& connection) {
    connection.set_deadline(0);
    pace_.answered(connection.loop().now());
    flush(); // the greeting of `submissions`
}

void SmtpConnection::on_drained(net::Connection&) {
    read_or_wait();
}

void SmtpConnection::on_timeout(net::Connection& connection) {
    if (closed_ || machine_.is_waiting()) return; // it is we who are slow
    if (connection.tls() != nullptr && !connection.is_secure()) return connection.abort();
    machine_.close(smtp::replies::timed_out());
    run();
}

void SmtpConnection::on_ended(net::Connection&) {
    ended_ = true;
    read_or_wait();
}

void SmtpConnection::on_closed() {
    closed_ = true;
    drop_text();
    shared_->leave(number_);
    if (door_ != Door::lmtp) shared_->strangers.leave(connection_.remote());
    shared_->all.leave("");
    shared_->services.metrics.connection_closed(door_);
    caf::anon_send(session_, SmtpGone{});
    session_ = nullptr;
}

void SmtpConnection::drain() {
    draining_ = true;
    if (closed_ || in_text_) return;
    machine_.close(smtp::replies::too_busy());
    run();
}

// ---- events ----

void SmtpConnection::run() {
    if (turn_is_due_) return;
    answered_on_the_spot_ = 0;
    for (unsigned n = 0; n < events_of_turn && answered_on_the_spot_ < answers_of_turn; ++n) {
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
void SmtpConnection::end_turn() {
    turn_is_due_ = true;
    machine_.feed({}, seconds_now()); // what it was fed is kept: the bytes are the read's
    flush();
    read_or_wait();
    const net::ConnectionRef itself(connection_);
    itself.with([handler = this](net::Connection&) {
        handler->turn_is_due_ = false;
        if (!handler->closed_) handler->run();
    });
}

void SmtpConnection::flush() {
    auto output = machine_.take_output();
    if (output.empty()) return;
    pace_.answered(connection_.loop().now());
    connection_.write(std::move(output));
}

void SmtpConnection::read_or_wait() {
    if (closed_) return;
    if (turn_is_due_) return connection_.pause();
    if (ended_ && !machine_.is_waiting()) return connection_.close();
    if (machine_.wants_input() && connection_.queued() < most_unsent)
        connection_.resume();
    else
        connection_.pause();
}

SmtpClient SmtpConnection::client() const {
    SmtpClient client;
    client.helo = helo_;
    client.extended = extended_;
    if (const auto* tls = connection_.tls()) {
        client.tls_version = tls->version();
        client.tls_cipher = tls->cipher();
    }
    return client;
}

void SmtpConnection::asked(const char* command) {
    command_ = command;
    asked_at_ = Clock::now();
}

// What takes a look at a few rows: two threads that hand it and the reply to each other would take longer,
// and replies to commands that came together leave together. A session that is busy replies later.
template <typename Question>
void SmtpConnection::ask_on_the_spot(Question question) {
    asking = this;
    send_on_this_thread(session_, std::move(question));
    asking = nullptr;
}

void SmtpConnection::answered(std::string_view result) {
    const auto seconds = std::chrono::duration<double>(Clock::now() - asked_at_).count();
    shared_->services.metrics.command(door_, command_, result, seconds);
}

void SmtpConnection::on(const smtp::Greeted& event) {
    helo_ = event.name;
    extended_ = event.extended;
}

void SmtpConnection::on(const smtp::AuthStarted& event) {
    asked("AUTH");
    SmtpAuth auth{std::string(event.mechanism), std::nullopt, client()};
    if (event.initial) auth.initial = std::string(*event.initial);
    if (const auto* tls = connection_.tls())
        auth.client.bindings = {tls->exporter_binding(), tls->end_point_binding()};
    caf::anon_send(session_, std::move(auth));
}

void SmtpConnection::on(const smtp::AuthResponse& event) {
    asked("AUTH");
    caf::anon_send(session_, SmtpAuthResponse{std::string(event.data)});
}

void SmtpConnection::on(smtp::MailFrom& event) {
    asked("MAIL");
    declared_ = event.parameters.size;
    recipients_ = 0;
    ask_on_the_spot(SmtpMail{std::move(event.sender), std::move(event.parameters), client()});
}

void SmtpConnection::on(smtp::RcptTo& event) {
    asked("RCPT");
    ask_on_the_spot(SmtpRcpt{std::move(event.recipient), std::move(event.parameters)});
}

void SmtpConnection::on(const smtp::DataStarted&) {
    if (!shared_->budget.has(std::max<std::uint64_t>(declared_, 1))) {
        caf::anon_send(session_, SmtpForget{});
        return machine_.reply(no_memory());
    }
    text_ = std::make_shared<std::string>();
    text_->reserve(std::clamp(declared_, least_room, most_room));
    held_ = std::make_shared<Reservation>(shared_->budget);
    overflowed_ = false;
    in_text_ = true;
    machine_.reply({250, "", ""});
}

void SmtpConnection::on(const smtp::DataChunk& event) {
    pace_.text(event.bytes.size());
    if (overflowed_ || !text_) return;
    if (!held_->grow(event.bytes.size())) {
        drop_text();
        overflowed_ = true;
        return;
    }
    text_->append(event.bytes);
}

void SmtpConnection::on(const smtp::MessageComplete&) {
    asked("DATA");
    if (overflowed_) {
        overflowed_ = false;
        caf::anon_send(session_, SmtpForget{});
        const auto replies = door_ == Door::lmtp ? recipients_ : 1;
        return reply(std::vector<smtp::Reply>(replies, no_memory()));
    }
    caf::anon_send(session_, SmtpText{std::move(text_), std::move(held_)});
    drop_text();
}

void SmtpConnection::on(const smtp::Aborted&) {
    drop_text();
    overflowed_ = in_text_ = false;
    caf::anon_send(session_, SmtpForget{});
    if (draining_) machine_.close(smtp::replies::too_busy());
}

// The client's words before TLS, and whatever it pipelined, are forgotten by the machine.
void SmtpConnection::on(const smtp::StartTls&) {
    flush();
    begin_tls();
    machine_.tls_started();
}

void SmtpConnection::on(const smtp::Closing&) {
    flush();
    connection_.close();
}

void SmtpConnection::drop_text() {
    text_.reset();
    held_.reset();
}

// ---- answers ----

void SmtpConnection::reply(const std::vector<smtp::Reply>& replies) {
    if (closed_ || replies.empty()) return;
    take(replies);
    run();
}

// Within `run`, which goes on with what follows.
void SmtpConnection::reply_on_the_spot(const std::vector<smtp::Reply>& replies) {
    ++answered_on_the_spot_;
    if (!replies.empty()) take(replies);
}

void SmtpConnection::take(const std::vector<smtp::Reply>& replies) {
    answered(replies.front().is_success() ? "ok" : "error");
    for (const auto& each : replies)
        machine_.reply(each);
    if (std::string_view(command_) == "RCPT" && replies.front().is_success()) ++recipients_;
    if (std::string_view(command_) == "DATA") {
        in_text_ = false;
        if (draining_) machine_.close(smtp::replies::too_busy());
    }
}

void SmtpConnection::challenge(std::string_view data) {
    if (closed_) return;
    machine_.challenge(data);
    run();
}

void SmtpConnection::authenticated() {
    if (closed_) return;
    answered("ok");
    machine_.authenticated();
    run();
}

void SmtpConnection::refuse(const smtp::Reply& reply) {
    if (closed_) return;
    answered("error");
    machine_.refuse(reply);
    run();
}

} // namespace facteur
