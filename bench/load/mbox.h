// The messages of an mbox as facteur-generate writes it.
#pragma once

#include <functional>
#include <string>

namespace facteur::load {

struct MboxMessage {
    std::string text;  // as on the wire: CRLF, without the fields that keep flags
    std::string date;  // of the "From " line, as IMAP writes it
    std::string flags; // as IMAP writes them
};

void read_mbox(const std::string& path, const std::function<void(const MboxMessage&)>& take);

} // namespace facteur::load
