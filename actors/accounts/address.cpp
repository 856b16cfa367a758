#include "actors/accounts/address.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace facteur {
namespace {

// RFC 5321 §4.5.3.1: 64 and 255 octets.
constexpr std::size_t longest_local = 64, longest_domain = 255;

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != '<' && c != '>' && c != ',' &&
               c != ';' && c != ':' && c != '\\' && c != '(' && c != ')';
    });
}

} // namespace

std::optional<std::string> normalise_address(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == address.size()) return std::nullopt;
    if (at > longest_local || address.size() - at - 1 > longest_domain || !is_plain(address))
        return std::nullopt;
    if (address.substr(0, at).find('@') != std::string_view::npos) return std::nullopt;
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfc = icu::Normalizer2::getNFCInstance(status);
    const auto folded =
        icu::UnicodeString::fromUTF8(icu::StringPiece(address.data(), static_cast<int>(address.size())))
            .foldCase();
    if (U_FAILURE(status) || folded.indexOf(static_cast<UChar>(0xfffd)) >= 0) return std::nullopt;
    std::string out;
    nfc->normalize(folded, status).toUTF8String(out);
    if (U_FAILURE(status)) return std::nullopt;
    return out;
}

std::optional<std::string> without_detail(std::string_view normalised) {
    const auto at = normalised.rfind('@');
    const auto plus = normalised.find('+');
    if (plus == std::string_view::npos || plus == 0 || at == std::string_view::npos || plus > at)
        return std::nullopt;
    return std::string(normalised.substr(0, plus)).append(normalised.substr(at));
}

} // namespace facteur
