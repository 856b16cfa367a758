#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

constexpr std::uint8_t junk = 64, white = 65, pad = 66;

constexpr std::array<std::uint8_t, 256> make_sextets() {
    std::array<std::uint8_t, 256> table{};
    for (auto& entry : table)
        entry = junk;
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    for (const char c : {' ', '\t', '\r', '\n'})
        table[static_cast<unsigned char>(c)] = white;
    table['='] = pad;
    return table;
}
constexpr auto sextet_table = make_sextets();

std::uint8_t sextet_of(char c) {
    return sextet_table[static_cast<unsigned char>(c)];
}

// Branch-free, so that compilers make vectors of it.
std::size_t count_sextets(std::string_view text) {
    std::size_t total = 0;
    while (!text.empty()) {
        const auto block = text.substr(0, 255);
        std::uint8_t count = 0;
        for (const char c : block) {
            const auto octet = static_cast<unsigned char>(c);
            const auto letter = static_cast<std::uint8_t>((octet | 0x20) - 'a');
            const auto digit = static_cast<std::uint8_t>(octet - '0');
            count = static_cast<std::uint8_t>(
                count + ((letter < 26) | (digit < 10) | (octet == '+') | (octet == '/')));
        }
        total += count;
        text.remove_prefix(block.size());
    }
    return total;
}

// Octets of a run of base64 between paddings.
std::uint64_t octets_of(std::uint64_t sextets) {
    return sextets / 4 * 3 + (sextets % 4 == 0 ? 0 : sextets % 4 - 1);
}

std::uint64_t base64_size(std::string_view encoded) {
    std::uint64_t size = 0;
    while (!encoded.empty()) {
        const auto end = std::min(encoded.find('='), encoded.size());
        size += octets_of(count_sextets(encoded.substr(0, end)));
        encoded.remove_prefix(std::min(end + 1, encoded.size()));
    }
    return size;
}

// "=A" of "=AB".
bool is_half_escape(std::string_view held) {
    return held.size() == 2 && held[0] == '=' && hex_value(held[1]) >= 0;
}

// Where the white space and the CR at the end of `text` begin.
std::size_t end_of_line_text(std::string_view text) {
    std::size_t end = text.size();
    if (end > 0 && text[end - 1] == '\r') --end;
    while (end > 0 && is_wsp(text[end - 1]))
        --end;
    return end;
}

} // namespace

// ---- base64 --------------------------------------------------------------------------------------------

