// Any bytes as HTML: the text is UTF-8, at most three times as long, and what a limit allows.
#include "transport/mime/body.h"
#include "transport/mime/decode.h"

#include <cstdlib>

using namespace facteur::mime;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view html(reinterpret_cast<const char*>(data), size);
    const std::string text = html_to_text(html);
    require(is_valid_utf8(text) && text.find('\0') == std::string::npos && text.size() <= 3 * size);
    const std::string cut = html_to_text(html, 20);
    require(is_valid_utf8(cut) && cut.size() <= 20);
    require(text.find("\n\n\n") == std::string::npos);
    const BodyValue value = body_value({html, Encoding::eight_bit, "utf-8", true}, 50);
    require(value.value.size() <= 50 && is_valid_utf8(value.value));
    return 0;
}
