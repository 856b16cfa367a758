// Fills a mailbox by MULTIAPPEND, with the next command sent while the server works on one: every server
// syncs once for many messages.
#pragma once

#include "bench/load/imap.h"
#include "bench/load/mbox.h"

#include <cstddef>
#include <string>

namespace facteur::load {

class Appender {
public:
    Appender(Imap& client, std::string mailbox) : client_(client), mailbox_(std::move(mailbox)) {}

    void add(const MboxMessage& message);
    void finish(); // all are there
    [[nodiscard]] std::size_t messages() const { return messages_; }
    [[nodiscard]] std::size_t octets() const { return octets_; }

private:
    void send();

    Imap& client_;
    std::string mailbox_, command_;
    std::size_t messages_ = 0, octets_ = 0, under_way_ = 0;
};

} // namespace facteur::load
