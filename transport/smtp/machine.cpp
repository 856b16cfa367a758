#include "transport/smtp/machine.h"

#include "transport/base/base64.h"

#include <algorithm>
#include <utility>

namespace facteur::smtp {
namespace {

// An overlong line is read over up to this many octets before we hang up.
constexpr std::uint64_t overlong_limit = 1'000'000;

bool is_auth(std::string_view line) {
    constexpr std::string_view name = "auth ";
    if (line.size() < name.size()) return false;
    for (std::size_t i = 0; i + 1 < name.size(); ++i)
        if ((line[i] | 0x20) != name[i]) return false;
    return line[4] == ' ';
}

Reply reply_of(Fault fault) {
    switch (fault) {
    case Fault::line_too_long: return {554, "5.6.0", "A line of the message is too long"};
    case Fault::header_too_large: return {552, "5.3.4", "The header of the message is too large"};
    case Fault::message_too_large: return replies::message_too_large();
    default: return {554, "5.6.0", "The message has a bare CR or LF; lines end in CRLF (RFC 5321 2.3.8)"};
    }
}

} // namespace

Machine::Machine(Options options) : options_(std::move(options)), tls_(options_.tls) {
    say({220, "", options_.host + (options_.role == Role::lmtp ? " LMTP Facteur" : " ESMTP Facteur")});
}

// ---- input ----

std::string_view Machine::input() const {
    return kept_.empty() ? fed_ : std::string_view(kept_).substr(kept_used_);
}

void Machine::consume(std::size_t octets) {
    if (kept_.empty()) {
        fed_.remove_prefix(octets);
        return;
    }
    kept_used_ += octets;
}

void Machine::keep_rest() {
    if (!fed_.empty()) {
        kept_.assign(fed_);
        kept_used_ = 0;
        fed_ = {};
    } else if (kept_used_ == kept_.size()) {
        kept_.clear();
        kept_used_ = 0;
    } else if (kept_used_ > kept_.size() / 2) {
        kept_.erase(0, kept_used_);
        kept_used_ = 0;
    }
}

void Machine::drop_input() {
    fed_ = {};
    kept_.clear();
    kept_used_ = 0;
}

void Machine::feed(std::string_view bytes, std::int64_t now) {
    now_ = now;
    if (phase_ == Phase::closed || phase_ == Phase::tls) return;
    keep_rest();
    if (kept_.empty())
        fed_ = bytes;
    else
        kept_.append(bytes);
}

bool Machine::wants_input() const {
    return phase_ != Phase::closed && kept_.size() - kept_used_ < options_.limits.pipelined_octets;
}

std::string Machine::take_output() {
    return std::exchange(output_, {});
}

std::optional<Event> Machine::next() {
    while (true) {
        if (queued_) return std::exchange(queued_, std::nullopt);
        if (waiting_ != Waiting::nothing || phase_ == Phase::closed) break;
        if (input().empty() && !(phase_ == Phase::chunk && chunk_left_ == 0)) break;
        const auto before = input().size();
        const auto phase = phase_;
        if (auto event = step()) return event;
        if (input().size() == before && phase == phase_ && !queued_) break;
    }
    keep_rest();
    return std::nullopt;
}

// Makes one step: a line, or a run of text. Gives nothing and consumes nothing when more input is needed.
std::optional<Event> Machine::step() {
    switch (phase_) {
    case Phase::data: return take_text();
    case Phase::chunk: return take_chunk();
    default: return take_line();
    }
}

// ---- lines ----

std::optional<Event> Machine::take_line() {
    const auto bytes = input();
    if (overlong_ > 0) return skip_overlong_line();
    const std::size_t limit = phase_ == Phase::auth || is_auth(bytes) ? options_.limits.auth_octets
                                                                      : options_.limits.command_octets;
    const auto line_end = bytes.substr(0, limit).find("\r\n");
    if (line_end == std::string_view::npos) {
        if (bytes.size() < limit) return std::nullopt;
        overlong_ = 1;
        return skip_overlong_line();
    }
    line_.assign(bytes.substr(0, line_end));
    consume(line_end + 2);
    if (line_.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        phase_ = Phase::commands;
        return error({500, "5.5.2", "A command has a bare CR, a bare LF or a NUL; lines end in CRLF"});
    }
    return phase_ == Phase::auth ? auth_response(line_) : command(line_);
}

std::optional<Event> Machine::skip_overlong_line() {
    const auto bytes = input();
    const auto line_end = bytes.find("\r\n");
    if (line_end == std::string_view::npos) {
        // The last octet may be the CR of its end.
        const auto octets = bytes.ends_with('\r') ? bytes.size() - 1 : bytes.size();
        overlong_ += octets;
        consume(octets);
        if (overlong_ > overlong_limit) return end({500, "5.5.2", "Line too long"}, Closing::Why::limit);
        return std::nullopt;
    }
    consume(line_end + 2);
    overlong_ = 0;
    const bool in_auth = std::exchange(phase_, Phase::commands) == Phase::auth;
    return error({500, in_auth ? "5.5.6" : "5.5.2", "Line too long"});
}

// ---- text ----

TextLimits Machine::text_limits() const {
    return {options_.limits.message_octets, options_.limits.text_line_octets, options_.limits.header_octets};
}

std::optional<Event> Machine::take_text() {
    const auto taken = reader_.take(input());
    consume(taken.used);
    if (taken.end) return end_of_message(reader_.fault(), reader_.octets());
    if (reader_.octets() / 2 > options_.limits.message_octets)
        return end(replies::message_too_large(), Closing::Why::limit);
    if (taken.chunk.empty() || reader_.fault() != Fault::none) return std::nullopt;
    return DataChunk{taken.chunk};
}

// Its end needs no further input: `next` calls this once more when nothing of the chunk is left.
std::optional<Event> Machine::take_chunk() {
    if (chunk_left_ == 0) return end_of_chunk();
    const auto all = input();
    const auto bytes =
        all.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(all.size(), chunk_left_)));
    consume(bytes.size());
    chunk_left_ -= bytes.size();
    if (chunk_refusal_) return std::nullopt;
    watch_.see(bytes);
    if (watch_.fault() != Fault::none) return std::nullopt;
    return DataChunk{bytes};
}

