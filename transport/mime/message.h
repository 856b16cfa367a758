// The structure of a message: one pass over its bytes finds every MIME part (RFC 2045, 2046, 5322, 6532).
//
// `parse` takes any bytes and never fails: what is not well formed becomes the best reading of it. The result
// holds offsets and decoded names only, no view into the bytes, so that it can be stored and used later
// without them.
//
//   Message m = parse(bytes);
//   m.parts[0]                          the root; parts are in depth-first order
//   m.parts[i].body.of(bytes)           the body of a part, still encoded
//
// What real mail does: lines may end in CRLF or LF; a missing blank line, a missing closing delimiter or one
// that belongs to an outer multipart end what is open; a multipart without a boundary parameter takes the one
// that its body shows; a multipart in which no delimiter is found is a text/plain leaf, so that its text is
// shown. Nested messages (message/rfc822, message/global) are descended into, as IMAP wants; JMAP sees the
// leaf and skips every part with `in_message`.
//
// Bounds: time and memory are linear in the bytes; nothing recurses. Past `Limits` the rest becomes an
// opaque leaf. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::mime {

// Content-Transfer-Encoding (RFC 2045 §6). The numbers are stored: never change one.
enum class Encoding : std::uint8_t {
    seven_bit = 0,
    eight_bit = 1,
    binary = 2,
    quoted_printable = 3,
    base64 = 4,
    unknown = 5, // a value that nobody registered: the body is taken as it is
};

struct Span { // octets from the start of the message
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t end() const { return offset + size; }
    // The octets themselves; empty when `bytes` is shorter than the message that was parsed.
    std::string_view of(std::string_view bytes) const {
        return end() <= bytes.size() ? bytes.substr(offset, size) : std::string_view{};
    }
    bool operator==(const Span&) const = default;
};

struct Parameter {
    std::string name;  // lower case, without the marks of RFC 2231
    std::string value; // decoded UTF-8
    bool operator==(const Parameter&) const = default;
};

struct Part {
    std::int32_t parent = -1;      // index in Message::parts, -1: the root
    std::uint32_t ordinal = 1;     // 1-based place among its siblings
    std::uint32_t children = 0;    // number of direct children; the first one follows its parent directly
    std::uint32_t subtree_end = 0; // index after its last descendant
    std::uint16_t depth = 0;       // 0: the root

    bool is_multipart = false; // has children that are its parts
    bool is_message = false;   // message/rfc822 or message/global with one child: the root of that message
    bool in_message = false;   // lies within a nested message: IMAP sees it, JMAP does not
    bool opaque = false; // a multipart or message that was not taken apart: no delimiter, encoded, or a limit

    Encoding encoding = Encoding::seven_bit;
    Span header; // from the first field to the line end of the last one, without the blank line
    Span body;   // still encoded; without the line end that belongs to the next delimiter
    std::uint64_t decoded_size = 0; // octets of the body after the transfer encoding (RFC 8621 `size`)
    std::uint32_t lines = 0;        // line ends in the body

    std::string type = "text", subtype = "plain"; // lower case
    std::string charset;     // as written; "us-ascii" for text that names none (RFC 8621 §4.1.4), else empty
    std::string name;        // decoded file name: Content-Disposition, else Content-Type; may be empty
    std::string disposition; // lower case: "attachment", "inline", …; empty when absent
    std::string content_id;  // without < >
    std::string description; // Content-Description, decoded
    std::string md5;         // Content-MD5, as written
    std::string language;    // tags joined by ","; empty when absent
    std::string location;    // Content-Location, unfolded
    std::string boundary;    // of a multipart
    std::vector<Parameter> parameters;             // all of Content-Type, in order
    std::vector<Parameter> disposition_parameters; // all of Content-Disposition, in order

    // IMAP section number ("1.2"), which is also the JMAP partId of a leaf. The root of a message, when it is
    // a multipart, has the number of its message: "" for the outermost.
    std::string section;

    bool is_leaf() const { return !is_multipart; } // as JMAP sees it
    bool is(std::string_view wanted_type, std::string_view wanted_subtype) const {
        return type == wanted_type && subtype == wanted_subtype;
    }
    std::string media_type() const { return type + "/" + subtype; }
};

struct Message {
    std::vector<Part> parts; // never empty
    std::uint64_t size = 0;  // of the bytes that were parsed

    const Part& root() const { return parts.front(); }
};

struct Limits {
    std::uint32_t parts = 4000;           // more than any real digest; a part costs about 600 octets
    std::uint16_t depth = 60;             // real mail stays under 20; keeps section numbers short
    std::uint32_t header_bytes = 1 << 20; // of one part, that are looked at for Content-* fields
};

Message parse(std::string_view bytes, const Limits& limits = {});

// The part with this section number (JMAP partId); of two that share a number (a nested message and the
// multipart that is its root) the message. Nothing when there is none.
std::optional<std::size_t> find_section(const Message& message, std::string_view section);

} // namespace facteur::mime
