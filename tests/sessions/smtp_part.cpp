#include "tests/sessions/smtp_part.h"

#include <algorithm>
#include <array>

namespace facteur::test {
namespace {

constexpr std::size_t anne = 0, pierre = 1, zoe = 2, paul = 3;

// What strangers say, whole and in parts, for octets that nobody composed.
constexpr std::array<const char*, 30> words{"EHLO a\r\n",
                                            "MAIL FROM:<>",
                                            "RCPT TO:<anne@academie.test>",
                                            "\r\n",
                                            "DATA\r\n",
                                            ".\r\n",
                                            "BDAT 5 LAST",
                                            "BDAT 3\r\n",
                                            "RSET\r\n",
                                            "QUIT\r\n",
                                            "\r\n.\r\n",
                                            "STARTTLS\r\n",
                                            "AUTH PLAIN ",
                                            "=\r\n",
                                            "*\r\n",
                                            " SIZE=",
                                            " BODY=8BITMIME",
                                            "\n.\n",
                                            "\r",
                                            "\n",
                                            "VRFY x\r\n",
                                            "LHLO a\r\n",
                                            "BDAT 4294967295 LAST\r\n",
                                            " NOTIFY=NEVER",
                                            " ORCPT=rfc822;",
                                            "HELO\r\n",
                                            "AUTH SCRAM-SHA-256 biwsbj14LHI9eA==\r\n",
                                            "Subject: x\r\n\r\n",
                                            "MAIL FROM:<@a,@b:x@y>\r\n",
                                            "RCPT TO:<postmaster>\r\n"};

// As the text is sent by DATA: lines that begin with a dot get another.
std::string stuffed(const std::string& text) {
    std::string sent;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.' && (i == 0 || (i >= 2 && text[i - 1] == '\n' && text[i - 2] == '\r'))) sent += '.';
        sent += text[i];
    }
    return sent + (text.ends_with("\r\n") ? ".\r\n" : "\r\n.\r\n");
}

bool is_success(const std::string& reply) {
    return reply.starts_with("2");
}

} // namespace

void SmtpPart::step(Choices& choices) {
    if (!client_) connect(choices);
    if (!client_) return;
    if (!knows_) {
        switch (choices.below(8)) {
        case 0: return client_->end();
        case 1:
        case 2: return connect(choices);
        default: return any_octets(choices);
        }
    }
    switch (choices.below(16)) {
    case 0: return hang_up();
    case 1: return any_octets(choices);
    case 2:
    case 3: return odd_line(choices);
    case 4: return sign_in(choices);
    case 5: return break_off(choices);
    case 6:
    case 7: return again(choices);
    case 8:
    case 9:
    case 10: return pipeline(choices);
    default: return transaction(choices);
    }
}

void SmtpPart::hang_up() {
    client_.reset();
}

void SmtpPart::connect(Choices& choices) {
    static constexpr std::array doors{Door::smtp, Door::lmtp, Door::submission, Door::smtp};
    door_ = choices.of(doors);
    client_ = std::make_unique<SmtpClient>(world_.house().port(door_));
    knows_ = true;
    signed_in_ = false;
    if (!choices.one_in(10)) say(choices, door_ == Door::lmtp ? "LHLO world.test" : "EHLO world.test");
    if (door_ == Door::submission && !choices.one_in(4))
        signed_in_ = is_success(say(choices, "AUTH PLAIN AGFubmVAYWNhZGVtaWUudGVzdABzZWNyZXQ="));
}

void SmtpPart::send(Choices& choices, std::string_view octets) {
    for (auto pieces = choices.below(4); pieces > 0 && octets.size() > 1; --pieces) {
        const auto size = 1 + choices.below(256) * (octets.size() - 1) / 256;
        client_->send(octets.substr(0, size));
        octets.remove_prefix(size);
    }
    client_->send(octets);
}

