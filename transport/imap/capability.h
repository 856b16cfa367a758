// What a server says it can do, by state, and what ENABLE turns on (RFC 9051 §6.1.1, §7.2.2). Thread-safety:
// pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

// What ENABLE (RFC 5161) turns on, as bits; CONDSTORE is also turned on by the commands that use it.
enum Enabled : std::uint8_t {
    enabled_condstore = 1 << 0, // RFC 7162
    enabled_qresync = 1 << 1,   // RFC 7162; condstore too
    enabled_utf8 = 1 << 2,      // UTF8=ACCEPT (RFC 6855)
    enabled_rev2 = 1 << 3,      // IMAP4rev2
    enabled_uid_only = 1 << 4,  // RFC 9586
};
std::uint8_t enabled_bits(std::string_view capability); // upper case; 0: cannot be enabled

// All that this folder can read and write, for `Options::capabilities`; the caller leaves out what it does
// not do. APPENDLIMIT=, JMAPACCESS and QUOTA=RES- are made by the caller, who knows their values.
const std::vector<std::string>& known_capabilities();

} // namespace facteur::imap
