#include "bench/floor/talk.h"

namespace facteur::floor {
namespace {

constexpr std::string_view end_of_data = "\r\n.\r\n";

class SmtpTalk : public Talk {
public:
    SmtpTalk(Mailboxes& mailboxes, bool is_lmtp) : mailboxes_(mailboxes), is_lmtp_(is_lmtp) {}

    [[nodiscard]] std::string_view greeting() const override { return "220 floor.test\r\n"; }

    std::optional<Reply> take(std::string& input) override {
        return is_data_ ? take_message(input) : take_commands(input);
    }

private:
    // All that have come, with one reply, as a server answers those that are pipelined.
    std::optional<Reply> take_commands(std::string& input) {
        Reply reply;
        std::size_t at = 0;
        for (std::size_t end; !is_data_ && (end = input.find("\r\n", at)) != std::string::npos; at = end + 2)
            reply.tail += answer(std::string_view(input).substr(at, end - at));
        input.erase(0, at);
        if (reply.tail.empty()) return std::nullopt;
        return reply;
    }

    std::string_view answer(std::string_view line) {
        if (line.substr(0, 4) == "RCPT") {
            const auto begin = line.find('<') + 1;
            recipients_.push_back(&mailboxes_[std::string(line.substr(begin, line.find('>') - begin))]);
        }
        is_data_ = line == "DATA";
        return is_data_ ? "354 go on\r\n" : "250 ok\r\n";
    }

    std::optional<Reply> take_message(std::string& input) {
        const auto from = looked_at_ < end_of_data.size() ? 0 : looked_at_ - end_of_data.size();
        const auto end = input.find(end_of_data, from);
        if (end == std::string::npos) {
            looked_at_ = input.size();
            return std::nullopt;
        }
        looked_at_ = 0;
        is_data_ = false;
        Reply reply;
        auto rest = input.substr(end + end_of_data.size());
        input.resize(end + 2);
        reply.record = std::move(input);
        input = std::move(rest);
        for (std::size_t i = 0; i < (is_lmtp_ ? recipients_.size() : 1); ++i)
            reply.tail += "250 ok\r\n";
        reply.delivered_to = std::move(recipients_);
        recipients_.clear();
        return reply;
    }

    Mailboxes& mailboxes_;
    bool is_lmtp_, is_data_ = false;
    std::vector<Mailbox*> recipients_;
    std::size_t looked_at_ = 0; // octets of the message in which its end is not
};

} // namespace

std::unique_ptr<Talk> smtp_talk(Mailboxes& mailboxes, bool is_lmtp) {
    return std::make_unique<SmtpTalk>(mailboxes, is_lmtp);
}

} // namespace facteur::floor
