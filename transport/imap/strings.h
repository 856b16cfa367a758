// How a server writes strings: quoted where that can be, else as a literal; NIL, mailbox names, encoded words
// (RFC 9051 §4.3, §9; RFC 3516 for literal8). All append to `out`. Thread-safety: pure functions.
#pragma once

#include "transport/base/output.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur::imap {

// What a client has enabled, as far as strings depend on it: IMAP4rev2 (RFC 9051 §5.1) or UTF8=ACCEPT
// (RFC 6855). Without, mailbox names are UTF-7 and quoted strings ASCII.
struct Wire {
    bool utf8 = false;
};

void write_number(Output& out, std::uint64_t number);

// A quoted string up to 1,000 octets without CR, LF and, unless `wire.utf8`, octets over 127; else a literal.
// NULs, which neither can hold, are dropped: for texts, never for bodies.
void write_string(Output& out, std::string_view text, Wire wire = {});
void write_nstring(Output& out, std::optional<std::string_view> text, Wire wire = {});
void write_astring(Output& out, std::string_view text, Wire wire = {}); // an atom when it can be
// As a string: `text` when it is plain or the wire takes UTF-8, else words of RFC 2047 that mean it.
void write_text(Output& out, std::string_view text, Wire wire = {});
void write_mailbox(std::string& out, std::string_view name, Wire wire = {}); // UTF-8 comes in

// "{5}\r\n": exactly that many octets have to follow. `literal8`: "~{5}", where the grammar has it (BINARY).
void write_literal_header(Output& out, std::uint64_t octets, bool literal8 = false);

// The same behind what a string holds.
inline void write_number(std::string& out, std::uint64_t number) {
    Output to(out);
    write_number(to, number);
}
inline void write_string(std::string& out, std::string_view text, Wire wire = {}) {
    Output to(out);
    write_string(to, text, wire);
}
inline void write_nstring(std::string& out, std::optional<std::string_view> text, Wire wire = {}) {
    Output to(out);
    write_nstring(to, text, wire);
}
inline void write_astring(std::string& out, std::string_view text, Wire wire = {}) {
    Output to(out);
    write_astring(to, text, wire);
}
inline void write_literal_header(std::string& out, std::uint64_t octets, bool literal8 = false) {
    Output to(out);
    write_literal_header(to, octets, literal8);
}

// Whether `text` cannot stand as it is in a header of ASCII (RFC 2047).
bool needs_encoded_words(std::string_view text);
// ASCII that means `text` (RFC 2047): as it is when it is plain, else words of UTF-8 in base64.
std::string encode_words(std::string_view text);

} // namespace facteur::imap
