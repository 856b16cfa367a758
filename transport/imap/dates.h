// Dates as IMAP writes them: INTERNALDATE's date-time and SEARCH's date (RFC 9051 §9). Thread-safety: pure
// functions.
#pragma once

#include "transport/base/output.h"
#include "transport/mime/headers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::imap {

// "17-Jul-1996 02:44:25 -0700", without the quotes; the day may be " 7". A leap second counts as the next.
std::optional<mime::Date> parse_date_time(std::string_view text);
std::string format_date_time(const mime::Date& date); // always 26 octets for the years 0 to 9999
void write_date_time(Output& out, const mime::Date& date);

// "1-Feb-1994": days since 1970-01-01. SEARCH compares days and disregards time and zone: compare with
// `day_of`.
std::optional<std::int32_t> parse_day(std::string_view text);
std::string format_day(std::int32_t day);
std::int32_t day_of(const mime::Date& date); // the day in the date's own zone

// "Wed, 17 Jul 1996 02:23:25 -0700": for ENVELOPE, when the header's own text is not at hand.
std::string format_mail_date(const mime::Date& date);

} // namespace facteur::imap
