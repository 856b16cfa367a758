#include "transport/dsn/read.h"

#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"

#include <algorithm>

namespace facteur::dsn {
namespace {

bool is_status(const mime::Part& part) {
    return part.is("message", "delivery-status") || part.is("message", "global-delivery-status");
}
bool is_original(const mime::Part& part) {
    return part.is("message", "rfc822") || part.is("message", "global") ||
           part.is("text", "rfc822-headers") || part.is("message", "global-headers");
}

// The direct child of the root that is wanted.
template <typename Wanted>
const mime::Part* find(const mime::Message& parsed, Wanted wanted) {
    const auto found = std::find_if(parsed.parts.begin(), parsed.parts.end(),
                                    [&](const auto& part) { return part.parent == 0 && wanted(part); });
    return found == parsed.parts.end() ? nullptr : &*found;
}

} // namespace

std::optional<ReadNotice> read(std::string_view message) {
    const auto parsed = mime::parse(message);
    if (!parsed.root().is("multipart", "report")) return std::nullopt;
    const auto* status = find(parsed, is_status);
    if (status == nullptr) return std::nullopt;
    ReadNotice out;
    out.report = read_fields(mime::decode_transfer(status->body.of(message), status->encoding).bytes);
    if (out.report.recipients.empty()) return std::nullopt;
    if (const auto* original = find(parsed, is_original)) {
        const auto text = mime::decode_transfer(original->body.of(message), original->encoding).bytes;
        out.message_ids = mime::envelope(mime::header_of(text)).message_ids;
    }
    return out;
}

} // namespace facteur::dsn
