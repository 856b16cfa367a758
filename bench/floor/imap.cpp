#include "bench/floor/talk.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur::floor {
namespace {

constexpr std::string_view line_begin = "* OK ";
constexpr std::size_t line_octets = 80, tagged_octets = 12;

// Of LOGIN "user" "password".
std::string_view user_of(std::string_view command) {
    const auto begin = command.find('"') + 1;
    return command.substr(begin, command.find('"', begin) - begin);
}

class ImapTalk : public Talk {
public:
    ImapTalk(Mailboxes& mailboxes, std::string_view filler, std::size_t record)
        : mailboxes_(mailboxes), filler_(filler), record_(record) {}

    [[nodiscard]] std::string_view greeting() const override { return "* OK IMAP4rev1\r\n"; }

    std::optional<Reply> take(std::string& input) override {
        const auto end = input.find("\r\n");
        if (end == std::string::npos) return std::nullopt;
        auto reply = answer(std::string_view(input).substr(0, end));
        input.erase(0, end + 2);
        return reply;
    }

private:
    Reply answer(std::string_view line) {
        const auto blank = line.find(' ');
        const auto tag = line.substr(0, blank);
        const auto command = blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
        const auto is = [&](std::string_view name) { return command.substr(0, name.size()) == name; };
        Reply reply;
        if (is("LOGIN ")) {
            mailbox_ = &mailboxes_[std::string(user_of(command))];
        } else if (is("IDLE")) {
            reply.tail = "+ idling\r\n";
            reply.watched = mailbox_;
            return reply;
        } else if (!is("LOGOUT")) {
            reply.body = filler_;
            if (is("STATUS ") && mailbox_ != nullptr)
                reply.tail = fmt::format("* STATUS INBOX (MESSAGES {})\r\n", mailbox_->messages);
            if (is("STORE ")) reply.record.assign(record_, 'x');
        }
        reply.tail.append(tag).append(" OK\r\n");
        return reply;
    }

    Mailboxes& mailboxes_;
    std::string_view filler_;
    std::size_t record_;
    Mailbox* mailbox_ = nullptr;
};

} // namespace

std::unique_ptr<Talk> imap_talk(Mailboxes& mailboxes, std::string_view filler, std::size_t record) {
    return std::make_unique<ImapTalk>(mailboxes, filler, record);
}

std::string imap_filler(std::size_t octets) {
    std::string filler;
    while (octets > filler.size() + tagged_octets + line_begin.size() + 2) {
        const auto room = octets - filler.size() - tagged_octets;
        const auto size = std::min(room, line_octets);
        filler.append(line_begin).append(size - line_begin.size() - 2, 'x').append("\r\n");
    }
    return filler;
}

} // namespace facteur::floor
