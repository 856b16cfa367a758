// Writes messages: the shape that JMAP Email/set gives (RFC 8621 §4.6) to bytes (RFC 5322, 2045–2047, 2231,
// 6532).
//
//   NewMessage m;
//   m.fields.push_back({"Subject", Text{"Réunion"}});
//   m.body = text_body("Bonjour,\n…");
//   Result<std::string> bytes = write(m, options);
//
// Lines end in CRLF always, are folded at 78 columns where the grammar has a place for it and never longer
// than 998. Nothing is added that was not asked for but MIME-Version and the Content-* fields of the shape:
// Date and Message-ID are the caller's (`message_id`). parse(write(x)) has the same tree, fields and bytes as
// x, but for line ends of text.
//
// Randomness is handed in. Errors: Code::malformed for a field name or value that cannot be written (a
// control character, a raw value that would break out of its field), a multipart without children;
// Code::too_large for a tree deeper than 50. Thread-safety: pure functions.
#pragma once

#include "transport/base/result.h"
#include "transport/mime/headers.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace facteur::mime {

// The forms of RFC 8621 §4.1.2, as values to be written.
struct Raw { // written as it is after "Name:"; must be valid folded text
    std::string value;
};
struct Text { // a tab is written as a space
    std::string value;
};
struct MessageIds {
    std::vector<std::string> ids; // without < >
};
struct Urls {
    std::vector<std::string> urls; // without < >
};
using FieldValue =
    std::variant<Raw, Text, std::vector<Address>, std::vector<AddressGroup>, MessageIds, Date, Urls>;

struct NewField {
    std::string name;
    FieldValue value;
};

struct NewPart {
    // "multipart/…" has children, all else has content. May have parameters: "text/calendar; method=REQUEST".
    std::string type = "text/plain";
    // The caller keeps it alive while writing. Composed text (text/* with neither a name nor the disposition
    // "attachment") and message/* may have any line ends, which become CRLF; all else keeps its octets.
    std::string_view content;
    std::string charset; // of content; empty: "utf-8" for text/* (or us-ascii when it is), none for others
    std::string name;    // file name
    std::string disposition; // "attachment", "inline" or empty
    std::string content_id;  // without < >
    std::vector<std::string> language;
    std::string location;
    std::vector<NewField> fields; // further fields of this part
    std::vector<NewPart> children;
};

struct NewMessage {
    std::vector<NewField> fields; // in this order; no Content-* and no MIME-Version
    NewPart body;
};

struct WriteOptions {
    bool utf8_headers = false;             // RFC 6532: for recipients whose servers announced SMTPUTF8 only
    bool eight_bit = false;                // bodies may be 8bit (8BITMIME all the way)
    std::function<std::uint64_t()> random; // for boundaries; must be set when there is a multipart
};

using Sink = std::function<void(std::string_view)>;

Result<std::string> write(const NewMessage& message, const WriteOptions& options);
// The same in pieces of some 64 KiB, so that large attachments are never whole in memory twice. On an error
// the sink has seen nothing.
Result<void> write(const NewMessage& message, const WriteOptions& options, const Sink& sink);

// ---- pieces --------------------------------------------------------------------------------------------

// One field with its line end, folded: "Subject: …\r\n".
Result<std::string> write_field(const NewField& field, bool utf8_headers = false);
// "Tue, 24 Nov 2026 16:13:11 +0000"
std::string write_date(const Date& date);
// Fresh id without < >: 128 bits of `random` and the domain.
std::string message_id(const std::function<std::uint64_t()>& random, std::string_view domain);

// The usual tree of a composed message: alternative of `text` and `html` (either may be empty), within
// related when there are parts shown in the HTML, within mixed when there are attachments.
NewPart body_tree(std::string_view text, std::string_view html, std::vector<NewPart> shown_in_html = {},
                  std::vector<NewPart> attachments = {});

std::string base64_encode(std::string_view bytes);          // one line, padded
std::string quoted_printable_encode(std::string_view text); // lines of at most 76, any line end becomes CRLF

} // namespace facteur::mime