// Empty when the server has hung up, after which there is no connection.
std::string SmtpPart::read() {
    if (!client_) return {};
    auto reply = client_->read();
    require(!client_->silent(), "a command is not answered");
    const bool has_form = reply.size() >= 4 && std::all_of(reply.begin(), reply.begin() + 3,
                                                           [](char c) { return c >= '0' && c <= '9'; });
    require(reply.empty() || has_form, "no reply: " + reply);
    if (reply.empty() || reply.starts_with("421")) client_.reset();
    return reply;
}

std::vector<std::string> SmtpPart::replies(std::size_t count) {
    std::vector<std::string> heard;
    while (heard.size() < count)
        heard.push_back(read());
    return heard;
}

std::string SmtpPart::say(Choices& choices, const std::string& line) {
    if (!client_) return {};
    send(choices, line + "\r\n");
    return read();
}

SmtpPart::Recipient SmtpPart::recipient(Choices& choices) const {
    static const std::vector<Recipient> some{{"anne@academie.test", {anne}, false},
                                             {"pierre@academie.test", {pierre}, false},
                                             {"zoe@academie.test", {zoe, pierre}, false},
                                             {"paul@academie.test", {paul}, false},
                                             {"tous@academie.test", {anne, pierre}, false},
                                             {"ANNE+ecole@academie.test", {anne}, false},
                                             {"postmaster", {anne}, false},
                                             {"nobody@academie.test", {}, false},
                                             {"x@far.test", {}, true},
                                             {"\"x y\"@far.test", {}, true}};
    return choices.of(some);
}

// MAIL and RCPT, one by one; whether somebody may be written to.
bool SmtpPart::begin(Choices& choices) {
    static const std::vector<std::string> senders{"x@far.test", "", "anne@academie.test", "y@elsewhere.test"};
    recipients_.clear();
    sender_ = signed_in_ && !choices.one_in(8) ? senders[2] : choices.of(senders);
    const std::string parameters =
        choices.one_in(5) ? " SIZE=" + std::to_string(choices.below(200) * 100) : "";
    if (!is_success(say(choices, "MAIL FROM:<" + sender_ + ">" + parameters))) return false;
    for (auto count = 1 + choices.below(4); count > 0; --count) {
        const auto to = recipient(choices);
        const std::string notify = choices.one_in(6) ? " NOTIFY=SUCCESS,FAILURE" : "";
        if (is_success(say(choices, "RCPT TO:<" + to.address + ">" + notify))) recipients_.push_back(to);
    }
    return client_ && !recipients_.empty();
}

SmtpPart::Message SmtpPart::compose(Choices& choices) {
    static const std::vector<std::string> fields{"",
                                                 "Content-Type: multipart/mixed; boundary=b\r\n",
                                                 "Content-Type: text/html; charset=latin1\r\n",
                                                 "Content-Transfer-Encoding: base64\r\n",
                                                 "References: <1@far.test> <2@far.test>\r\n",
                                                 "Subject: =?utf-8?q?=C3=A9t=C3=A9?=\r\n",
                                                 "List-Id: <liste.far.test>\r\n",
                                                 "Return-Path: <a@b.test>\r\n",
                                                 "Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n"};
    Message message;
    People readers;
    if (sender_ == "anne@academie.test") message.sender = anne;
    for (const auto& to : recipients_)
        readers.insert(to.people.begin(), to.people.end());
    if (message.sender) readers.insert(*message.sender);
    // What goes elsewhere is kept by anne meanwhile, and reports of it come to her.
    readers.insert(anne);
    message.mark = world_.mark(readers);
    message.text = "From: <" + (sender_.empty() ? "x@far.test" : sender_) + ">\r\nMessage-ID: <" +
                   message.mark + "@far.test>\r\nX-Mark: " + message.mark + "\r\n" + choices.of(fields);
    if (choices.one_in(4)) message.text += choices.octets(40);
    message.text += "\r\n" + choices.octets(120);
    if (choices.one_in(6)) message.text.append(choices.below(200) * 400, 'x');
    if (!choices.one_in(8)) message.text += "\r\n";
    return message;
}

