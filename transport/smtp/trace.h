// Trace header fields: Received and Return-Path (RFC 5321 §4.4), the "with" names of RFC 3848 and RFC 6531
// §3.7.3, and the count of hops that finds loops (RFC 5321 §6.3).
//
// Everything from outside (host names, addresses) is cut to printable characters before it is written, so
// that nobody writes a header field by his EHLO. Thread-safety: pure functions.
#pragma once

#include "transport/smtp/address.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::smtp {

struct Received {
    std::string helo;     // what the client called itself
    std::string client;   // its address: "192.0.2.1", "2001:db8::1"
    std::string by;       // our host name
    std::string id;       // our id of the transaction, alphanumeric
    bool lmtp = false;    // else SMTP
    bool extended = true; // EHLO
    bool authenticated = false;
    bool utf8 = false;                // SMTPUTF8 was asked for
    std::string tls_version;          // "TLSv1.3"; empty: no TLS
    std::string tls_cipher;           // "TLS_AES_256_GCM_SHA384"
    std::optional<Mailbox> recipient; // when there is a single one
    std::int64_t at = 0;              // seconds UTC
};

// "ESMTPSA", "LMTPS", "UTF8SMTPS"…
std::string with_protocol(const Received& received);

// "Received: from …;\r\n\t…\r\n", folded.
std::string received_field(const Received& received);

// "Return-Path: <…>\r\n"; nothing: the null path.
std::string return_path_field(const std::optional<Mailbox>& sender);

// "Tue, 24 Nov 2026 16:13:11 +0000"
std::string date_time(std::int64_t seconds);

// The number of Received fields at the head of a message.
std::uint32_t count_hops(std::string_view message);

} // namespace facteur::smtp
