// Text in the charsets of old mail programs.
#pragma once

#include <string>
#include <string_view>

namespace facteur::generate {

// UTF-8 in "utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252" or "utf-7"; what the charset does
// not have is written as programs do: "’" as "'", "€" as "EUR".
std::string encoded(std::string_view text, std::string_view charset);

} // namespace facteur::generate
