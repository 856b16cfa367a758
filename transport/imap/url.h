// The URLs of CATENATE (RFC 4469 §3, RFC 5092 §7): a message of this server, or a part of it. Thread-safety:
// pure functions.
#pragma once

#include "transport/imap/fetch_item.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::imap {

struct MessageUrl {
    std::string mailbox; // UTF-8; empty: the one selected
    std::optional<std::uint32_t> uid_validity;
    std::uint32_t uid = 0;
    Section section;
    std::optional<BytesRange> range; // octets 0: to the end
    bool operator==(const MessageUrl&) const = default;
};

// "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1.2/;partial=0.1024" or ";UID=20". Nothing for any other
// form: a URL of another server, one with an authorisation, one that names no message.
std::optional<MessageUrl> parse_message_url(std::string_view url);

} // namespace facteur::imap
