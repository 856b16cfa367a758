#include "actors/session/jmap/email_content.h"

#include "transport/mime/message.h"

namespace facteur {

std::optional<std::string> ParsedContent::blob_of(const store::PartRow& part) {
    if (!blob_.part) return blob_id(blob_.body, part);
    const auto outer = static_cast<mime::Encoding>(blob_.part->encoding);
    if (outer == mime::Encoding::base64 || outer == mime::Encoding::quoted_printable) return std::nullopt;
    auto moved = part;
    moved.body_offset += blob_.part->offset;
    return blob_id(blob_.body, moved);
}

} // namespace facteur
