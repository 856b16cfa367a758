// Drives a Machine from a test: feeds it text, answers its events, and writes down what happened as one
// string.
#pragma once

#include "transport/smtp/machine.h"

#include <functional>
#include <string>
#include <vector>

namespace facteur::smtp {

inline constexpr std::int64_t test_now = 1795536000; // 2026-11-24T16:00:00Z

struct Driver {
    Machine machine;
    std::string output;  // everything that was sent, the greeting too
    std::string events;  // one line an event; chunks joined
    std::string message; // the text of the message under way
    bool answer = true;  // else events wait for the test
    std::function<Reply(const RcptTo&)> on_rcpt = [](const RcptTo&) { return replies::recipient_accepted(); };
    std::function<Reply()> on_message = [] { return Reply{250, "2.6.0", "Stored"}; };
    Reply on_mail = replies::sender_accepted();
    Reply on_data = {354, "", ""};
    std::uint32_t accepted = 0;
    bool lmtp = false;

    explicit Driver(Options options) : machine(std::move(options)), lmtp(false) {
        output += machine.take_output();
    }

    void feed(std::string_view bytes) {
        const std::string own(bytes); // so that a view kept too long shows under the sanitizer
        machine.feed(own, test_now);
        pump();
    }
    void pump() {
        while (auto event = machine.next())
            std::visit([this](const auto& e) { take(e); }, *event);
        output += machine.take_output();
    }
    // Feeds and gives what was sent in return.
    std::string say(std::string_view bytes) {
        const auto before = output.size();
        feed(bytes);
        return output.substr(before);
    }

    void note(const std::string& line) { events += line + "\n"; }
    void take(const Greeted& e) { note((e.extended ? "ehlo " : "helo ") + std::string(e.name)); }
    void take(const AuthStarted& e) {
        note("auth " + std::string(e.mechanism) + (e.initial ? " [" + std::string(*e.initial) + "]" : ""));
        if (!answer) return;
        if (e.initial)
            machine.authenticated();
        else
            machine.challenge("who?");
    }
    void take(const AuthResponse& e) {
        note("response [" + std::string(e.data) + "]");
        if (!answer) return;
        if (e.data == "bad")
            machine.refuse({535, "5.7.8", "No"});
        else
            machine.authenticated();
    }
    void take(const MailFrom& e) {
        note("mail <" + (e.sender ? e.sender->text() : "") + ">");
        accepted = 0;
        if (answer) machine.reply(on_mail);
    }
    void take(const RcptTo& e) {
        note("rcpt <" + e.recipient.text() + ">");
        if (!answer) return;
        const auto reply = on_rcpt(e);
        if (reply.is_success()) ++accepted;
        machine.reply(reply);
    }
    void take(const DataStarted&) {
        note("data");
        message.clear();
        if (answer) machine.reply(on_data);
    }
    void take(const DataChunk& e) { message += e.bytes; }
    void take(const MessageComplete& e) {
        note("message " + std::to_string(e.octets) + " [" + message + "]");
        if (!answer) return;
        for (std::uint32_t i = 0; i < (lmtp ? accepted : 1); ++i)
            machine.reply(on_message());
    }
    void take(const Aborted&) { note("aborted"); }
    void take(const StartTls&) {
        note("starttls");
        output += machine.take_output();
        if (answer) machine.tls_started();
    }
    void take(const Closing&) { note("closing"); }
};

inline Options mx_options() {
    Options options;
    options.host = "mx.test";
    return options;
}
inline Options submission_options() {
    Options options;
    options.role = Role::submission;
    options.host = "mail.test";
    options.starttls = true;
    options.mechanisms = {"PLAIN", "LOGIN", "SCRAM-SHA-256"};
    options.tls_mechanisms = {"SCRAM-SHA-256-PLUS"};
    options.limits.hold_seconds = 86400;
    return options;
}
inline Options lmtp_options() {
    Options options;
    options.role = Role::lmtp;
    options.host = "lmtp.test";
    return options;
}

} // namespace facteur::smtp