void TransferDecoder::feed_base64(std::string_view encoded, std::string& out) {
    const std::size_t before = out.size();
    out.resize(before + (encoded.size() + sextets_) / 4 * 3 + 3);
    char* to = out.data() + before;
    const auto put = [&to](std::uint32_t bits, unsigned count) { // the highest `count` octets of 24 bits
        for (unsigned i = 0; i < count; ++i)
            *to++ = static_cast<char>((bits >> (16 - 8 * i)) & 0xFF);
    };
    const char* from = encoded.data();
    const char* const end = from + encoded.size();
    while (from != end) {
        if (sextets_ == 0) {
            while (end - from >= 4) {
                const std::uint32_t a = sextet_of(from[0]), b = sextet_of(from[1]), c = sextet_of(from[2]),
                                    d = sextet_of(from[3]);
                if ((a | b | c | d) >= junk) break;
                const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
                to[0] = static_cast<char>(bits >> 16);
                to[1] = static_cast<char>(bits >> 8);
                to[2] = static_cast<char>(bits);
                to += 3;
                from += 4;
            }
            if (from == end) break;
        }
        const auto sextet = sextet_of(*from++);
        if (sextet < junk) {
            bits_ = bits_ << 6 | sextet;
            if (++sextets_ == 4) {
                put(bits_, 3);
                bits_ = sextets_ = 0;
            }
        } else if (sextet == pad) {
            if (sextets_ == 1) problem_ = true;
            if (sextets_ > 1) put(bits_ << (24 - 6 * sextets_), sextets_ - 1U);
            bits_ = sextets_ = 0;
        } else if (sextet == junk) {
            problem_ = true;
        }
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
}

// ---- quoted-printable ----------------------------------------------------------------------------------

// `held_` is what a later octet decides about: white space that may end a line, or an escape that begins.
void TransferDecoder::feed_quoted_printable(std::string_view encoded, std::string& out) {
    Line line; // the one that `at` is in
    std::size_t at = 0;
    while (at < encoded.size()) {
        if (!held_.empty()) {
            if (resolve_held(encoded[at], out)) ++at;
            continue;
        }
        if (at >= line.next) line = line_at(encoded, at);
        const auto rest = encoded.substr(at, line.next - at);
        const auto escape = rest.find('=');
        if (escape == std::string_view::npos) {
            const auto text = rest.substr(0, rest.size() - (line.has_line_end() ? 1 : 0));
            const auto end = end_of_line_text(text);
            out += text.substr(0, end);
            if (!line.has_line_end())
                held_ = text.substr(end);
            else
                out += text.ends_with('\r') ? "\r\n" : "\n";
            at = line.next;
            continue;
        }
        out += rest.substr(0, escape);
        at += escape;
        const auto code = rest.substr(escape, 3);
        const int octet = code.size() == 3 ? hex_value(code[1]) << 4 | hex_value(code[2]) : -1;
        if (octet >= 0) {
            out += static_cast<char>(octet);
            at += 3;
        } else {
            held_ = '=';
            ++at;
        }
    }
}

// Takes the octet that follows what is held; false: what was held is written and the octet stands for itself.
bool TransferDecoder::resolve_held(char c, std::string& out) {
    const bool escape = held_.front() == '=';
    const bool returned = held_.back() == '\r';
    if (is_half_escape(held_)) {
        const int low = hex_value(c);
        if (low >= 0)
            out += static_cast<char>(hex_value(held_[1]) << 4 | low);
        else
            out += held_;
        problem_ = problem_ || low < 0;
        held_.clear();
        return low >= 0;
    }
    if (c == '\n') {
        if (!escape) out += returned ? "\r\n" : "\n";
        held_.clear();
        return true;
    }
    if (!returned && (c == '\r' || is_wsp(c) || (held_ == "=" && hex_value(c) >= 0))) {
        held_ += c;
        return true;
    }
    problem_ = problem_ || escape;
    out += held_;
    held_.clear();
    return false;
}

// ---- any encoding --------------------------------------------------------------------------------------

void TransferDecoder::feed(std::string_view encoded, std::string& out) {
    switch (encoding_) {
    case Encoding::base64: feed_base64(encoded, out); break;
    case Encoding::quoted_printable: feed_quoted_printable(encoded, out); break;
    default: out += encoded;
    }
}

void TransferDecoder::finish(std::string& out) {
    if (encoding_ == Encoding::base64) {
        feed_base64("=", out); // what is missing at the end is padding
    } else if (encoding_ == Encoding::quoted_printable && !held_.empty()) {
        if (is_half_escape(held_)) {
            problem_ = true;
            out += held_;
        } else if (held_.front() != '=' && held_.back() == '\r') {
            out += '\r';
        }
        held_.clear();
    } else if (encoding_ == Encoding::unknown) {
        problem_ = true;
    }
}

Decoded decode_transfer(std::string_view encoded, Encoding encoding) {
    Decoded decoded;
    TransferDecoder decoder(encoding);
    if (encoding != Encoding::base64) decoded.bytes.reserve(encoded.size());
    decoder.feed(encoded, decoded.bytes);
    decoder.finish(decoded.bytes);
    decoded.problem = decoder.problem();
    return decoded;
}

std::uint64_t decoded_size(std::string_view encoded, Encoding encoding) {
    if (encoding == Encoding::base64) return base64_size(encoded);
    if (encoding != Encoding::quoted_printable) return encoded.size();
    constexpr std::size_t piece = 16384;
    TransferDecoder decoder(encoding);
    std::string out;
    std::uint64_t size = 0;
    for (std::size_t at = 0; at < encoded.size(); at += piece) {
        decoder.feed(encoded.substr(at, piece), out);
        size += out.size();
        out.clear();
    }
    decoder.finish(out);
    return size + out.size();
}

std::string base64_decode(std::string_view encoded) {
    return decode_transfer(encoded, Encoding::base64).bytes;
}

Encoding encoding_named(std::string_view name) {
    const std::string value = parse_parameterized(name).value;
    if (value.empty() || value == "7bit" || value == "7-bit" || value == "7bits") return Encoding::seven_bit;
    if (value == "8bit" || value == "8-bit" || value == "8bits") return Encoding::eight_bit;
    if (value == "binary") return Encoding::binary;
    if (value == "quoted-printable" || value == "quotedprintable" || value == "qp")
        return Encoding::quoted_printable;
    if (value == "base64" || value == "base-64") return Encoding::base64;
    return Encoding::unknown;
}

} // namespace facteur::mime
