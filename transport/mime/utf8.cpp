#include "transport/mime/utf8.h"

#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

namespace facteur::mime {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool within(char c, unsigned low, unsigned high) {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= low && octet <= high;
}

} // namespace

std::size_t ascii_run(std::string_view text, std::size_t at) {
    const std::size_t begin = at;
    while (text.size() - at >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        if ((word & 0x8080808080808080U) != 0) break;
        at += 8;
    }
    while (at < text.size() && !is_eight_bit(text[at]))
        ++at;
    return at - begin;
}

Utf8Sequence utf8_sequence(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return {1, true, false};
    if (lead < 0xC2 || lead > 0xF4) return {1, false, false};
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    for (std::size_t i = 1; i < length; ++i) {
        if (at + i == text.size()) return {i, false, true};
        if (!within(text[at + i], i == 1 ? low : 0x80, i == 1 ? high : 0xBF)) return {i, false, false};
    }
    return {length, true, false};
}

bool is_ascii(std::string_view text) {
    return ascii_run(text, 0) == text.size();
}

bool is_valid_utf8(std::string_view text) {
    std::size_t at = ascii_run(text, 0);
    while (at < text.size()) {
        const auto sequence = utf8_sequence(text, at);
        if (!sequence.valid) return false;
        at += sequence.size;
        if (at < text.size() && !is_eight_bit(text[at])) at += ascii_run(text, at);
    }
    return true;
}

std::string repair_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto run = ascii_run(bytes, at);
        out.append(bytes, at, run);
        at += run;
        if (at == bytes.size()) break;
        const auto sequence = utf8_sequence(bytes, at);
        out += sequence.valid ? bytes.substr(at, sequence.size) : replacement;
        at += sequence.size;
    }
    if (out.find('\0') != std::string::npos) std::erase(out, '\0');
    return out;
}

std::string guess_utf8(std::string_view bytes) {
    if (!is_valid_utf8(bytes)) return to_utf8(bytes, "windows-1252").text;
    std::string out(bytes);
    if (out.find('\0') != std::string::npos) std::erase(out, '\0');
    return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t octets) {
    if (text.size() <= octets) return text;
    std::size_t end = octets;
    while (end > 0 && octets - end < 4 && within(text[end], 0x80, 0xBF))
        --end;
    return text.substr(0, end);
}

std::string to_nfc(std::string text) {
    if (is_ascii(text)) return text;
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
    const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
    if (U_FAILURE(status) || nfc->isNormalizedUTF8(piece, status)) return text;
    std::string normal;
    icu::StringByteSink<std::string> sink(&normal);
    nfc->normalizeUTF8(0, piece, sink, nullptr, status);
    return U_SUCCESS(status) ? normal : text;
}

} // namespace facteur::mime
