#include "actors/session/jmap/collation.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace facteur {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// RFC 4790 §9.1: a number in front counts; texts without one are equal, and after all numbers.
std::string numeric_key(std::string_view text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    if (end == text.begin()) return "\xff";
    const auto first = std::find_if(text.begin(), end, [](char c) { return c != '0'; });
    const auto digits = static_cast<std::uint32_t>(end - first);
    std::string key;
    for (int shift = 24; shift >= 0; shift -= 8)
        key.push_back(static_cast<char>(digits >> shift));
    return key.append(first, end);
}

std::string ascii_key(std::string_view text) {
    std::string key(text);
    for (auto& c : key)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return key;
}

// RFC 5051 §2: each character's title case, decomposed.
std::string unicode_key(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return ascii_key(text);
    const auto characters =
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
    icu::UnicodeString title;
    for (int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1))
        title.append(u_totitle(characters.char32At(i)));
    UErrorCode status = U_ZERO_ERROR;
    const auto* decomposition = icu::Normalizer2::getNFKDInstance(status);
    std::string key;
    if (U_SUCCESS(status)) title = decomposition->normalize(title, status);
    title.toUTF8String(key);
    return key;
}

} // namespace

jmap::Expected<Collation> collation_named(std::string_view identifier) {
    if (identifier.empty() || identifier == "i;unicode-casemap") return Collation::unicode_casemap;
    if (identifier == "i;ascii-casemap") return Collation::ascii_casemap;
    if (identifier == "i;ascii-numeric") return Collation::ascii_numeric;
    return jmap::method_error("unsupportedSort", "The server does not have this collation.");
}

std::string collation_key(std::string_view text, Collation collation) {
    switch (collation) {
    case Collation::ascii_numeric: return numeric_key(text);
    case Collation::ascii_casemap: return ascii_key(text);
    case Collation::unicode_casemap: break;
    }
    return unicode_key(text);
}

} // namespace facteur
