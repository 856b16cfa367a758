// Where the octets are that FETCH asks for: BODY[…], BINARY[…] and RFC822… against the tree of parts, as
// spans of the stored message (RFC 9051 §6.4.5.1, RFC 3516). The body itself is not touched: that is for
// HEADER.FIELDS and BINARY alone, which have functions of their own for what was read.
//
// Numbers of parts, as RFC 9051 has them: a multipart's children are 1, 2, …; whatever is not a multipart has
// one part, 1, which is its body, when it is the message itself or a message in message/rfc822.
// Thread-safety: pure functions.
#pragma once

#include "transport/imap/fetch_item.h"
#include "transport/mime/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

// One part, in depth-first order, the root first: what `mime::Part` and a stored row both know.
struct SectionPart {
    std::int32_t parent = -1; // index; -1: the root
    bool multipart = false;   // its children are its parts; else its child, if any, is the message within it
    mime::Encoding encoding = mime::Encoding::seven_bit;
    mime::Span header, body; // as in mime::Part: the header without its blank line
};
std::vector<SectionPart> section_parts(const mime::Message& message);

struct ResolvedSection {
    mime::Span span;         // of the message
    bool has_fields = false; // HEADER.FIELDS…: give the span's octets to `select_fields`
    std::uint32_t part = 0;  // index of the part that it belongs to
    mime::Encoding encoding =
        mime::Encoding::binary; // of BINARY: give the octets to `mime::TransferDecoder`.
                                // Encoding::unknown: NO [UNKNOWN-CTE]
};

// Nothing: there is no such section (answer NIL).
std::optional<ResolvedSection> resolve_section(const std::vector<SectionPart>& parts,
                                               std::uint64_t message_size, const Section& section);
std::optional<ResolvedSection> resolve_binary(const std::vector<SectionPart>& parts,
                                              std::uint64_t message_size,
                                              const std::vector<std::uint32_t>& part);

// The section that an item asks for: RFC822 is BODY[], RFC822.HEADER is BODY[HEADER], RFC822.TEXT is
// BODY[TEXT].
Section section_of(const FetchItem& item);

// What <offset.octets> leaves of a span, or of decoded octets: empty when the offset is past the end.
mime::Span cut(mime::Span span, const std::optional<BytesRange>& range);

// The fields of a header that are named, or with `except` the others, as they stand there, in order, and the
// blank line.
std::string select_fields(std::string_view header, const std::vector<std::string>& fields, bool except);

} // namespace facteur::imap
