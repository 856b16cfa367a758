#include "transport/imap/machine.h"

#include "transport/base/ascii.h"
#include "transport/base/base64.h"

namespace facteur::imap {

Machine::Machine(std::shared_ptr<const Options> options)
    : options_(std::move(options)), reader_({options_->limits, options_->literal_plus}), tls_(options_->tls) {
    write_condition(output_, "*", Condition::ok, code::capability(capabilities()), options_->greeting);
}

std::optional<Event> Machine::next() {
    while (true) {
        if (queued_) return std::exchange(queued_, std::nullopt);
        if (waiting_ != Waiting::nothing || state_ == State::logout) {
            reader_.keep_rest();
            return std::nullopt;
        }
        auto read = reader_.next();
        if (!read) return std::nullopt;
        if (auto event = take(std::move(*read))) return event;
    }
}

std::optional<Event> Machine::take(ReadEvent event) {
    if (auto* read = std::get_if<CommandRead>(&event)) return command(std::move(*read));
    if (auto* why = std::get_if<CommandRejected>(&event)) return rejected(std::move(*why));
    if (const auto* raw = std::get_if<LineRead>(&event)) return line(raw->line);
    if (std::holds_alternative<NeedContinuation>(event)) {
        write_continuation(output_);
        return std::nullopt;
    }
    if (auto* started = std::get_if<AppendStarted>(&event)) return append_started(std::move(*started));
    if (append_refusal_ && !std::holds_alternative<AppendEnded>(event)) return std::nullopt;
    if (auto* message = std::get_if<AppendMessageStarted>(&event)) return std::move(*message);
    if (auto* url = std::get_if<AppendUrl>(&event)) return std::move(*url);
    if (auto* chunk = std::get_if<AppendChunk>(&event)) return *chunk;
    if (std::holds_alternative<AppendMessageEnded>(event)) return AppendMessageEnded{};
    if (std::holds_alternative<AppendEnded>(event)) return append_ended();
    waiting_ = Waiting::data;
    return std::get<AppendData>(event);
}

// ---- APPEND ----

std::optional<Event> Machine::append_started(AppendStarted started) {
    tag_ = started.tag;
    append_refusal_.reset();
    sees_numbers_ = started.replaces && !started.replaces->uid;
    std::string_view why, code;
    if (state_ == State::not_authenticated)
        why = "Sign in first";
    else if (started.replaces && state_ != State::selected)
        why = "Select a mailbox first";
    else if (sees_numbers_ && is_enabled(enabled_uid_only))
        why = "UIDONLY is enabled", code = "UIDREQUIRED";
    if (why.empty()) {
        appending_ = true;
        return started;
    }
    append_refusal_ = CommandRejected{tag_, true, std::string(code), std::string(why), false};
    reader_.reject(*append_refusal_);
    return std::nullopt;
}

std::optional<Event> Machine::append_ended() {
    if (append_refusal_) return rejected(*append_refusal_); // it came after everything had been read
    appending_ = false;
    waiting_ = Waiting::append;
    return AppendEnded{};
}

void Machine::accept_data() {
    if (waiting_ != Waiting::data) return;
    waiting_ = Waiting::nothing;
    reader_.accept_data();
}

void Machine::reject_append(std::string_view code, std::string_view text) {
    if (waiting_ == Waiting::append) {
        complete(Condition::no, code, text);
        return;
    }
    if (!appending_ || append_refusal_) return;
    waiting_ = Waiting::nothing;
    append_refusal_ = CommandRejected{tag_, false, std::string(code), std::string(text), false};
    reader_.reject(*append_refusal_);
}

// ---- what is no command ----

std::optional<Event> Machine::rejected(CommandRejected why) {
    const bool aborted = std::exchange(appending_, false);
    append_refusal_.reset();
    const bool idled = std::exchange(idling_, false);
    if (!why.tag.empty()) tag_ = std::move(why.tag);
    if (tag_.empty()) tag_ = "*"; // else a line of AUTHENTICATE or IDLE was too long
    auto event = tagged(why.bad ? Condition::bad : Condition::no, why.code, why.text);
    if (why.fatal && !event) {
        write_condition(output_, "*", Condition::bye, "", "Too much to read over");
        event = end(Closing::Why::limit);
    }
    if (!aborted && !idled) return event;
    queued_ = std::move(event);
    if (idled) return IdleEnded{};
    return AppendAborted{};
}

// A line of AUTHENTICATE or IDLE.
std::optional<Event> Machine::line(std::string_view text) {
    if (std::exchange(idling_, false)) {
        if (!ascii::same_text(text, "DONE")) {
            queued_ = tagged(Condition::bad, "", "DONE is expected");
            return IdleEnded{};
        }
        waiting_ = Waiting::idle;
        return IdleEnded{};
    }
    if (text == "*") return tagged(Condition::bad, "", "Cancelled");
    auto data = decode_base64(text);
    if (!data) return tagged(Condition::bad, "", "The response is not base64");
    waiting_ = Waiting::authenticate;
    return AuthenticateResponse{std::move(*data)};
}

// ---- answers ----

void Machine::complete(Condition condition, std::string_view code, std::string_view text) {
    if (waiting_ != Waiting::command && waiting_ != Waiting::idle && waiting_ != Waiting::append) return;
    waiting_ = Waiting::nothing;
    if (selects_) {
        state_ = condition == Condition::ok ? State::selected : State::authenticated;
        read_only_ = examines_;
    } else if (deselects_ && condition == Condition::ok) {
        state_ = State::authenticated;
    }
    if (auto event = tagged(condition, code, text)) queued_ = std::move(event);
}

void Machine::begin_idle() {
    if (waiting_ != Waiting::idle_start) return;
    waiting_ = Waiting::nothing;
    write_continuation(output_, "idling");
    reader_.expect_line();
    idling_ = true;
}

void Machine::challenge(std::string_view data) {
    if (waiting_ != Waiting::authenticate) return;
    waiting_ = Waiting::nothing;
    reader_.expect_line();
    write_continuation(output_, encode_base64(data));
}

void Machine::authenticated(std::string_view text) {
    if (waiting_ != Waiting::authenticate && waiting_ != Waiting::login) return;
    waiting_ = Waiting::nothing;
    state_ = State::authenticated;
    reader_.set_authenticated();
    tagged(Condition::ok, code::capability(capabilities()), text);
}

void Machine::refuse(std::string_view code, std::string_view text) {
    if (waiting_ != Waiting::authenticate && waiting_ != Waiting::login) return;
    waiting_ = Waiting::nothing;
    tagged(Condition::no, code, text);
    if (++auth_failures_ < options_->limits.auth_failures) return;
    write_condition(output_, "*", Condition::bye, "", "Too many failed sign-ins");
    queued_ = end(Closing::Why::too_many_errors);
}

void Machine::tls_started() {
    if (waiting_ != Waiting::tls) return;
    waiting_ = Waiting::nothing;
    tls_ = true;
}

void Machine::compression_started() {
    if (waiting_ != Waiting::compression) return;
    waiting_ = Waiting::nothing;
    compressed_ = true;
}

void Machine::deselect() {
    if (state_ == State::selected) state_ = State::authenticated;
}

void Machine::close(std::string_view code, std::string_view text) {
    if (state_ == State::logout) return;
    write_condition(output_, "*", Condition::bye, code, text);
    queued_ = end(Closing::Why::closed);
}

// ---- what all need ----

bool Machine::may_expunge() const {
    return !sees_numbers_ && (idling_ || waiting_ == Waiting::command || waiting_ == Waiting::idle_start ||
                              waiting_ == Waiting::idle || waiting_ == Waiting::append);
}

// Ends the command under way.
std::optional<Event> Machine::tagged(Condition condition, std::string_view code, std::string_view text) {
    write_condition(output_, tag_, condition, code, text);
    tag_.clear();
    selects_ = examines_ = deselects_ = sees_numbers_ = false;
    if (condition != Condition::bad || ++bad_commands_ < options_->limits.bad_commands) return std::nullopt;
    write_condition(output_, "*", Condition::bye, "", "Too many bad commands");
    return end(Closing::Why::too_many_errors);
}

Event Machine::end(Closing::Why why) {
    state_ = State::logout;
    waiting_ = Waiting::nothing;
    idling_ = appending_ = false;
    reader_.drop_input();
    return Closing{why};
}

} // namespace facteur::imap
