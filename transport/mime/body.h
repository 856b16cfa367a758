// What a reader sees of a message: which parts are its body (RFC 8621 §4.1.4), their text, and a preview.
//
// All functions are linear in the bytes that they read and bounded by the limits they are given; none fails.
// Text that comes out is valid UTF-8. Thread-safety: pure functions.
#pragma once

#include "transport/mime/message.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::mime {

// Indices into Message::parts, in the order of RFC 8621 §4.1.4. Parts of nested messages are never in it.
struct BodyLists {
    std::vector<std::uint32_t> text, html, attachments;
    bool operator==(const BodyLists&) const = default;
};
BodyLists body_lists(const Message& message);

// RFC 8621 §4.1.4 hasAttachment: some attachment is more than a picture shown within the HTML, or a
// signature (application/pkcs7-signature, application/pgp-signature).
bool has_attachment(const Message& message, const BodyLists& lists);

// A text part as it lies in the message or as a stored row describes it.
struct TextPart {
    std::string_view body; // encoded
    Encoding encoding = Encoding::seven_bit;
    std::string_view charset;
    bool html = false;
};
TextPart text_part(std::string_view bytes, const Part& part);

// RFC 8621 EmailBodyValue.
struct BodyValue {
    std::string value; // CRLF is LF
    bool is_encoding_problem = false;
    bool is_truncated = false;
};
// At most `max_octets` of UTF-8 (0: no limit), not cut within a character and, in HTML, not within a tag.
// Reads no more of the body than that takes.
BodyValue body_value(const TextPart& part, std::size_t max_octets = 0);

// At most 256 characters on one line: the first text of the message that is the writer's own. Quoted lines,
// the line that introduces them and the signature are skipped, unless nothing else is there. From HTML when
// there is no plain text.
std::string preview(std::string_view bytes, const Message& message, const BodyLists& lists);

// The readable text of HTML: script, style, head and comments are left out, block elements and <br> become
// line ends, character references are decoded, white space is folded. At most `max_octets` come out (0: as
// many as there are, which is never more than three times the input).
std::string html_to_text(std::string_view html, std::size_t max_octets = 0);

// The text of a part for a search index: its body value, HTML as text; at most `max_octets`.
std::string searchable_text(const TextPart& part, std::size_t max_octets);

} // namespace facteur::mime
