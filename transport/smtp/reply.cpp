#include "transport/smtp/reply.h"

namespace facteur::smtp {

void write(std::string& out, const Reply& reply) {
    out += std::to_string(reply.code);
    out += ' ';
    if (!reply.status.empty()) {
        out += reply.status;
        out += ' ';
    }
    for (const char c : reply.text)
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    out += "\r\n";
}

namespace replies {

Reply ok() {
    return {250, "2.0.0", "OK"};
}
Reply sender_accepted() {
    return {250, "2.1.0", "Sender accepted"};
}
Reply recipient_accepted() {
    return {250, "2.1.5", "Recipient accepted"};
}
Reply unknown_recipient() {
    return {550, "5.1.1", "No such mailbox here"};
}
Reply disabled_recipient() {
    return {550, "5.2.1", "This mailbox is closed for now"};
}
Reply mailbox_full() {
    return {452, "4.2.2", "This mailbox is full, try again later"};
}
Reply no_relay() {
    return {550, "5.7.1", "We do not relay for you"};
}
Reply try_later() {
    return {451, "4.3.0", "Something failed on our side, try again later"};
}
Reply too_busy() {
    return {421, "4.3.2", "Too busy, try again later"};
}
Reply message_too_large() {
    return {552, "5.3.4", "The message is too large"};
}
Reply hop_loop() {
    return {554, "5.4.6", "The message goes round in a loop"};
}
Reply timed_out() {
    return {421, "4.4.2", "Nothing heard for too long"};
}

} // namespace replies

} // namespace facteur::smtp
