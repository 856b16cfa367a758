// EmailAddress objects (RFC 8621 §4.1.2.3).
#pragma once

#include "transport/jmap/writer.h"

namespace facteur {

// A list of anything that has a name and an email. Name: null when empty.
template <typename Addresses>
void write_addresses(const Addresses& addresses, jmap::Writer& out) {
    out.begin_array();
    for (const auto& address : addresses)
        out.begin_object().member_or_null("name", address.name).member("email", address.email).end_object();
    out.end_array();
}

} // namespace facteur
