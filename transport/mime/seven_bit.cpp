#include "transport/mime/seven_bit.h"

#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/encode.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"

#include <algorithm>

namespace facteur::mime {
namespace {

// What lies between parts: delimiters, preambles, epilogues.
void add_between(std::string_view text, std::string& out) {
    for (const char c : text)
        out += is_eight_bit(c) ? '?' : c;
}

void add_field(std::string_view name, std::string_view value, std::string& out) {
    out.append(name).append(": ").append(value).append("\r\n");
}

// The header with another Content-Transfer-Encoding.
void add_header(std::string_view header, std::string_view encoding, bool is_root, std::string& out) {
    std::size_t at = 0;
    bool has_version = false, has_type = false;
    for (const Field& field : Fields(header)) {
        has_version = has_version || same_name(field.name, "MIME-Version");
        has_type = has_type || same_name(field.name, "Content-Type");
        if (!same_name(field.name, "Content-Transfer-Encoding")) continue;
        out += header.substr(at, field.offset - at);
        at = field.offset + field.size;
    }
    out += header.substr(at);
    if (!header.empty() && !header.ends_with('\n')) out += "\r\n";
    if (is_root && !has_version) add_field("MIME-Version", "1.0", out);
    if (is_root && !has_type) add_field("Content-Type", "text/plain; charset=unknown-8bit", out);
    add_field("Content-Transfer-Encoding", encoding, out);
}

bool is_composite(const Part& part) {
    return part.is_multipart || part.is_message;
}

bool is_signed(const Message& message, const Part& part) {
    for (auto outer = part.parent; outer >= 0; outer = message.parts[static_cast<std::size_t>(outer)].parent)
        if (message.parts[static_cast<std::size_t>(outer)].is("multipart", "signed")) return true;
    return false;
}

bool may_be_encoded(const Message& message, const Part& part) {
    if (part.opaque || part.type == "message" || part.type == "multipart") return false;
    if (part.encoding == Encoding::quoted_printable || part.encoding == Encoding::base64) return false;
    return !is_signed(message, part);
}

// Text stays readable where most of it is ASCII.
bool suits_quoted_printable(const Part& part, std::string_view body) {
    if (part.type != "text") return false;
    const auto octets = static_cast<std::size_t>(std::count_if(body.begin(), body.end(), is_eight_bit));
    return octets <= body.size() / 3;
}

void add_body(std::string_view body, bool quoted, std::string& out) {
    const Sink sink = [&](std::string_view piece) { out += piece; };
    Pieces pieces(sink);
    if (quoted)
        write_quoted_printable(body, LineEnds::normal, pieces);
    else
        write_base64(body, pieces);
    pieces.flush();
}

// What is not well formed may be read in another way once it is encoded, and an encoded line may come to look
// like a delimiter.
bool says_the_same(std::string_view bytes, const Message& message, std::string_view encoded) {
    const Message again = parse(encoded);
    if (!is_ascii(encoded) || again.parts.size() != message.parts.size()) return false;
    for (std::size_t i = 0; i < message.parts.size(); ++i) {
        const Part &was = message.parts[i], &is = again.parts[i];
        if (was.parent != is.parent || was.type != is.type || was.subtype != is.subtype) return false;
        if (was.children == 0 && decode_transfer(was.body.of(bytes), was.encoding).bytes !=
                                     decode_transfer(is.body.of(encoded), is.encoding).bytes)
            return false;
    }
    return true;
}

} // namespace

std::optional<std::string> to_seven_bit(std::string_view bytes) {
    const Message message = parse(bytes);
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 4);
    std::size_t at = 0;
    for (const Part& part : message.parts) {
        const auto header = part.header.of(bytes), body = part.body.of(bytes);
        if (!is_ascii(header)) return std::nullopt;
        const bool composite = is_composite(part);
        if (!composite && is_ascii(body)) continue;
        if (composite && (part.encoding == Encoding::seven_bit || is_signed(message, part))) continue;
        if (!composite && !may_be_encoded(message, part)) return std::nullopt;
        const auto blank = bytes.substr(part.header.end(), part.body.offset - part.header.end());
        if (!blank.empty() && blank != "\r\n") return std::nullopt; // garbage where the header ends
        const bool quoted = !composite && suits_quoted_printable(part, body);
        add_between(bytes.substr(at, part.header.offset - at), out);
        add_header(header, composite ? "7bit" : (quoted ? "quoted-printable" : "base64"), part.parent < 0,
                   out);
        at = part.header.end();
        if (composite) continue;
        out += blank.empty() ? "\r\n" : blank;
        add_body(body, quoted, out);
        at = part.body.end();
    }
    add_between(bytes.substr(at), out);
    if (!out.ends_with("\r\n")) out += "\r\n";
    return says_the_same(bytes, message, out) ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace facteur::mime
