// What puts messages into threads (RFC 8621 §3, RFC 5256).
// All functions are linear in their input and never fail. Thread-safety: pure functions.
#pragma once

#include "transport/mime/headers.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur::mime {

// The base subject of RFC 5256 §2.1 of a decoded subject, with the reply and forward marks of French, German,
// Spanish, Italian and Nordic programs too (RE:, RÉP:, RÉF:, TR:, FW:, FWD:, AW:, WG:, SV:, VS:, RV:, I:, R:
// …): marks, "[list]" tags, "(fwd)" and white space are taken off, the case is kept.
std::string base_subject(std::string_view subject);

// As above, folded for comparison and sorting (case and accents), at most `max_octets`.
std::string sort_subject(std::string_view subject, std::size_t max_octets = 128);

// Whether the subject had a reply or forward mark.
bool is_reply_subject(std::string_view subject);

// The ids by which a message belongs to a thread: its own, then what it answers, newest reference first,
// without duplicates and without < >; at most `max_ids`, so that a long References line stays bounded.
std::vector<std::string> thread_ids(const Envelope& envelope, std::size_t max_ids = 100);

} // namespace facteur::mime
