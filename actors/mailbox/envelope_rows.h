// What IMAP's ENVELOPE says of a header, in the form that the structure row keeps (store/rows.h).
// Thread-safety: pure functions.
#pragma once

#include "store/rows.h"
#include "transport/mime/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// The text of the Date field, unfolded.
std::string date_text(std::string_view header);

// Of messages within the message, and of the message itself when an address field has groups. `bytes` is the
// whole message.
std::vector<store::EnvelopeRow> envelope_rows(const mime::Message& message, std::string_view bytes);

} // namespace facteur
