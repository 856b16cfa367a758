// What is said on one connection: requests out of the octets that have come, replies that were known before.
// No sockets; the server has a talk for each connection.
#pragma once

#include "bench/floor/mailboxes.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::floor {

struct Reply {
    std::string_view body; // comes first; lives as long as the program
    std::string tail;
    // Must be on disk before the reply is sent; empty: nothing must.
    std::string record;
    std::vector<Mailbox*> delivered_to; // they have one message more as soon as it is
    Mailbox* watched = nullptr;         // from now on the connection is told of its messages
};

class Talk {
public:
    Talk() = default;
    virtual ~Talk() = default;
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    [[nodiscard]] virtual std::string_view greeting() const { return {}; }
    // Takes a request from the front of the input. Nothing: it is not whole yet.
    virtual std::optional<Reply> take(std::string& input) = 0;
};

// A command is answered with `filler` and an OK; what a STORE writes first has `record` octets, or is
// nothing.
std::unique_ptr<Talk> imap_talk(Mailboxes& mailboxes, std::string_view filler, std::size_t record);
std::unique_ptr<Talk> smtp_talk(Mailboxes& mailboxes, bool is_lmtp);
// Any request is answered with `answer`.
std::unique_ptr<Talk> http_talk(std::string_view answer);

// Untagged responses of IMAP, so many octets with the tagged one that comes last.
std::string imap_filler(std::size_t octets);
// A response of HTTP whose body has so many octets: JSON that is a session of JMAP and an answer to what
// facteur-load asks in one.
std::string http_answer(std::size_t octets);

} // namespace facteur::floor
