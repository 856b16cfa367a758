#include "actors/session/imap/body_pieces.h"

#include <algorithm>

namespace facteur {
namespace {

constexpr std::uint64_t body_chunk = 1 << 20; // of the store: reading a part of one unpacks all of it

} // namespace

bool BodyPieces::next(const store::Snapshot& now, std::string& out) {
    if (is_done()) return true;
    if (encoded_.size == 0) return false;
    const auto size = std::min(encoded_.size, body_chunk - encoded_.offset % body_chunk);
    const auto read = now.read_body(body_, encoded_.offset, size);
    if (!read || read->size() != size) return false;
    encoded_ = {encoded_.offset + size, encoded_.size - size};
    std::string decoded;
    decoder_.feed(*read, decoded);
    if (encoded_.size == 0) decoder_.finish(decoded);
    const auto passed_over = std::min<std::uint64_t>(skipped_, decoded.size());
    skipped_ -= passed_over;
    const auto taken = std::min<std::uint64_t>(left_, decoded.size() - passed_over);
    out.append(decoded, passed_over, taken);
    left_ -= taken;
    return left_ == 0 || encoded_.size > 0;
}

} // namespace facteur