void SmtpPart::send_text(Choices& choices, Message& message, bool in_chunks) {
    const auto awaited = door_ == Door::lmtp ? recipients_.size() : 1;
    for (std::size_t person = 0; person < world_.people().size(); ++person)
        message.had[person] = world_.copies(person, message.mark);
    if (!in_chunks) {
        send(choices, stuffed(message.text));
        return judge(message, replies(awaited));
    }
    std::string_view rest = message.text;
    while (client_) {
        const auto size = choices.one_in(2) ? rest.size() * choices.below(256) / 256 : rest.size();
        const bool last = size == rest.size();
        send(choices, "BDAT " + std::to_string(size) + (last ? " LAST\r\n" : "\r\n") +
                          std::string(rest.substr(0, size)));
        rest.remove_prefix(size);
        if (last) return judge(message, replies(awaited));
        if (const auto reply = read(); !is_success(reply)) break; // too long: the transaction is over
    }
    never_sent_.push_back(message.mark);
}

void SmtpPart::transaction(Choices& choices) {
    if (!begin(choices)) return;
    const bool in_chunks = choices.one_in(3);
    auto message = compose(choices);
    if (!in_chunks && !say(choices, "DATA").starts_with("354")) return never_sent_.push_back(message.mark);
    send_text(choices, message, in_chunks);
}

// All of it in one go up to DATA, as PIPELINING allows.
void SmtpPart::pipeline(Choices& choices) {
    recipients_.clear();
    sender_ = choices.one_in(3) ? "" : "x@far.test";
    std::vector<Recipient> asked;
    std::string said = "MAIL FROM:<" + sender_ + ">\r\n";
    for (auto count = 1 + choices.below(4); count > 0; --count) {
        asked.push_back(recipient(choices));
        said += "RCPT TO:<" + asked.back().address + ">\r\n";
    }
    send(choices, said + "DATA\r\n");
    read();
    for (const auto& to : asked)
        if (is_success(read())) recipients_.push_back(to);
    auto message = compose(choices);
    if (!read().starts_with("354")) return never_sent_.push_back(message.mark);
    send_text(choices, message, false);
}

// The same message once more, perhaps to others.
void SmtpPart::again(Choices& choices) {
    if (sent_.empty() || !begin(choices)) return;
    auto& message = sent_[choices.below(sent_.size())];
    auto readers = People{anne};
    for (const auto& to : recipients_)
        readers.insert(to.people.begin(), to.people.end());
    world_.may_see(message.mark, readers);
    if (sender_ == "anne@academie.test") message.sender = anne;
    if (say(choices, "DATA").starts_with("354")) send_text(choices, message, false);
}

void SmtpPart::break_off(Choices& choices) {
    if (!begin(choices)) return;
    const auto message = compose(choices);
    never_sent_.push_back(message.mark);
    if (!say(choices, "DATA").starts_with("354")) return;
    const auto text = stuffed(message.text);
    client_->send(text.substr(0, (text.size() - 5) * choices.below(256) / 256));
    if (choices.one_in(3)) {
        client_->end();
        require(!is_success(read()), "half a message was taken");
    }
    hang_up();
}

void SmtpPart::odd_line(Choices& choices) {
    static const std::vector<std::string> lines{"NOOP",
                                                "RSET",
                                                "VRFY anne",
                                                "HELP",
                                                "EHLO again.test",
                                                "LHLO again.test",
                                                "HELO x",
                                                "DATA x",
                                                "MAIL FROM",
                                                "RCPT TO:<",
                                                "STARTTLS x",
                                                "BDAT x",
                                                "EXPN tous",
                                                "",
                                                "AUTH NONE",
                                                "AUTH",
                                                "MAIL FROM:<a>",
                                                "RCPT TO:<@>",
                                                "MAIL FROM:<x@y.test> SIZE=99999999999999999999"};
    say(choices, choices.of(lines));
}

