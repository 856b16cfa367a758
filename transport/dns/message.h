// DNS messages (RFC 1035 §4): one question out, one answer in.
//
// The parser takes any bytes: sections are bounded by the message, names to 255 octets, compression pointers
// lead backwards only, aliases are followed for `max_aliases`. Thread-safety: pure functions.
#pragma once

#include "transport/dns/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::dns {

inline constexpr std::size_t max_aliases = 16;
inline constexpr std::size_t max_records = 512; // of an answer that are looked at

// A name as questions may hold it: lower case, without the last dot. Nothing when a label or the name is too
// long or empty, or has octets other than letters, digits, '-' and '_'.
std::optional<std::string> normalise_name(std::string_view name);

// Recursion desired, AD set (RFC 6840 §5.7: we understand it), EDNS with 1232 octets (RFC 6891).
// `name` is normalised.
std::string write_question(std::uint16_t id, std::string_view name, Type type);

// The outcome of an answer to that question. Nonsense, and an answer to another question, is
// Outcome::failed.
Answer read_answer(std::string_view bytes, std::string_view name, Type type);

} // namespace facteur::dns
