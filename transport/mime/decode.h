// Transfer encodings, charsets, encoded words and extended parameters, from the wire to UTF-8.
//
// Every function takes any bytes, is linear in them and never fails; what could not be decoded is told by
// `problem` (RFC 8621 isEncodingProblem) and shows as U+FFFD. Text that comes out is valid UTF-8.
// RFC 2045 §6 (base64, quoted-printable), 2047 (encoded words), 2231 (parameters), 2152 (UTF-7).
// Thread-safety: pure functions; the streaming decoders belong to one caller each.
#pragma once

#include "transport/mime/message.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::mime {

// ---- transfer encodings --------------------------------------------------------------------------------

// Decodes a body that comes in pieces, cut anywhere. `problem()` after `finish()`: octets that the encoding
// does not allow were skipped (base64) or kept (quoted-printable), or the encoding is unknown.
class TransferDecoder {
public:
    explicit TransferDecoder(Encoding encoding) : encoding_(encoding) {}
    void feed(std::string_view encoded, std::string& out); // appends
    void finish(std::string& out);
    bool problem() const { return problem_; }

private:
    void feed_base64(std::string_view encoded, std::string& out);
    void feed_quoted_printable(std::string_view encoded, std::string& out);
    bool resolve_held(char c, std::string& out);

    Encoding encoding_;
    bool problem_ = false;
    std::uint32_t bits_ = 0;   // base64: sextets of the quantum begun
    std::uint8_t sextets_ = 0; // base64: how many
    std::string held_;         // quoted-printable: an escape or white space whose end has not come yet
};

struct Decoded {
    std::string bytes;
    bool problem = false;
};

Decoded decode_transfer(std::string_view encoded, Encoding encoding);
// The size of `decode_transfer(encoded, encoding).bytes`, without making them.
std::uint64_t decoded_size(std::string_view encoded, Encoding encoding);

std::string base64_decode(std::string_view encoded); // lenient: what is not of the alphabet is skipped
// Encoding::unknown for what nobody registered; empty is seven_bit. Ignores case, comments and white space.
Encoding encoding_named(std::string_view name);

// ---- charsets ------------------------------------------------------------------------------------------

struct Utf8 {
    std::string text;
    bool problem = false; // the charset is unknown, or octets were malformed in it
};

// Any bytes in the named charset as UTF-8; a byte order mark is dropped, NUL is dropped. Labels mean what
// real mail means by them: iso-8859-1 and us-ascii with octets 0x80–0x9F are windows-1252, gb2312 is gb18030,
// ks_c_5601 is windows-949, us-ascii with octets over 127 is UTF-8 when it is valid UTF-8, else windows-1252
// (a problem), and so is utf-8 in which not one character of several octets is well formed (a problem): some
// program forgot to convert. An unknown or empty label: UTF-8 when it is valid, else windows-1252 (a problem
// only if the label was not empty).
Utf8 to_utf8(std::string_view bytes, std::string_view charset);
bool charset_known(std::string_view charset);

bool is_valid_utf8(std::string_view text);
bool is_ascii(std::string_view text);
// Malformed sequences become U+FFFD (one for each maximal part, Unicode §3.9), NUL is dropped.
std::string repair_utf8(std::string_view bytes);
// UTF-8 as it is, anything else as windows-1252; NUL is dropped.
std::string guess_utf8(std::string_view bytes);
// Unicode normalization form C; ASCII and already normal text are returned as they are.
std::string to_nfc(std::string text);
// The longest prefix of at most `octets` that does not cut a character.
std::string_view utf8_prefix(std::string_view text, std::size_t octets);

// ---- header words --------------------------------------------------------------------------------------

// Replaces encoded words (RFC 2047) by their text and folds by a space. Adjacent words of one charset and
// encoding are decoded together, so that a character cut between them is whole again. A word that breaks the
// rules of RFC 2047 §5 (not set off by white space, unknown charset) stays as it is.
std::string decode_words(std::string_view value);

// A structured value as Content-Type and Content-Disposition have: `text/plain; charset=utf-8; name*0*=…`.
// Extended and continued parameters (RFC 2231) are joined and decoded; encoded words in a value (which
// RFC 2047 §5 forbids and real mail has) are decoded too. Of two parameters with one name the first counts.
struct Parameterized {
    std::string value; // lower case, comments and white space removed: "text/plain", "attachment"
    std::vector<Parameter> parameters;
};
Parameterized parse_parameterized(std::string_view value);
// Empty when absent.
std::string_view parameter(const std::vector<Parameter>& parameters, std::string_view name);

} // namespace facteur::mime
