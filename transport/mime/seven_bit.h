// A message for a server that takes no 8-bit text (RFC 6152 §3): its parts are encoded as quoted-printable or
// base64, and say so.
//
// Pure function; time is linear in the message, and in its parts times their depth.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facteur::mime {

// `message` has CRLF line ends. What it says is the same: the decoded octets of each part, its fields but for
// Content-Transfer-Encoding, the nesting. Octets over 127 between parts, which nobody shows, become "?"; a
// message without MIME becomes one (RFC 1428). Nothing when it cannot be: 8-bit header fields (these need
// SMTPUTF8), 8-bit parts that may not be encoded (RFC 2046 §5.2.2 and §5.2.3) or are signed (RFC 1847 §2.1),
// a message that could not be taken apart.
std::optional<std::string> to_seven_bit(std::string_view message);

} // namespace facteur::mime