std::optional<Event> Machine::end_of_chunk() {
    phase_ = Phase::commands;
    if (chunk_refusal_) return error(*std::exchange(chunk_refusal_, std::nullopt));
    if (chunk_last_) {
        watch_.finish();
        return end_of_message(watch_.fault(), watch_.octets());
    }
    if (watch_.fault() != Fault::none) {
        say(reply_of(watch_.fault()));
        end_transaction();
        return Aborted{};
    }
    say({250, "2.0.0", std::to_string(chunk_size_) + " octets received"});
    return std::nullopt;
}

std::optional<Event> Machine::end_of_message(Fault fault, std::uint64_t octets) {
    phase_ = Phase::commands;
    idle_commands_ = 0;
    if (fault != Fault::none) {
        say_to_all(reply_of(fault));
        end_transaction();
        return Aborted{};
    }
    waiting_ = Waiting::message;
    answers_due_ = options_.role == Role::lmtp ? recipients_ : 1;
    return MessageComplete{octets};
}

// ---- answers ----

void Machine::reply(const Reply& reply) {
    const auto was = waiting_;
    if (was == Waiting::nothing || was == Waiting::auth || was == Waiting::tls) return;
    if (reply.code == 421) {
        close(reply);
        return;
    }
    if (was != Waiting::message) waiting_ = Waiting::nothing;
    switch (was) {
    case Waiting::mail:
        has_sender_ = reply.is_success();
        if (has_sender_) ++transactions_;
        break;
    case Waiting::rcpt:
        if (reply.is_success())
            ++recipients_;
        else if (++refused_recipients_ >= options_.limits.refused_recipients) {
            say(reply);
            close({421, "4.7.0", "Too many recipients refused"});
            return;
        }
        break;
    case Waiting::data: answer_data(reply); return;
    default:
        if (--answers_due_ == 0) {
            waiting_ = Waiting::nothing;
            end_transaction();
        }
        break;
    }
    say(reply);
}

// The caller takes or refuses the text that DATA or the first BDAT announced.
void Machine::answer_data(const Reply& reply) {
    reader_ = DataReader(text_limits());
    watch_ = TextWatch(text_limits());
    if (chunking_) {
        phase_ = Phase::chunk;
        if (reply.is_success()) return;
        chunk_refusal_ = reply;
        end_transaction();
        return;
    }
    if (reply.is_success()) {
        phase_ = Phase::data;
        say({354, "", "End with a line that holds a dot alone"});
        return;
    }
    end_transaction();
    say(reply);
}

void Machine::challenge(std::string_view data) {
    if (waiting_ != Waiting::auth) return;
    waiting_ = Waiting::nothing;
    phase_ = Phase::auth;
    output_ += "334 " + encode_base64(data) + "\r\n";
}

void Machine::authenticated() {
    if (waiting_ != Waiting::auth) return;
    waiting_ = Waiting::nothing;
    phase_ = Phase::commands;
    authenticated_ = true;
    say({235, "2.7.0", "Welcome"});
}

void Machine::refuse(const Reply& reply) {
    if (waiting_ != Waiting::auth) return;
    if (reply.code == 421) {
        close(reply);
        return;
    }
    waiting_ = Waiting::nothing;
    phase_ = Phase::commands;
    say(reply);
    if (++auth_failures_ >= options_.limits.auth_failures) close({421, "4.7.0", "Too many failed sign-ins"});
}

void Machine::tls_started() {
    if (waiting_ != Waiting::tls) return;
    waiting_ = Waiting::nothing;
    phase_ = Phase::commands;
    tls_ = true;
    greeted_ = extended_ = authenticated_ = false;
}

void Machine::close(const Reply& reply) {
    if (phase_ == Phase::closed) return;
    queued_ = end(reply, Closing::Why::refused);
}

// ---- what both halves need ----

// A message that the machine refuses: in LMTP every recipient has its own reply.
void Machine::say_to_all(const Reply& reply) {
    const auto times = options_.role == Role::lmtp ? recipients_ : 1;
    for (std::uint32_t i = 0; i < times; ++i)
        say(reply);
}

std::optional<Event> Machine::error(const Reply& reply) {
    say(reply);
    if (++errors_ < options_.limits.errors) return std::nullopt;
    return end({421, "4.7.0", "Too many errors"}, Closing::Why::too_many_errors);
}

Event Machine::end(const Reply& reply, Closing::Why why) {
    say(reply);
    end_transaction();
    drop_input();
    phase_ = Phase::closed;
    waiting_ = Waiting::nothing;
    return Closing{why};
}

void Machine::end_transaction() {
    has_sender_ = smtputf8_ = chunking_ = false;
    recipients_ = 0;
    answers_due_ = 0;
}

} // namespace facteur::smtp
