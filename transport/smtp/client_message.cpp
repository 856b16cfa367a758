// One message: MAIL, RCPT, DATA or BDAT, the text, and what became of each recipient.
#include "transport/smtp/client.h"

#include <algorithm>

namespace facteur::smtp {
namespace {

using Outcome = RecipientResult::Outcome;

constexpr std::uint32_t chunks_ahead = 8; // BDAT commands whose replies are awaited

RecipientResult result(Stage stage, const ServerReply& reply) {
    const auto outcome = reply.is_success()     ? Outcome::delivered
                         : reply.is_permanent() ? Outcome::refused
                                                : Outcome::deferred;
    return {outcome, stage, reply};
}

std::string notify_text(std::uint8_t notify) {
    if ((notify & notify_never) != 0) return "NEVER";
    std::string out;
    for (const auto& [bit, name] : {std::pair{notify_success, "SUCCESS"},
                                    std::pair{notify_failure, "FAILURE"}, std::pair{notify_delay, "DELAY"}}) {
        if ((notify & bit) == 0) continue;
        if (!out.empty()) out += ',';
        out += name;
    }
    return out;
}

} // namespace

void Client::refuse_all(int code, std::string_view enhanced, std::string_view text) {
    const ServerReply reply{code, std::string(enhanced), std::string(text)};
    std::vector<RecipientResult> results(envelope_.recipients.size(), {Outcome::refused, Stage::mail, reply});
    events_.emplace_back(MessageDone{std::move(results), extensions_.dsn, false});
}

void Client::send(Envelope envelope) {
    if (phase_ != Phase::ready) return;
    envelope_ = std::move(envelope);
    const auto is_ascii = [](const OutgoingRecipient& recipient) { return recipient.address.is_ascii(); };
    if ((envelope_.sender && !envelope_.sender->is_ascii()) ||
        !std::all_of(envelope_.recipients.begin(), envelope_.recipients.end(), is_ascii))
        envelope_.smtputf8 = true;
    if (extensions_.max_size > 0 && envelope_.octets > extensions_.max_size)
        return refuse_all(552, "5.3.4", "The message is larger than the server takes");
    if (envelope_.smtputf8 && !extensions_.smtputf8)
        return refuse_all(553, "5.6.7", "The server cannot take addresses or headers that are not ASCII");
    if (envelope_.eight_bit && !extensions_.eight_bit_mime)
        return refuse_all(554, "5.6.3", "The server cannot take 8-bit text");
    if (envelope_.recipients.empty()) {
        events_.emplace_back(MessageDone{{}, extensions_.dsn, false});
        return;
    }
    phase_ = Phase::message;
    results_.assign(envelope_.recipients.size(), {});
    accepted_.assign(envelope_.recipients.size(), false);
    next_command_ = needs_reset_ ? 0 : 1;
    recipients_answered_ = accepted_count_ = 0;
    mail_failed_ = data_sent_ = text_open_ = end_sent_ = text_refused_ = false;
    by_chunks_ = options_.chunking && extensions_.chunking && extensions_.pipelining;
    text_ = TextWriter(!by_chunks_);
    chunk_.clear();
    chunks_waiting_ = 0;
    send_commands();
}

std::string Client::mail_command() const {
    std::string out = "MAIL FROM:<" + (envelope_.sender ? envelope_.sender->text() : std::string()) + ">";
    if (extensions_.size && envelope_.octets > 0) out += " SIZE=" + std::to_string(envelope_.octets);
    if (envelope_.eight_bit) out += " BODY=8BITMIME";
    if (envelope_.smtputf8) out += " SMTPUTF8";
    if (extensions_.dsn && envelope_.ret != Return::unsaid)
        out += envelope_.ret == Return::full ? " RET=FULL" : " RET=HDRS";
    if (extensions_.dsn && !envelope_.envelope_id.empty())
        out += " ENVID=" + encode_xtext(envelope_.envelope_id);
    return out;
}

std::string Client::rcpt_command(const OutgoingRecipient& recipient) const {
    std::string out = "RCPT TO:<" + recipient.address.text() + ">";
    if (!extensions_.dsn) return out;
    if (recipient.dsn.notify != 0) out += " NOTIFY=" + notify_text(recipient.dsn.notify);
    if (const auto& original = recipient.dsn.original)
        out += " ORCPT=" + original->type + ';' + encode_xtext(original->address);
    return out;
}

// As many commands as may be on their way.
void Client::send_commands() {
    const std::size_t window = extensions_.pipelining ? std::max(1U, options_.window) : 1;
    const auto count = envelope_.recipients.size();
    while (awaited_.size() < window && !mail_failed_ && next_command_ < count + 2) {
        if (next_command_ == 0) {
            say("RSET", Wait::rset);
        } else if (next_command_ == 1) {
            needs_reset_ = true;
            say(mail_command(), Wait::mail);
        } else {
            const auto recipient = next_command_ - 2;
            say(rcpt_command(envelope_.recipients[recipient]), Wait::rcpt, recipient);
        }
        ++next_command_;
    }
    const bool all_sent = next_command_ == count + 2;
    const bool may_say_data = recipients_answered_ < count ? extensions_.pipelining : accepted_count_ > 0;
    if (all_sent && !mail_failed_ && !by_chunks_ && !data_sent_ && awaited_.size() < window && may_say_data) {
        data_sent_ = true;
        say("DATA", Wait::data);
    }
}

void Client::transaction_answered(const Awaited& awaited, const ServerReply& reply) {
    switch (awaited.what) {
    case Wait::rset:
        if (!reply.is_success()) return fail(Stage::mail, reply);
        needs_reset_ = next_command_ > 1; // MAIL may be on its way already
        break;
    case Wait::mail:
        if (reply.is_success()) break;
        mail_failed_ = true;
        std::fill(results_.begin(), results_.end(), result(Stage::mail, reply));
        break;
    case Wait::rcpt:
        ++recipients_answered_;
        // After a MAIL that was refused, RCPT is refused as out of order: MAIL's own answer tells more.
        if (mail_failed_) break;
        accepted_[awaited.recipient] = reply.is_success();
        if (reply.is_success()) ++accepted_count_;
        results_[awaited.recipient] = result(Stage::rcpt, reply);
        // RFC 5321 §4.5.3.1.10: 552 to RCPT is "too many recipients", for another transaction
        if (reply.code == 552) results_[awaited.recipient].outcome = Outcome::deferred;
        break;
    case Wait::data: return data_answered(reply);
    case Wait::chunk:
    case Wait::text: return text_answered(reply);
    default: break;
    }
    send_commands();
    recipients_answered();
}

// When MAIL and all RCPT that were sent have their answers.
void Client::recipients_answered() {
    if (mail_failed_) {
        if (awaited_.empty()) finish_message();
        return;
    }
    if (recipients_answered_ < envelope_.recipients.size() || data_sent_) return;
    if (accepted_count_ == 0) return finish_message();
    if (by_chunks_ && !text_open_) {
        text_open_ = true;
        events_.emplace_back(TextWanted{});
    }
}

void Client::data_answered(const ServerReply& reply) {
    if (reply.code == 354 && accepted_count_ > 0) {
        text_open_ = true;
        events_.emplace_back(TextWanted{});
        return;
    }
    if (reply.code == 354) { // RFC 2920 §3.1: nobody was accepted, yet it waits for a text
        text_refused_ = true;
        say(".", Wait::text);
        return;
    }
    if (accepted_count_ > 0) fail_rest(Stage::data, reply);
    finish_message();
}

bool Client::wants_text() const {
    return phase_ == Phase::message && text_open_ && !end_sent_ && !text_refused_ &&
           chunks_waiting_ < chunks_ahead;
}

void Client::write_text(std::string_view text) {
    if (phase_ != Phase::message || !text_open_ || end_sent_ || text_refused_) return;
    if (!by_chunks_) return text_.write(output_, text);
    text_.write(chunk_, text);
    if (chunk_.size() >= options_.chunk_octets) flush_chunk(false);
}

void Client::end_text() {
    if (phase_ != Phase::message || !text_open_ || end_sent_ || text_refused_) return;
    end_sent_ = true;
    if (by_chunks_) {
        text_.finish(chunk_);
        return flush_chunk(true);
    }
    text_.finish(output_);
    say(".", Wait::text);
}

void Client::flush_chunk(bool last) {
    say("BDAT " + std::to_string(chunk_.size()) + (last ? " LAST" : ""), last ? Wait::text : Wait::chunk);
    output_ += chunk_;
    chunk_.clear();
    ++chunks_waiting_;
}

void Client::text_answered(const ServerReply& reply) {
    if (chunks_waiting_ > 0) --chunks_waiting_;
    const bool last = awaited_.empty();
    // The first refusal of a chunk is the reason; those behind it are refused as out of order.
    if (!text_refused_ && (!reply.is_success() || (end_sent_ && last))) {
        text_refused_ = true;
        fail_rest(Stage::text, reply);
        if (reply.is_success()) needs_reset_ = false;
    }
    if (last && text_refused_) finish_message();
}

// Those whose RCPT was accepted get this answer; with code 0 all that have none of their own.
void Client::fail_rest(Stage stage, const ServerReply& reply) {
    for (std::size_t i = 0; i < results_.size(); ++i)
        if (accepted_[i] || results_[i].reply.code == 0) results_[i] = result(stage, reply);
}

void Client::finish_message() {
    phase_ = Phase::ready;
    events_.emplace_back(MessageDone{std::move(results_), extensions_.dsn, false});
    results_.clear();
}

} // namespace facteur::smtp
