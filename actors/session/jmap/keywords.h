// Keywords of emails between JMAP (RFC 8621 §4.1.1) and rows: case-insensitive, kept in lower case; those
// with a bit of their own (store::Flag) and all others. Pure functions.
#pragma once

#include "store/rows.h"
#include "transport/jmap/value.h"
#include "transport/jmap/writer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// What one email may have besides the keywords with a bit of their own.
inline constexpr std::size_t most_keywords = 128;

// In lower case; nothing when it is not 1 to 255 characters of the alphabet of an IMAP keyword.
std::optional<std::string> read_keyword(std::string_view text);
// The bit of a keyword in lower case that has one of its own; else 0.
std::uint32_t flag_of(std::string_view keyword);
void set_keyword(store::Keywords& keywords, const std::string& keyword, bool present);
[[nodiscard]] bool has_keyword(const store::Keywords& keywords, std::string_view keyword);
// {"$seen": true, …}; nothing when a name or a value is wrong. Of too many the rest is left out: there are
// more than `most_keywords` then.
std::optional<store::Keywords> read_keywords(jmap::Object object);

// The same, from what a row holds.
void write_keywords(std::uint32_t flags, const std::vector<std::string_view>& others, jmap::Writer& out);

} // namespace facteur
