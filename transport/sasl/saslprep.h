// SASLprep (RFC 4013): the one form of a user name or password that both sides of an exchange hash.
// Thread-safety: pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facteur::sasl {

inline constexpr std::size_t max_secret_octets = 1024; // of a user name or password; bounds every hash

// Nothing when the text is longer than `max_secret_octets`, is no UTF-8, or has what SASLprep prohibits
// (control characters, mixed directions). Code points younger than Unicode 3.2 pass: people use them.
std::optional<std::string> saslprep(std::string_view text);

} // namespace facteur::sasl
