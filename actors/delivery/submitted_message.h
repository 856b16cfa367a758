// What a submission's recipients get, made of the message that its sender keeps: without Bcc (RFC 8621 §7.5),
// with the trace fields of RFC 5321 §4.4, and with Date and Message-ID if it has none. Pure functions.
#pragma once

#include "store/ids.h"

#include <string>
#include <string_view>

namespace facteur {

struct Submitted {
    std::string_view mail_from; // empty: the null path
    std::string_view domain;    // ours
    std::string_view id;        // of the submission, alphanumeric
    store::Time at = 0;
};
std::string delivered_copy(std::string_view message, const Submitted& submitted);

} // namespace facteur