void SmtpPart::sign_in(Choices& choices) {
    static const std::vector<std::string> secrets{"AGFubmVAYWNhZGVtaWUudGVzdABzZWNyZXQ=", "=", "AGFubmU=",
                                                  "AGFubmVAYWNhZGVtaWUudGVzdAB3cm9uZw==", "*", "%%%"};
    const auto& secret = choices.of(secrets);
    std::string reply;
    if (choices.one_in(2)) {
        reply = say(choices, "AUTH PLAIN");
        if (reply.starts_with("334")) reply = say(choices, secret);
    } else {
        reply = say(choices, "AUTH PLAIN " + secret);
        if (reply.starts_with("334")) reply = say(choices, "*");
    }
    if (!is_success(reply)) return;
    require(secret == secrets.front(), "signed in by " + secret);
    signed_in_ = true;
}

// From here on it does not know any more what was understood.
void SmtpPart::any_octets(Choices& choices) {
    knows_ = false;
    std::string octets;
    for (auto count = 1 + choices.below(6); count > 0; --count)
        octets += choices.one_in(3) ? choices.octets(20) : std::string(choices.of(words));
    send(choices, octets);
}

// What the replies to a whole message say is so in each mailbox.
void SmtpPart::judge(Message& message, const std::vector<std::string>& heard) {
    People promised, possible;
    for (std::size_t i = 0; i < recipients_.size(); ++i) {
        const auto& reply = heard[door_ == Door::lmtp ? i : 0];
        // No reply: it may have been taken. Refused: for one of several perhaps, who is then asked for again.
        const bool open = reply.empty() || (recipients_.size() > 1 && !is_success(reply) && reply[0] == '4');
        if (is_success(reply)) promised.insert(recipients_[i].people.begin(), recipients_[i].people.end());
        if (open) possible.insert(recipients_[i].people.begin(), recipients_[i].people.end());
    }
    // Who has it may have sent it on to anybody by JMAP; anne keeps what goes elsewhere.
    auto holders = message.filed;
    holders.insert(anne);
    const bool sent_on = std::any_of(holders.begin(), holders.end(),
                                     [&](std::size_t person) { return world_.has_published(person); });
    for (std::size_t person = 0; person < world_.people().size(); ++person) {
        if (message.sender == person) continue; // reports and answers quote it
        std::vector<std::string> bodies;
        const auto found = world_.copies(person, message.mark, &bodies);
        const auto where = message.mark + " in the mailbox of " + world_.people()[person].address + ", " +
                           std::to_string(found) + " times, after " + heard.front();
        const bool new_one = promised.contains(person) && !message.filed.contains(person);
        const auto had = message.had[person];
        if (new_one && sent_on)
            require(found > had, "acknowledged, but not there: " + where);
        else if (new_one)
            require(found == had + 1, "acknowledged, but not there once: " + where);
        if (!promised.contains(person) && !possible.contains(person) && !message.filed.contains(person))
            require(found == had || sent_on, "not acknowledged, but there: " + where);
        const auto text = message.text.find("\r\n\r\n"); // fields may be added, and Return-Path is taken away
        if (new_one && door_ != Door::submission && text != std::string::npos)
            require(std::any_of(bodies.begin(), bodies.end(),
                                [&](const std::string& body) {
                                    return body.find(message.text.substr(text)) != std::string::npos;
                                }),
                    "not as it was sent: " + where);
        if (found > 0) message.filed.insert(person);
    }
    if (std::any_of(heard.begin(), heard.end(), is_success) && sent_.size() < 8 &&
        std::none_of(sent_.begin(), sent_.end(),
                     [&](const Message& one) { return one.mark == message.mark; }))
        sent_.push_back(message);
}

void SmtpPart::check_end() {
    for (const auto& mark : never_sent_)
        for (std::size_t person = 0; person < world_.people().size(); ++person)
            require(world_.copies(person, mark) == 0, "never sent whole, but there: " + mark +
                                                          " in the mailbox of " +
                                                          world_.people()[person].address);
}

} // namespace facteur::test
