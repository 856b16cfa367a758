// The commands of `Machine`: RFC 5321 §4.1, and each extension's own.
#include "transport/base/base64.h"
#include "transport/smtp/machine.h"

#include <algorithm>
#include <charconv>

namespace facteur::smtp {
namespace {

constexpr std::size_t max_hello = 255; // RFC 5321 §4.5.3.1.2

std::string to_upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

std::string_view without_trailing_spaces(std::string_view text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// Takes "FROM:" or "TO:" off `argument`. Spaces after the colon are against the grammar and common.
bool take_prefix(std::string_view& argument, std::string_view prefix) {
    if (to_upper(argument.substr(0, prefix.size())) != prefix) return false;
    argument.remove_prefix(prefix.size());
    argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
    return true;
}

Reply bad_order(std::string text) {
    return {503, "5.5.1", std::move(text)};
}
Reply no_argument() {
    return {501, "5.5.4", "This command takes no argument"};
}

} // namespace

std::optional<Event> Machine::command(std::string_view line) {
    line = without_trailing_spaces(line);
    const auto space = std::min(line.find(' '), line.size());
    const auto verb = to_upper(line.substr(0, space));
    const auto argument = line.substr(std::min(space + 1, line.size()));

    const bool lmtp = options_.role == Role::lmtp;
    if (verb == "EHLO" && !lmtp) return hello(argument, true);
    if (verb == "HELO" && !lmtp) return hello(argument, false);
    if (verb == "LHLO" && lmtp) return hello(argument, true);
    if (verb == "MAIL") return mail(argument);
    if (verb == "RCPT") return rcpt(argument);
    if (verb == "DATA") return data(argument);
    if (verb == "BDAT") return bdat(argument);
    if (verb == "RSET") return rset(argument);
    if (verb == "AUTH" && !options_.mechanisms.empty()) return auth(argument);
    if (verb == "STARTTLS" && options_.starttls) return starttls(argument);
    if (verb == "QUIT") return quit(argument);
    if (verb == "NOOP") return idle(replies::ok());
    if (verb == "HELP") return idle({214, "2.0.0", "RFC 5321"});
    if (verb == "VRFY") {
        if (argument.empty()) return error({501, "5.5.4", "VRFY wants an address"});
        return idle({252, "2.7.0", "Send a message and you will know"});
    }
    return error({500, "5.5.1", "Unknown command"});
}

// RFC 5321 §4.1.4: a name that is no domain is no reason to refuse; many programs cannot do better.
std::optional<Event> Machine::hello(std::string_view argument, bool extended) {
    const bool printable = std::all_of(argument.begin(), argument.end(), [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
    });
    if (argument.empty() || argument.size() > max_hello || !printable)
        return error({501, "5.5.4", "Say your host name"});
    if (++idle_commands_ > options_.limits.idle_commands) return idle({});
    const bool aborts = has_sender_;
    end_transaction();
    greeted_ = true;
    extended_ = extended;
    if (extended)
        announce();
    else
        say({250, "", options_.host});
    const Greeted greeted{argument, extended};
    if (aborts) return abort_then(greeted);
    return greeted;
}

std::vector<std::string> Machine::mechanisms() const {
    if (authenticated_ || (!tls_ && !options_.auth_without_tls)) return {};
    auto all = options_.mechanisms;
    if (tls_) all.insert(all.end(), options_.tls_mechanisms.begin(), options_.tls_mechanisms.end());
    return all;
}

void Machine::announce() {
    std::vector<std::string> lines{
        options_.host, "PIPELINING",         "SIZE " + std::to_string(options_.limits.message_octets),
        "8BITMIME",    "SMTPUTF8",           "CHUNKING",
        "DSN",         "ENHANCEDSTATUSCODES"};
    if (options_.starttls && !tls_) lines.emplace_back("STARTTLS");
    if (const auto names = mechanisms(); !names.empty()) {
        lines.emplace_back("AUTH");
        for (const auto& name : names)
            lines.back() += ' ' + name;
    }
    if (const auto hold = options_.limits.hold_seconds; hold > 0 && options_.role == Role::submission)
        lines.push_back("FUTURERELEASE " + std::to_string(hold) + ' ' + format_date_time(now_ + hold));
    for (std::size_t i = 0; i < lines.size(); ++i)
        output_ += (i + 1 < lines.size() ? "250-" : "250 ") + lines[i] + "\r\n";
}

// What keeps MAIL from being taken, apart from its own words.
std::optional<Reply> Machine::may_send() const {
    if (!greeted_) return bad_order("Say hello first");
    if (has_sender_) return bad_order("There is a sender already");
    if (options_.role != Role::submission || authenticated_) return std::nullopt;
    if (!tls_ && !options_.auth_without_tls) return Reply{530, "5.7.0", "Start TLS first"};
    return Reply{530, "5.7.0", "Sign in first"};
}

std::optional<Event> Machine::mail(std::string_view argument) {
    if (const auto wrong = may_send()) return error(*wrong);
    if (transactions_ >= options_.limits.transactions)
        return end({421, "4.7.0", "Enough messages on one connection, come again"}, Closing::Why::limit);
    if (!take_prefix(argument, "FROM:")) return error({501, "5.5.4", "MAIL FROM:<address> is expected"});
    auto path = parse_path(argument);
    if (!path || (path->mailbox && path->mailbox->domain.empty()))
        return error({501, "5.1.7", "The sender's address is malformed"});
    if (!extended_ && !path->rest.empty()) return error({555, "5.5.4", "Parameters need EHLO"});
    const Offered offered{options_.limits.hold_seconds > 0 && options_.role == Role::submission,
                          options_.limits.hold_seconds, now_};
    auto parameters = parse_mail_parameters(path->rest, offered);
    if (!parameters) return error(parameters.error());
    if (parameters->size > options_.limits.message_octets) return error(replies::message_too_large());
    if (path->mailbox && !path->mailbox->is_ascii() && !parameters->smtputf8)
        return error({550, "5.6.7", "An address in UTF-8 needs SMTPUTF8"});
    smtputf8_ = parameters->smtputf8;
    waiting_ = Waiting::mail;
    return MailFrom{std::move(path->mailbox), std::move(*parameters)};
}

std::optional<Event> Machine::rcpt(std::string_view argument) {
    if (!has_sender_) return error(bad_order("Say MAIL first"));
    if (chunking_) return error(bad_order("The message has begun"));
    if (recipients_ >= options_.limits.recipients)
        return error({452, "4.5.3", "Too many recipients, send again for the rest"});
    if (!take_prefix(argument, "TO:")) return error({501, "5.5.4", "RCPT TO:<address> is expected"});
    auto path = parse_path(argument);
    if (!path || !path->mailbox) return error({501, "5.1.3", "The recipient's address is malformed"});
    if (!extended_ && !path->rest.empty()) return error({555, "5.5.4", "Parameters need EHLO"});
    auto parameters = parse_rcpt_parameters(path->rest);
    if (!parameters) return error(parameters.error());
    if (!path->mailbox->is_ascii() && !smtputf8_)
        return error({553, "5.6.7", "An address in UTF-8 needs SMTPUTF8"});
    waiting_ = Waiting::rcpt;
    return RcptTo{std::move(*path->mailbox), std::move(*parameters)};
}

std::optional<Event> Machine::data(std::string_view argument) {
    if (!argument.empty()) return error(no_argument());
    if (!has_sender_) return error(bad_order("Say MAIL first"));
    if (chunking_) return error(bad_order("The message has begun with BDAT"));
    if (recipients_ == 0) return error({554, "5.5.1", "No valid recipients"});
    waiting_ = Waiting::data;
    return DataStarted{};
}

// RFC 3030 §2. Whatever is wrong, the octets of the chunk are on their way and have to be read over.
std::optional<Event> Machine::bdat(std::string_view argument) {
    const auto space = std::min(argument.find(' '), argument.size());
    const auto count = argument.substr(0, space);
    const auto last = to_upper(argument.substr(std::min(space + 1, argument.size())));
    std::uint64_t octets = 0;
    const auto [stop, failed] = std::from_chars(count.data(), count.data() + count.size(), octets);
    if (failed != std::errc{} || stop != count.data() + count.size() ||
        (space < argument.size() && last != "LAST"))
        return end({501, "5.5.4", "BDAT octets [LAST] is expected"},
                   Closing::Why::limit); // where it ends is unknown
    if (octets > 2 * options_.limits.message_octets)
        return end(replies::message_too_large(), Closing::Why::limit);
    chunk_left_ = chunk_size_ = octets;
    chunk_last_ = !last.empty();
    if (!has_sender_ || recipients_ == 0) {
        phase_ = Phase::chunk;
        chunk_refusal_ =
            !has_sender_ ? bad_order("Say MAIL first") : Reply{554, "5.5.1", "No valid recipients"};
        return std::nullopt;
    }
    if (chunking_) {
        phase_ = Phase::chunk;
        return std::nullopt;
    }
    chunking_ = true;
    waiting_ = Waiting::data;
    return DataStarted{};
}

std::optional<Event> Machine::auth(std::string_view argument) {
    if (!greeted_ || !extended_) return error(bad_order("Say EHLO first"));
    if (authenticated_) return error(bad_order("You are signed in already"));
    if (has_sender_) return error(bad_order("Not within a transaction"));
    if (!tls_ && !options_.auth_without_tls) return error({538, "5.7.11", "Start TLS first"});
    const auto space = std::min(argument.find(' '), argument.size());
    const auto initial = argument.substr(std::min(space + 1, argument.size()));
    auto name = to_upper(argument.substr(0, space));
    const auto offered = mechanisms();
    if (std::find(offered.begin(), offered.end(), name) == offered.end())
        return error({504, "5.5.4", "Unknown mechanism"});
    std::optional<std::string> decoded;
    if (space < argument.size()) {
        decoded = initial == "=" ? "" : decode_base64(initial); // RFC 4954 §4: "=" is an empty one
        if (!decoded) return error({501, "5.5.2", "Malformed base64"});
    }
    waiting_ = Waiting::auth;
    line_ = name + decoded.value_or("");
    const std::string_view kept = line_;
    AuthStarted started{kept.substr(0, name.size()), std::nullopt};
    if (decoded) started.initial = kept.substr(name.size());
    return started;
}

std::optional<Event> Machine::auth_response(std::string_view line) {
    phase_ = Phase::commands;
    if (line == "*") return error({501, "5.7.0", "Sign-in cancelled"});
    auto decoded = decode_base64(line);
    if (!decoded) return error({501, "5.5.2", "Malformed base64"});
    waiting_ = Waiting::auth;
    line_ = std::move(*decoded);
    return AuthResponse{line_};
}

// RFC 3207 §4.2: what came before counts for nothing; what was pipelined behind was not under TLS.
std::optional<Event> Machine::starttls(std::string_view argument) {
    if (!argument.empty()) return error(no_argument());
    if (tls_) return error(bad_order("TLS is on already"));
    if (authenticated_) return error(bad_order("Too late: you are signed in"));
    const bool aborts = has_sender_;
    end_transaction();
    drop_input();
    say({220, "2.0.0", "Start TLS"});
    phase_ = Phase::tls;
    waiting_ = Waiting::tls;
    if (aborts) return abort_then(StartTls{});
    return StartTls{};
}

std::optional<Event> Machine::rset(std::string_view argument) {
    if (!argument.empty()) return error(no_argument());
    if (++idle_commands_ > options_.limits.idle_commands) return idle({});
    const bool aborts = has_sender_;
    end_transaction();
    say(replies::ok());
    if (aborts) return Aborted{};
    return std::nullopt;
}

std::optional<Event> Machine::quit(std::string_view argument) {
    if (!argument.empty()) return error(no_argument());
    return end({221, "2.0.0", "Bye"}, Closing::Why::quit);
}

// Answers a command that brings no message nearer; too many of them end the connection.
std::optional<Event> Machine::idle(const Reply& reply) {
    if (++idle_commands_ > options_.limits.idle_commands)
        return end({421, "4.7.0", "Too many commands without a message"}, Closing::Why::limit);
    say(reply);
    return std::nullopt;
}

Event Machine::abort_then(Event event) {
    queued_ = std::move(event);
    return Aborted{};
}

} // namespace facteur::smtp
