// Reads bytes in pieces and writes down what a CommandReader gives, for comparison.
#pragma once

#include "tests/transport/imap/client_writer.h"
#include "transport/imap/command_reader.h"

#include <functional>
#include <string>

namespace facteur::imap {

struct ReaderDriver {
    CommandReader reader;
    std::string events; // a line each; chunks are joined
    std::function<bool(const AppendData&)> take = [](const AppendData&) { return true; };
    bool raw_after_authenticate = true;

    explicit ReaderDriver(ReaderOptions options = {}, bool authenticated = true) : reader(options) {
        if (authenticated) reader.set_authenticated();
    }

    void feed(std::string_view bytes) {
        const std::string own(bytes); // so that a view kept too long shows under the sanitizer
        reader.feed(own);
        while (auto event = reader.next())
            std::visit([this](const auto& e) { note(e); }, *event);
    }
    std::string say(std::string_view bytes) {
        const auto before = events.size();
        feed(bytes);
        return events.substr(before);
    }

    void line(const std::string& text) { events += text + "\n"; }
    void note(const CommandRead& e) {
        line(e.tag + " " + write_command(e.command));
        const bool raw = std::holds_alternative<command::Authenticate>(e.command) ||
                         std::holds_alternative<command::Idle>(e.command);
        if (raw && raw_after_authenticate) reader.expect_line();
    }
    void note(const LineRead& e) { line("line [" + std::string(e.line) + "]"); }
    void note(const NeedContinuation&) { line("+"); }
    void note(const CommandRejected& e) {
        line((e.tag.empty() ? "*" : e.tag) + (e.bad ? " BAD " : " NO ") +
             (e.code.empty() ? "" : "[" + e.code + "] ") + e.text + (e.fatal ? " (fatal)" : ""));
    }
    void note(const AppendStarted& e) {
        line(e.tag + " append " + e.mailbox +
             (e.replaces ? (e.replaces->uid ? " for uid " : " for ") + std::to_string(e.replaces->number)
                         : ""));
    }
    void note(const AppendMessageStarted& e) {
        std::string text = "message";
        for (const auto& flag : e.flags)
            text += " " + flag;
        if (e.internal_date) text += " " + format_date_time(*e.internal_date);
        if (e.utf8) text += " utf8";
        if (e.catenate) text += " catenate";
        line(text);
    }
    void note(const AppendUrl& e) { line("url " + e.url); }
    void note(const AppendData& e) {
        events += "data " + std::to_string(e.octets) + (e.literal8 ? " literal8 [" : " [");
        if (take(e)) {
            reader.accept_data();
            return;
        }
        reader.reject({"", false, "OVERQUOTA", "Full", false});
    }
    void note(const AppendChunk& e) { events += e.bytes; }
    void note(const AppendMessageEnded&) { line("]"); }
    void note(const AppendEnded&) { line("end"); }
};

} // namespace facteur::imap
