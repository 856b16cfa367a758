#include "transport/smtp/client.h"

#include <utility>

namespace facteur::smtp {
namespace {

ServerReply own(std::string_view text) {
    return {0, "", std::string(text)};
}

} // namespace

Client::Client(ClientOptions options)
    : options_(std::move(options)), reader_(options_.replies), tls_(options_.tls) {
    awaited_.push_back({Wait::greeting});
}

void Client::feed(std::string_view bytes) {
    fed_ = bytes;
}

std::string Client::take_output() {
    return std::exchange(output_, {});
}

std::optional<ClientEvent> Client::next() {
    while (events_.empty() && phase_ != Phase::over && phase_ != Phase::tls && !fed_.empty()) {
        const auto reply = reader_.take(fed_);
        if (reader_.is_broken()) {
            fail(Stage::lost, own("The server does not speak SMTP"));
        } else if (reply) {
            answered(*reply);
        }
    }
    if (events_.empty()) return std::nullopt;
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void Client::say(std::string_view command, Wait what, std::size_t recipient) {
    output_ += command;
    output_ += "\r\n";
    awaited_.push_back({what, recipient});
}

void Client::answered(const ServerReply& reply) {
    // RFC 5321 §3.8: 421 may come at any time, to whatever was said, and ends the connection.
    if (reply.code == 421 || awaited_.empty()) {
        const bool in_text = phase_ == Phase::message && text_open_;
        const auto stage = phase_ == Phase::message ? (in_text ? Stage::text : Stage::mail) : Stage::greeting;
        return fail(stage, reply.code == 421 ? reply : own("The server answers what nobody asked"));
    }
    const auto awaited = awaited_.front();
    awaited_.pop_front();
    switch (awaited.what) {
    case Wait::greeting: return greeted(reply);
    case Wait::ehlo: return hello_answered(reply, true);
    case Wait::helo: return hello_answered(reply, false);
    case Wait::starttls: return starttls_answered(reply);
    case Wait::auth: return auth_answered(reply);
    case Wait::quit:
        phase_ = Phase::over;
        events_.emplace_back(ClientClosing{});
        return;
    default: return transaction_answered(awaited, reply);
    }
}

void Client::quit() {
    if (phase_ == Phase::over || phase_ == Phase::quitting) return;
    if (phase_ != Phase::ready) return lost("We gave the connection up");
    phase_ = Phase::quitting;
    say("QUIT", Wait::quit);
}

void Client::end_message_lost(Stage stage, const ServerReply& reply) {
    if (phase_ != Phase::message) return;
    // The end was sent, and nothing that came back says that it was refused.
    const bool uncertain = end_sent_ && reply.code == 0 && !text_refused_;
    if (!text_refused_) fail_rest(stage, reply);
    events_.emplace_back(MessageDone{std::move(results_), extensions_.dsn, uncertain});
    results_.clear();
}

void Client::fail(Stage stage, ServerReply reply) {
    if (phase_ == Phase::over) return;
    end_message_lost(stage, reply);
    phase_ = Phase::over;
    fed_ = {};
    awaited_.clear();
    events_.emplace_back(Failed{stage, std::move(reply)});
}

void Client::lost(std::string_view why) {
    // The server that closes without answering QUIT has still been left.
    if (phase_ == Phase::quitting) {
        phase_ = Phase::over;
        events_.emplace_back(ClientClosing{});
        return;
    }
    fail(Stage::lost, own(why));
}

std::uint32_t Client::patience() const {
    if (phase_ == Phase::over || phase_ == Phase::tls) return 0;
    if (awaited_.empty()) return 0;
    switch (awaited_.front().what) { // RFC 5321 §4.5.3.2
    case Wait::data: return 120;
    case Wait::chunk:
    case Wait::text: return 600;
    case Wait::quit: return 10; // nothing depends on it
    default: return 300;
    }
}

} // namespace facteur::smtp
