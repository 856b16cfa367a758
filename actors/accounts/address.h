// Addresses of accounts: how one is written in the directory, so that every spelling of it finds the same
// row.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facteur {

// "Anne.Dupont@Académie.fr" → lower case in both parts, NFC. Nothing when it is not local@domain.
std::optional<std::string> normalise_address(std::string_view address);
// "anne+classe@x" → "anne@x"; nothing when there is no detail (RFC 5233).
std::optional<std::string> without_detail(std::string_view normalised);

} // namespace facteur
