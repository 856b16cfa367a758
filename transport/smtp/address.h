// Addresses of the envelope: the Path and Mailbox grammar of RFC 5321 §4.1.2 with the UTF-8 of RFC 6531 §3.3.
//
// A `Mailbox` is normalised: the local part without quotes and in its own case, the domain in lower case
// (ASCII letters; UTF-8 labels are kept as they are). Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facteur::smtp {

inline constexpr std::size_t max_local_octets =
    128; // RFC 5321 §4.5.3.1.1 says 64; VERP and BATV senders pass it
inline constexpr std::size_t max_domain_octets = 255; // RFC 5321 §4.5.3.1.2
inline constexpr std::size_t max_path_octets = 512;   // with a source route; RFC 5321 §4.5.3.1.3 says 256

struct Mailbox {
    std::string local; // unquoted: what a quoted string means
    std::string
        domain; // lower case; "[192.0.2.1]", "[IPv6:2001:db8::1]" for literals; empty: bare "postmaster"

    bool is_ascii() const;
    bool is_literal() const { return !domain.empty() && domain.front() == '['; }
    std::string text() const; // as it is written in SMTP: the local part quoted where it must be
    bool operator==(const Mailbox&) const = default;
};

// A path that begins `text` with its angle brackets, and what follows it. Source routes (`@a,@b:`) are read
// and forgotten (RFC 5321 §3.6.1, appendix C).
struct Path {
    std::optional<Mailbox> mailbox; // nothing: the null path "<>"
    std::string_view rest;          // after ">"
};
// Nothing when it breaks the grammar. The null path is read, callers judge where it may stand; so is
// "<postmaster>" (any case), with an empty domain.
std::optional<Path> parse_path(std::string_view text);

// An addr without brackets: "name@example.net". Nothing when it breaks the grammar.
std::optional<Mailbox> parse_mailbox(std::string_view text);

// The name of a host as EHLO gives it: a domain or an address literal (RFC 5321 §4.1.1.1).
bool is_domain_or_literal(std::string_view text);
bool is_domain(std::string_view text);
bool is_address_literal(std::string_view text); // with its square brackets

} // namespace facteur::smtp
