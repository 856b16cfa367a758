#include "actors/delivery/outbound/sending.h"

#include <fmt/format.h>

namespace facteur {
namespace {

// Of a letter's text, written at a time; the next piece waits until the kernel has taken it.
constexpr std::size_t piece = 128u << 10;
// A server that is connected to says something within this time; RFC 5321 §4.5.3.2 would give it 5 minutes,
// after which nobody has ever heard a greeting.
constexpr std::uint32_t opening_patience = 60;
constexpr std::uint64_t write_stall = 180'000; // RFC 5321 §4.5.3.2.5

} // namespace

void SendingLink::send(std::shared_ptr<const Letter> letter) const {
    connection_.with([handler = handler_, letter = std::move(letter)](net::Connection&) mutable {
        handler->send(std::move(letter));
    });
}

void SendingLink::quit() const {
    connection_.with([handler = handler_](net::Connection&) { handler->quit(); });
}

Sending::Sending(net::Connection& connection, SendingOptions options, SendingEvents events)
    : connection_(connection), options_(std::move(options)), events_(std::move(events)),
      client_(options_.smtp) {
    connection_.set_timeouts(0, write_stall);
    connection_.set_deadline(std::uint64_t{opening_patience} * 1000);
    if (!options_.implicit_tls) return;
    securing_ = true;
    connection_.start_tls(options_.tls, options_.demand);
}

void Sending::on_bytes(net::Connection&, std::string_view bytes) {
    client_.feed(bytes);
    run();
}

void Sending::on_secured(net::Connection&) {
    const bool in_the_middle = std::exchange(securing_, false) && !options_.implicit_tls;
    if (in_the_middle) client_.tls_started();
    run();
}

void Sending::on_tls_failed(net::Connection&, const Error& error) {
    trouble_ = error.message;
}

void Sending::on_drained(net::Connection&) {
    if (client_.wants_text()) run();
}

void Sending::on_timeout(net::Connection&) {
    lose("The server did not answer in time");
    if (!closed_) connection_.abort();
}

void Sending::on_closed() {
    closed_ = true;
    lose(trouble_.empty() ? "The connection was lost" : fmt::format("TLS failed: {}", trouble_));
    if (std::exchange(told_, true)) return;
    events_.gone();
}

void Sending::send(std::shared_ptr<const Letter> letter) {
    letter_ = std::move(letter);
    written_ = 0;
    if (!client_.is_ready()) { // the connection went in between
        smtp::MessageDone done;
        smtp::RecipientResult result;
        result.reply.text = "The connection was lost";
        done.recipients.assign(letter_->envelope.recipients.size(), result);
        letter_.reset();
        return events_.done(done);
    }
    client_.send(letter_->envelope);
    run();
}

void Sending::quit() {
    client_.quit();
    run();
}

void Sending::lose(std::string_view why) {
    client_.lost(why);
    while (const auto event = client_.next())
        handle(*event);
}

void Sending::run() {
    bool moved = false; // a reply that comes octet by octet does not earn more time
    while (const auto event = client_.next()) {
        handle(*event);
        moved = true;
    }
    if (closed_) return;
    moved = flush() || moved;
    while (!closed_ && client_.wants_text() && connection_.queued() < piece) {
        write_text();
        flush();
        moved = true;
    }
    if (closed_) return;
    if (client_.is_over()) return connection_.close();
    if (!moved) return;
    const auto patience = opened_ ? client_.patience() : opening_patience;
    connection_.set_deadline(std::uint64_t{securing_ ? opening_patience : patience} * 1000);
}

void Sending::write_text() {
    const auto rest = std::string_view(letter_->text).substr(written_, piece);
    written_ += rest.size();
    client_.write_text(rest);
    if (written_ == letter_->text.size()) client_.end_text();
}

bool Sending::flush() {
    auto bytes = client_.take_output();
    if (bytes.empty()) return false;
    connection_.write(std::move(bytes));
    return true;
}

RemoteServer Sending::peer() const {
    RemoteServer peer{options_.host,
                      connection_.remote(),
                      client_.extensions().host,
                      {},
                      {},
                      {},
                      client_.extensions().eight_bit_mime};
    const auto* tls = connection_.tls();
    if (tls == nullptr || !tls->is_established()) return peer;
    peer.tls = tls->version() + " " + tls->cipher();
    switch (tls->verified()) {
    case net::Verified::no:
        peer.trust = "none";
        peer.distrust = tls->verify_error();
        break;
    case net::Verified::name: peer.trust = "name"; break;
    default: peer.trust = "dane";
    }
    return peer;
}

void Sending::handle(const smtp::ClientEvent& event) {
    if (std::holds_alternative<smtp::Ready>(event)) {
        opened_ = true;
        events_.opened(SendingLink(connection_, *this), peer());
    } else if (std::holds_alternative<smtp::ClientStartTls>(event)) {
        securing_ = true;
        flush();
        if (!closed_) connection_.start_tls(options_.tls, options_.demand);
    } else if (const auto* done = std::get_if<smtp::MessageDone>(&event)) {
        letter_.reset();
        events_.done(*done);
    } else if (const auto* failed = std::get_if<smtp::Failed>(&event)) {
        if (opened_ || std::exchange(told_, true)) return;
        events_.refused({*failed, securing_ || !trouble_.empty() || failed->stage == smtp::Stage::starttls});
    }
}

} // namespace facteur
