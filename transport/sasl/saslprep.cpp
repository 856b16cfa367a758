#include "transport/sasl/saslprep.h"

#include <unicode/usprep.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace facteur::sasl {
namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}
bool has_control(std::string_view ascii) {
    return std::any_of(ascii.begin(), ascii.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// Some 3 UTF-16 units can come of one by compatibility decomposition, and 18 in the worst case (U+FDFA).
constexpr std::size_t growth = 18;

std::optional<std::vector<UChar>> to_utf16(std::string_view text) {
    std::vector<UChar> wide(text.size());
    int32_t length = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(wide.data(), static_cast<int32_t>(wide.size()), &length, text.data(),
                  static_cast<int32_t>(text.size()), &status);
    if (U_FAILURE(status)) return std::nullopt;
    wide.resize(static_cast<std::size_t>(length));
    return wide;
}

} // namespace

std::optional<std::string> saslprep(std::string_view text) {
    if (text.size() > max_secret_octets) return std::nullopt;
    if (is_ascii(text)) return has_control(text) ? std::nullopt : std::optional<std::string>(text);

    const auto wide = to_utf16(text);
    if (!wide) return std::nullopt;
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<UStringPrepProfile, decltype(&usprep_close)> profile(
        usprep_openByType(USPREP_RFC4013_SASLPREP, &status), &usprep_close);
    if (U_FAILURE(status)) return std::nullopt;
    std::vector<UChar> prepared(wide->size() * growth);
    const auto length =
        usprep_prepare(profile.get(), wide->data(), static_cast<int32_t>(wide->size()), prepared.data(),
                       static_cast<int32_t>(prepared.size()), USPREP_ALLOW_UNASSIGNED, nullptr, &status);
    if (U_FAILURE(status)) return std::nullopt;

    std::string out(static_cast<std::size_t>(length) * 3, '\0');
    int32_t octets = 0;
    u_strToUTF8(out.data(), static_cast<int32_t>(out.size()), &octets, prepared.data(), length, &status);
    if (U_FAILURE(status)) return std::nullopt;
    out.resize(static_cast<std::size_t>(octets));
    return out;
}

} // namespace facteur::sasl
