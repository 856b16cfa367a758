// Parameters of MAIL and RCPT: SIZE (RFC 1870), BODY (6152), SMTPUTF8 (6531), RET, ENVID, NOTIFY, ORCPT
// (3461), AUTH (4954 §5), HOLDFOR and HOLDUNTIL (4865). Parsed strictly: an unknown keyword is 555, a known
// one twice, with a bad value or where its extension is not offered is 501. Thread-safety: pure functions.
#pragma once

#include "transport/smtp/address.h"
#include "transport/smtp/reply.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::smtp {

enum class Body { seven_bit, eight_bit_mime };
enum class Return { unsaid, full, headers };

// NOTIFY, as bits. Zero: unsaid. `notify_never` stands alone.
enum Notify : std::uint8_t { notify_never = 1, notify_success = 2, notify_failure = 4, notify_delay = 8 };

struct MailParameters {
    std::uint64_t size = 0; // 0: unsaid
    Body body = Body::seven_bit;
    bool smtputf8 = false;
    Return ret = Return::unsaid;
    std::string envelope_id;         // decoded from xtext
    std::optional<std::string> auth; // decoded; empty for "<>"
    std::int64_t hold_until = 0;     // seconds UTC, 0: unsaid
    bool operator==(const MailParameters&) const = default;
};

struct OriginalRecipient {
    std::string type;    // "rfc822", "utf-8": lower case
    std::string address; // decoded from xtext
    bool operator==(const OriginalRecipient&) const = default;
};

struct RcptParameters {
    std::uint8_t notify = 0; // bits of Notify
    std::optional<OriginalRecipient> original;
    bool operator==(const RcptParameters&) const = default;
};

struct Offered { // what the connection's role announces
    bool hold = false;
    std::int64_t hold_seconds = 0;
    std::int64_t now = 0; // seconds UTC
};

// `text` is what follows the path, with its leading spaces.
tl::expected<MailParameters, Reply> parse_mail_parameters(std::string_view text, const Offered& offered);
tl::expected<RcptParameters, Reply> parse_rcpt_parameters(std::string_view text);

// RFC 3461 §4. Nothing when it breaks the grammar.
std::optional<std::string> decode_xtext(std::string_view text);
std::string encode_xtext(std::string_view octets);

// "2026-11-24T16:13:11Z" or with a zone (RFC 3339, as RFC 4865 §2 wants) to seconds UTC.
std::optional<std::int64_t> parse_date_time(std::string_view text);
std::string format_date_time(std::int64_t seconds);

} // namespace facteur::smtp
