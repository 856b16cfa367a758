// The opening of a connection: greeting, EHLO or HELO, STARTTLS, AUTH.
#include "transport/base/base64.h"
#include "transport/smtp/client.h"

#include <algorithm>
#include <charconv>

namespace facteur::smtp {
namespace {

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

// The first word of `text`, taken off with the spaces behind it.
std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
    return word;
}

} // namespace

void Client::greeted(const ServerReply& reply) {
    if (!reply.is_success()) return fail(Stage::greeting, reply);
    say("EHLO " + options_.host, Wait::ehlo);
}

void Client::hello_answered(const ServerReply& reply, bool extended) {
    if (reply.is_success()) {
        extensions_ = {};
        extensions_.esmtp = extended;
        read_extensions(reply.text);
        return after_hello();
    }
    // RFC 5321 §3.2: a server that does not know EHLO. One that was under TLS knows it.
    if (extended && reply.is_permanent() && !tls_) return say("HELO " + options_.host, Wait::helo);
    fail(Stage::hello, reply);
}

void Client::read_extensions(std::string_view text) {
    auto first = text.substr(0, text.find('\n'));
    extensions_.host = take_word(first).substr(0, 255);
    if (!extensions_.esmtp) return;
    while (true) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
        auto line = text.substr(0, text.find('\n'));
        const auto keyword = upper(take_word(line));
        if (keyword == "PIPELINING") extensions_.pipelining = true;
        if (keyword == "8BITMIME") extensions_.eight_bit_mime = true;
        if (keyword == "SMTPUTF8") extensions_.smtputf8 = true;
        if (keyword == "CHUNKING") extensions_.chunking = true;
        if (keyword == "DSN") extensions_.dsn = true;
        if (keyword == "ENHANCEDSTATUSCODES") extensions_.enhanced_codes = true;
        if (keyword == "STARTTLS") extensions_.starttls = true;
        if (keyword == "SIZE") {
            extensions_.size = true;
            const auto word = take_word(line);
            std::from_chars(word.data(), word.data() + word.size(), extensions_.max_size);
        }
        if (keyword == "AUTH")
            while (!line.empty())
                extensions_.mechanisms.push_back(upper(take_word(line)));
    }
}

void Client::after_hello() {
    const bool wants_tls = options_.starttls != StartTlsPolicy::never && !tls_;
    if (wants_tls && extensions_.starttls && !starttls_tried_) {
        starttls_tried_ = true;
        return say("STARTTLS", Wait::starttls);
    }
    if (wants_tls && options_.starttls == StartTlsPolicy::required)
        return fail(Stage::starttls, {0, "", "The server does not offer TLS, which is required"});
    if (options_.credentials && !signed_in_) return authenticate();
    become_ready();
}

void Client::starttls_answered(const ServerReply& reply) {
    if (reply.code != 220) {
        if (options_.starttls == StartTlsPolicy::required) return fail(Stage::starttls, reply);
        return after_hello();
    }
    // What is here already came in the clear, from whoever stands between us.
    if (!fed_.empty()) return fail(Stage::starttls, {0, "", "Text in the clear behind the start of TLS"});
    phase_ = Phase::tls;
    events_.emplace_back(ClientStartTls{});
}

void Client::tls_started() {
    if (phase_ != Phase::tls) return;
    phase_ = Phase::opening;
    tls_ = true;
    fed_ = {};
    extensions_ = {}; // RFC 3207 §4.2
    say("EHLO " + options_.host, Wait::ehlo);
}

void Client::authenticate() {
    const auto& credentials = *options_.credentials;
    const auto mechanism =
        sasl::choose_mechanism(extensions_.mechanisms, tls_ || credentials.plain_without_tls);
    if (!mechanism) return fail(Stage::auth, {0, "", "The server offers no way to sign in that we may use"});
    auth_.emplace(*mechanism, credentials.user, credentials.password, credentials.nonce);
    std::string command = "AUTH " + std::string(sasl::name_of(*mechanism));
    if (const auto initial = auth_->initial()) command += ' ' + encode_base64(*initial);
    say(command, Wait::auth);
}

void Client::auth_answered(const ServerReply& reply) {
    if (reply.is_success()) {
        if (!auth_->is_complete())
            return fail(Stage::auth, {0, "", "The server signs us in without proof of itself"});
        auth_.reset();
        signed_in_ = true;
        return become_ready();
    }
    if (reply.code != 334) return fail(Stage::auth, reply);
    const auto challenge = decode_base64(reply.text);
    const auto response =
        challenge
            ? auth_->respond(*challenge)
            : Result<std::string>(facteur::fail(Code::malformed, "The server's challenge is no base64"));
    if (!response) return fail(Stage::auth, {0, "", response.error().message});
    say(encode_base64(*response), Wait::auth);
}

void Client::become_ready() {
    phase_ = Phase::ready;
    events_.emplace_back(Ready{});
}

} // namespace facteur::smtp
