// BODY and BODYSTRUCTURE (RFC 9051 §7.5.2) from a neutral form of the tree of parts: a stored structure row
// or `mime::parse` fills it. Thread-safety: pure functions.
#pragma once

#include "transport/imap/envelope.h"
#include "transport/mime/message.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur::imap {

// One part, in depth-first order, the root first. Views must outlive the writing.
struct BodyPart {
    using Parameters = std::vector<std::pair<std::string_view, std::string_view>>; // name, decoded value

    std::int32_t parent = -1; // index; -1: the root
    std::string_view type = "text", subtype = "plain";
    Parameters parameters;        // of Content-Type
    std::string_view content_id;  // without < >
    std::string_view description; // decoded
    mime::Encoding encoding = mime::Encoding::seven_bit;
    std::uint64_t octets = 0; // encoded
    std::uint64_t lines = 0;
    const EnvelopeView* envelope =
        nullptr; // of message/rfc822 and message/global: that of the message within
    // extension data
    std::string_view md5, disposition, language, location; // tags of `language` joined by ","
    Parameters disposition_parameters;
};

// `extended`: BODYSTRUCTURE, else BODY. A multipart or a nested message without children in `parts`, which
// the grammar cannot say, is written as application/octet-stream. Parts nested deeper than 200 are left out.
void write_body_structure(Output& out, const std::vector<BodyPart>& parts, bool extended, Wire wire = {});
inline void write_body_structure(std::string& out, const std::vector<BodyPart>& parts, bool extended,
                                 Wire wire = {}) {
    Output to(out);
    write_body_structure(to, parts, extended, wire);
}

std::string_view encoding_name(mime::Encoding encoding); // "BASE64"

// Of a parsed message, with the envelopes of nested messages. `message` and `bytes` must outlive it.
struct ParsedStructure {
    std::vector<BodyPart> parts;
    std::vector<std::unique_ptr<mime::Envelope>> headers; // what the envelopes' views point into
    std::vector<std::unique_ptr<EnvelopeView>> envelopes;
};
ParsedStructure body_parts(const mime::Message& message, std::string_view bytes);

} // namespace facteur::imap
