// One who speaks SMTP or LMTP to the house, as its choices say: whole transactions in pieces, words out of
// place, ends in the middle, and any octets. As long as it knows what it said, each reply is held against
// what is then in the mailboxes.
#pragma once

#include "tests/sessions/choices.h"
#include "tests/sessions/world.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facteur::test {

class SmtpPart {
public:
    explicit SmtpPart(World& world) : world_(world) {}

    void step(Choices& choices);
    // The connection is gone, whatever was under way.
    void hang_up();
    // When nothing is under way any more: what was never asked to be taken is nowhere.
    void check_end();

private:
    struct Recipient {
        std::string address;
        People people;          // in whose mailboxes it ends
        bool elsewhere = false; // goes to another server
    };
    struct Message { // that was sent whole
        std::string mark, text;
        std::optional<std::size_t> sender;
        People filed; // who got it, also when it was removed since
        std::map<std::size_t, std::size_t>
            had; // copies of each person before it was sent: anne may import what she keeps
    };

    void connect(Choices& choices);
    std::string say(Choices& choices, const std::string& line);
    void send(Choices& choices, std::string_view octets);
    std::string read();
    std::vector<std::string> replies(std::size_t count);
    bool begin(Choices& choices);
    void transaction(Choices& choices);
    void pipeline(Choices& choices);
    void again(Choices& choices);
    void break_off(Choices& choices);
    void odd_line(Choices& choices);
    void sign_in(Choices& choices);
    void any_octets(Choices& choices);
    Message compose(Choices& choices);
    void send_text(Choices& choices, Message& message, bool in_chunks);
    void judge(Message& message, const std::vector<std::string>& heard);
    [[nodiscard]] Recipient recipient(Choices& choices) const;

    World& world_;
    std::unique_ptr<SmtpClient> client_;
    Door door_ = Door::smtp;
    bool knows_ = false;     // what it said, and what the replies are to
    bool signed_in_ = false; // as anne
    std::string sender_;
    std::vector<Recipient> recipients_;
    std::vector<Message> sent_;
    std::vector<std::string> never_sent_; // marks
};

} // namespace facteur::test
