#include "bench/load/append.h"

#include <fmt/format.h>

namespace facteur::load {
namespace {

constexpr std::size_t messages_of_append = 50;

} // namespace

void Appender::add(const MboxMessage& message) {
    if (command_.empty()) command_ = "APPEND " + mailbox_;
    command_ += fmt::format(" ({}) \"{}\" {{{}+}}\r\n{}", message.flags, message.date, message.text.size(),
                            message.text);
    octets_ += message.text.size();
    if (++messages_ % messages_of_append == 0) send();
}

void Appender::send() {
    if (command_.empty()) return;
    client_.send(command_);
    command_.clear();
    if (++under_way_ > 1) {
        client_.finish();
        --under_way_;
    }
}

void Appender::finish() {
    send();
    for (; under_way_ > 0; --under_way_)
        client_.finish();
}

} // namespace facteur::load
