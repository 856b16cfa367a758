// The first octet chooses an encoding and a charset. Whole and in pieces decode alike, sizes are true, text
// is UTF-8.
#include "transport/mime/decode.h"

#include <array>
#include <cstdlib>

using namespace facteur::mime;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

constexpr std::array<std::string_view, 16> charsets = {
    "utf-8",  "us-ascii",    "iso-8859-1", "iso-8859-15", "windows-1251", "utf-7",
    "utf-16", "iso-2022-jp", "shift_jis",  "gb2312",      "big5",         "ks_c_5601-1987",
    "koi8-r", "iso-2022-kr", "hz-gb-2312", "x-unknown"};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto encoding = static_cast<Encoding>(data[0] % 6);
    const Decoded whole = decode_transfer(bytes, encoding);
    require(whole.bytes.size() <= bytes.size() && decoded_size(bytes, encoding) == whole.bytes.size());
    for (const std::size_t step : {1U, 7U}) {
        TransferDecoder decoder(encoding);
        std::string pieces;
        for (std::size_t at = 0; at < bytes.size(); at += step)
            decoder.feed(bytes.substr(at, step), pieces);
        decoder.finish(pieces);
        require(pieces == whole.bytes && decoder.problem() == whole.problem);
    }
    const Utf8 text = to_utf8(bytes, charsets[data[0] / 6 % charsets.size()]);
    require(is_valid_utf8(text.text) && text.text.find('\0') == std::string::npos);
    require(text.text.size() <= 9 * bytes.size() + 16);
    require(is_valid_utf8(repair_utf8(bytes)) && is_valid_utf8(guess_utf8(bytes)) &&
            is_valid_utf8(decode_words(bytes)));
    require(is_valid_utf8(to_nfc(text.text)));
    require(is_valid_utf8(utf8_prefix(text.text, data[0])));
    return 0;
}
