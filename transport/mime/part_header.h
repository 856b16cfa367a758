// What the Content-* fields of a part say. Private to transport/mime.
#pragma once

#include "transport/mime/message.h"

namespace facteur::mime {

// Fills type, encoding, names and parameters from a header block. `in_digest`: a part that names no type is
// message/rfc822 (RFC 2046 §5.1.5).
void describe(Part& part, std::string_view header, bool in_digest);

// Makes a multipart in which nothing was found the text that it probably is.
void become_plain_text(Part& part);

} // namespace facteur::mime
