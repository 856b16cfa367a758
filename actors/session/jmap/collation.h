// The collations of sorting (RFC 8620 §5.5, RFC 4790, RFC 5051): a text becomes a key, and keys compare by
// their octets. Pure functions.
#pragma once

#include "transport/jmap/errors.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace facteur {

enum class Collation : std::uint8_t { ascii_numeric, ascii_casemap, unicode_casemap };

// Empty: i;unicode-casemap. Fails with unsupportedSort for one that the session does not announce.
jmap::Expected<Collation> collation_named(std::string_view identifier);

std::string collation_key(std::string_view text, Collation collation);

} // namespace facteur
