#include "transport/mime/encode.h"

#include "transport/mime/ascii.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::size_t base64_line = 57; // octets that make 76 characters
constexpr std::size_t quoted_line = 75; // and "=" for a soft line end

void append_base64(std::string& out, std::string_view bytes) {
    const std::size_t before = out.size();
    out.resize(before + (bytes.size() + 2) / 3 * 4);
    char* to = out.data() + before;
    const auto octet = [&bytes](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const std::uint32_t bits = octet(i) << 16 | octet(i + 1) << 8 | octet(i + 2);
        *to++ = alphabet[bits >> 18];
        *to++ = alphabet[bits >> 12 & 63];
        *to++ = alphabet[bits >> 6 & 63];
        *to++ = alphabet[bits & 63];
    }
    if (i == bytes.size()) return;
    const bool two = i + 2 == bytes.size();
    const std::uint32_t bits = octet(i) << 16 | (two ? octet(i + 1) << 8 : 0);
    *to++ = alphabet[bits >> 18];
    *to++ = alphabet[bits >> 12 & 63];
    *to++ = two ? alphabet[bits >> 6 & 63] : '=';
    *to++ = '=';
}

// Octets of the line end at `at`; 0: there is none.
std::size_t line_end_at(std::string_view text, std::size_t at, LineEnds line_ends) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') return 2;
    return line_ends == LineEnds::normal && is_line_end(text[at]) ? 1 : 0;
}

// "From " and "." at the beginning of a line are changed or eaten by some that pass mail on.
bool is_fragile(std::string_view text, std::size_t at) {
    return text.substr(at).starts_with("From ") ||
           (text[at] == '.' && (at + 1 == text.size() || is_line_end(text[at + 1])));
}

} // namespace

void write_base64(std::string_view bytes, Pieces& out) {
    for (std::size_t at = 0; at < bytes.size(); at += base64_line) {
        if (at > 0) out.buffer() += "\r\n";
        append_base64(out.buffer(), bytes.substr(at, base64_line));
        out.flush_when_full();
    }
}

void write_quoted_printable(std::string_view text, LineEnds line_ends, Pieces& out) {
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto& buffer = out.buffer();
        if (const auto size = line_end_at(text, at, line_ends); size > 0) {
            buffer += "\r\n";
            column = 0;
            at += size;
            out.flush_when_full();
            continue;
        }
        const char c = text[at];
        const bool last = at + 1 == text.size() || line_end_at(text, at + 1, line_ends) > 0;
        const bool plain = (c > ' ' && c < 127 && c != '=') || (is_wsp(c) && !last);
        const bool escaped = !plain || (column == 0 && is_fragile(text, at));
        const std::size_t size = escaped ? 3 : 1;
        if (column + size > quoted_line + (last ? 1 : 0)) {
            buffer += "=\r\n";
            column = 0;
            continue; // what is fragile at the beginning of a line is looked at again
        }
        if (escaped) {
            const auto octet = static_cast<unsigned char>(c);
            buffer += '=';
            buffer += hex_digits[octet >> 4];
            buffer += hex_digits[octet & 15];
        } else {
            buffer += c;
        }
        column += size;
        ++at;
        out.flush_when_full();
    }
}

void write_lines(std::string_view text, Pieces& out) {
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of("\r\n", at), text.size());
        out.append(text.substr(at, end - at));
        if (end == text.size()) return;
        out.append("\r\n");
        at = end + line_end_at(text, end, LineEnds::normal);
    }
}

std::string base64_encode(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

std::string quoted_printable_encode(std::string_view text) {
    std::string out;
    const Sink sink = [&out](std::string_view piece) { out += piece; };
    Pieces pieces(sink);
    write_quoted_printable(text, LineEnds::normal, pieces);
    pieces.flush();
    return out;
}

} // namespace facteur::mime
