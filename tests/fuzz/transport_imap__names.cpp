// Modified UTF-7: what can be read is the one spelling of its text, and any text can be written and read
// again. Sets: what is read and written is the same set; what they resolve to is in order.
#include "transport/imap/mailbox_name.h"
#include "transport/imap/sequence_set.h"
#include "transport/mime/decode.h"

#include <cstdlib>

using namespace facteur;
using namespace facteur::imap;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto name = decode_utf7(text)) {
        require(mime::is_valid_utf8(*name));
        require(encode_utf7(*name) == text);
    }
    const auto clean = mime::repair_utf8(text);
    require(decode_utf7(encode_utf7(clean)) == clean);
    if (const auto set = parse_sequence_set(text, 1000)) {
        std::string out;
        write_sequence_set(out, *set);
        require(parse_sequence_set(out, 1000) == set);
        const auto ranges = resolved(*set, 17);
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            require(ranges[i].first <= ranges[i].last);
            if (i > 0) require(std::uint64_t{ranges[i - 1].last} + 1 < ranges[i].first);
            require(contains(ranges, ranges[i].first) && contains(ranges, ranges[i].last));
        }
    }
    if (const auto slash = text.find('|'); slash != std::string_view::npos && size < 200)
        matches_pattern(text.substr(0, slash), text.substr(slash + 1), '/');
    return 0;
}
