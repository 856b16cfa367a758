#include "transport/mime/encode.h"

#include "transport/mime/ascii.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t base64_line = 57; // octets that make 76 characters
constexpr std::size_t quoted_line = 75; // and "=" for a soft line end

// Writes (bytes.size() + 2) / 3 * 4 characters.
char* put_base64(char* to, std::string_view bytes) {
    const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    for (; left >= 3; left -= 3, from += 3) {
        const std::uint32_t bits =
            static_cast<std::uint32_t>(from[0]) << 16 | static_cast<std::uint32_t>(from[1]) << 8 | from[2];
        *to++ = alphabet[bits >> 18];
        *to++ = alphabet[bits >> 12 & 63];
        *to++ = alphabet[bits >> 6 & 63];
        *to++ = alphabet[bits & 63];
    }
    if (left == 0) return to;
    const std::uint32_t bits = static_cast<std::uint32_t>(from[0]) << 16 |
                               (left == 2 ? static_cast<std::uint32_t>(from[1]) << 8 : 0);
    *to++ = alphabet[bits >> 18];
    *to++ = alphabet[bits >> 12 & 63];
    *to++ = left == 2 ? alphabet[bits >> 6 & 63] : '=';
    *to++ = '=';
    return to;
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
    constexpr std::size_t lines = 32; // at once
    for (std::size_t at = 0; at < bytes.size(); at += lines * base64_line) {
        auto rest = bytes.substr(at, lines * base64_line);
        auto& buffer = out.buffer();
        const std::size_t before = buffer.size();
        buffer.resize(before + (rest.size() + 2) / 3 * 4 + (rest.size() / base64_line + 2) * 2);
        char* to = buffer.data() + before;
        bool first = at == 0;
        while (!rest.empty()) {
            if (!first) {
                *to++ = '\r';
                *to++ = '\n';
            }
            first = false;
            to = put_base64(to, rest.substr(0, base64_line));
            rest.remove_prefix(std::min(base64_line, rest.size()));
        }
        buffer.resize(static_cast<std::size_t>(to - buffer.data()));
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
        const Line line = line_at(text, at);
        auto content = line.of(text);
        for (auto bare = content.find('\r'); bare != std::string_view::npos; bare = content.find('\r')) {
            out.append(content.substr(0, bare));
            out.append("\r\n");
            content.remove_prefix(bare + 1);
        }
        out.append(content);
        if (line.has_line_end()) out.append("\r\n");
        at = line.next;
    }
}

std::string base64_encode(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '\0');
    put_base64(out.data(), bytes);
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
