// The values of header fields in the forms of RFC 8621 §4.1.2, written from a header block.
#pragma once

#include "actors/session/jmap/email_selection.h"
#include "transport/jmap/writer.h"

#include <string_view>

namespace facteur {

// The property and its value: of the last field of that name, or null; of all of them for ":all".
void write_header_field(const WantedHeader& wanted, std::string_view header, jmap::Writer& out);
// The value of "headers": every field, raw, in order.
void write_header_list(std::string_view header, jmap::Writer& out);

} // namespace facteur
