// What a line of a header block is. Private to transport/mime: the parser, which finds where headers end, and
// `Fields`, which walks them, must agree.
#pragma once

#include "transport/mime/ascii.h"

namespace facteur::mime {

enum class HeaderLine {
    field,        // "Name: …"
    continuation, // of the field before
    blank,        // ends the header and belongs to neither header nor body
    passed_over,  // mbox "From " lines before the first field, garbage between fields
    body,         // the blank line is missing: the body begins with this line
};

// The octets of the field name with which a line begins; 0 when it begins with none.
std::size_t field_name_size(std::string_view line);

// `has_field`: a field of this header was seen. Looks at most one line ahead.
HeaderLine header_line(std::string_view bytes, const Line& line, bool has_field);

} // namespace facteur::mime
