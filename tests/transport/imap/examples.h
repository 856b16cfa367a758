// Examples of RFCs, as the RFC has them, run through our reader and our writers. A transcript is lines:
//
//   § 6.3.2          a section begins, and with it a new connection, signed in
//   C: …             the client says this line; what the RFC folds for its page is one line here
//   = …              what that was read as, in the one spelling of ClientWriter, when it is not what was
//   said;
//                    "= BAD": the RFC's example, or the grammar, wants it refused. "{4+}@text": a literal,
//                    "@" being a line end
//   S: …             the server says this line. It must come back from our writers, but for quotes that need
//                    not be there
//   ~ …              our writers say the same in this order or case instead
//   ! …              the server says this line, which Facteur never says: no writer may know it
//   utf8             from here on the client has enabled UTF8=ACCEPT or IMAP4rev2
//   anything else    words of ours
//
// Lines of a literal have a C: or S: of their own. "§", "C:" and so on stand in the first column.
#pragma once

#include "tests/transport/imap/client_writer.h"
#include "tests/transport/imap/server_reader.h"
#include "transport/imap/command_reader.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

class Examples {
public:
    static void run(std::string_view transcript) {
        Examples examples;
        while (!transcript.empty()) {
            const auto end = std::min(transcript.find('\n'), transcript.size());
            examples.line(transcript.substr(0, end));
            transcript.remove_prefix(std::min(end + 1, transcript.size()));
        }
        examples.settle();
        CHECK(examples.said_ > 0);
    }

private:
    Examples() { reader_.set_authenticated(); }

    void line(std::string_view line) {
        const auto rest = line.size() > 3 ? line.substr(3) : std::string_view();
        if (line.starts_with("§")) {
            settle();
            section_ = line;
            reader_ = CommandReader();
            reader_.set_authenticated();
        } else if (line.starts_with("C:")) {
            client(rest);
        } else if (line.starts_with("= ")) {
            meaning_ = line.substr(2);
            meaning_ = with_lines(meaning_);
        } else if (line.starts_with("S:")) {
            server(rest);
        } else if (line.starts_with("~ ")) {
            spelling_ = line.substr(2);
        } else if (line.starts_with("! ")) {
            settle();
            INFO(section_ << ": " << line);
            ++said_;
            CHECK_FALSE(ServerReader::rewrite(line.substr(2)).has_value());
        } else if (line == "utf8") {
            settle();
            reader_.set_utf8();
        }
    }

    // "{4+}@text" as the octets that it means: "@" is a line end in a meaning that has a literal.
    static std::string with_lines(std::string_view meaning) {
        std::string out;
        bool literal = false;
        for (std::size_t i = 0; i < meaning.size(); ++i) {
            literal = literal || meaning.substr(i).starts_with("}@");
            out += literal && meaning[i] == '@' ? std::string("\r\n") : std::string(1, meaning[i]);
        }
        return out;
    }

    // ---- the client

    void client(std::string_view line) {
        if (!read_.empty()) settle_client();
        settle_server();
        go_on(); // the RFC left "+" out
        said_by_client_ += (has_client_ ? "\r\n" : "") + std::string(line);
        has_client_ = true;
        synchronising_ = !line.ends_with("+}");
        const auto bytes = std::string(line) + "\r\n"; // lives until all is read
        reader_.feed(bytes);
        read_events();
    }
    void read_events() {
        while (auto event = reader_.next())
            std::visit([this](const auto& e) { note(e); }, *event);
    }
    // What the server was to say "+" to.
    void go_on() {
        const auto waits = std::exchange(waits_, Waits::no);
        if (waits != Waits::for_message) return;
        reader_.accept_data();
        (void)reader_.next(); // NeedContinuation
        read_events();
    }

