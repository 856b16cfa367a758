// Names of mailboxes: UTF-8 inside Facteur, modified UTF-7 on the wire of IMAP4rev1 (RFC 3501 §5.1.3), UTF-8
// on that of IMAP4rev2 and UTF8=ACCEPT (RFC 9051 §5.1, RFC 6855).
//
// Strict both ways: one name has one spelling, so that no two spellings name one mailbox. Linear, never
// throws. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facteur::imap {

// `text` must be UTF-8; malformed sequences become U+FFFD.
std::string encode_utf7(std::string_view text);

// Nothing when it is not the one spelling that `encode_utf7` gives: octets over 127, controls, "&" without
// its end, printable ASCII within base64, padding bits that are set, lone surrogates, two shifts that touch.
std::optional<std::string> decode_utf7(std::string_view text);

// "inbox" in any case is "INBOX", at the top and as the first level ("inbox/sub") too.
std::string canonical_mailbox(std::string name);

// Does `name` match a pattern of LIST ("*": anything, "%": anything but `separator`)? INBOX is matched in any
// case. Linear but for patterns with several "*", where it is name times pattern.
bool matches_pattern(std::string_view pattern, std::string_view name, char separator);

} // namespace facteur::imap