    void note(const CommandRead& e) {
        read_ = e.tag + " " + write_command(e.command);
        raw_ = std::holds_alternative<command::Authenticate>(e.command) ||
               std::holds_alternative<command::Idle>(e.command);
    }
    void note(const LineRead& e) { read_ = e.line.empty() ? "nothing" : e.line; }
    void note(const NeedContinuation&) { waits_ = Waits::for_literal; }
    void note(const CommandRejected& e) { read_ = e.tag + (e.bad ? " BAD" : " NO"); }
    void note(const AppendStarted& e) {
        ClientWriter writer;
        writer.mailbox(e.mailbox);
        append_ = e.tag;
        if (e.replaces)
            append_ +=
                std::string(e.replaces->uid ? " UID" : "") + " REPLACE " + std::to_string(e.replaces->number);
        else
            append_ += " APPEND";
        append_ += " " + writer.out;
    }
    void note(const AppendMessageStarted& e) {
        if (!e.flags.empty()) {
            append_ += " (";
            for (const auto& flag : e.flags)
                append_ += (append_.ends_with('(') ? "" : " ") + flag;
            append_ += ')';
        }
        if (e.internal_date) append_ += " \"" + format_date_time(*e.internal_date) + "\"";
        if (e.utf8) append_ += " UTF8";
        if (e.catenate) append_ += " CATENATE (";
        catenates_ = e.catenate;
    }
    void note(const AppendUrl& e) { part("URL \"" + e.url + "\""); }
    void note(const AppendData& e) {
        part((catenates_ ? "TEXT " : "") + std::string(e.literal8 ? "~{" : "{") + std::to_string(e.octets) +
             "}");
        if (synchronising_)
            waits_ = Waits::for_message;
        else
            reader_.accept_data();
    }
    void part(const std::string& text) { append_ += (append_.ends_with('(') ? "" : " ") + text; }
    void note(const AppendChunk&) {}
    void note(const AppendMessageEnded&) {
        if (catenates_) append_ += ')';
    }
    void note(const AppendEnded&) { read_ = append_; }

    // ---- the server

    void server(std::string_view line) {
        const bool plus = line == "+" || line.starts_with("+ ");
        if (server_.empty() && waits_ != Waits::no) {
            if (plus) {
                check(line);
                go_on();
                return;
            }
            if (waits_ == Waits::for_message) { // it is refused
                reader_.reject({"", false, "", "", false});
                read_events();
                read_ = append_;
                waits_ = Waits::no;
            }
        }
        if (server_.empty()) settle_client();
        if (plus && raw_) reader_.expect_line();
        if (!server_.empty() && !literal_is_open()) settle_server();
        server_ += (server_.empty() ? "" : "\r\n") + std::string(line);
    }
    // Whether a literal of what the server says has octets or a line to come.
    [[nodiscard]] bool literal_is_open() const {
        std::size_t at = 0;
        while (true) {
            const auto end = server_.find("\r\n", at);
            const auto header = literal_at_end(std::string_view(server_).substr(0, end));
            if (end == std::string::npos) return at > 0 ? server_.size() < at || header : header.has_value();
            if (!header) return false;
            at = end + 2 + header->octets;
            if (at > server_.size()) return true;
            if (server_.find("\r\n", at) == std::string::npos)
                return literal_at_end(std::string_view(server_).substr(at)).has_value();
        }
    }

    // ---- comparison

    void settle() {
        settle_client();
        settle_server();
    }
    void settle_client() {
        if (!has_client_) return;
        INFO(section_ << ": C: " << said_by_client_);
        ++said_;
        auto wanted = meaning_.empty() ? said_by_client_ : meaning_;
        if (wanted == "BAD" || wanted == "NO")
            wanted = said_by_client_.substr(0, said_by_client_.find(' ')) + " " + wanted;
        CHECK(read_ == wanted);
        for (auto* text : {&said_by_client_, &read_, &append_, &meaning_})
            text->clear();
        has_client_ = false;
        waits_ = Waits::no;
    }
    void settle_server() {
        if (server_.empty()) return;
        check(server_);
        server_.clear();
        spelling_.clear();
    }
    void check(std::string_view said) {
        INFO(section_ << ": S: " << said);
        ++said_;
        auto rewritten = ServerReader::rewrite(said);
        CHECK(rewritten.has_value());
        if (!rewritten) return;
        REQUIRE(rewritten->ends_with("\r\n"));
        rewritten->resize(rewritten->size() - 2);
        const auto wanted = spelling_.empty() ? std::string(said) : spelling_;
        if (*rewritten == wanted || *rewritten == wanted + " ") return; // "+" and "+ "
        const auto ours = ServerNodes::read(*rewritten), theirs = ServerNodes::read(wanted);
        if (ours && theirs && *ours == *theirs) return;
        CHECK(*rewritten == wanted);
    }

    enum class Waits { no, for_literal, for_message };

    CommandReader reader_;
    std::string section_;
    // -- of the command under way
    std::string said_by_client_, read_, append_, meaning_;
    bool has_client_ = false, synchronising_ = true, catenates_ = false, raw_ = false;
    Waits waits_ = Waits::no;
    // -- of the response under way
    std::string server_, spelling_;

    std::size_t said_ = 0;
};

} // namespace facteur::imap
