#include "store/journal_form.h"

#include "store/codec.h"

#include <zlib.h>

namespace facteur::store::journal_form {
namespace {

constexpr std::uint32_t segment_magic = 0x534a4146; // "FAJS"
constexpr std::uint32_t frame_magic = 0x464a4146;   // "FAJF"

template <typename Integer>
void append_little(std::string& out, Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
        out.push_back(static_cast<char>(value >> 8 * i));
}
template <typename Integer>
Integer take_little(std::string_view& bytes) {
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value |= static_cast<Integer>(static_cast<Integer>(static_cast<std::uint8_t>(bytes[i])) << 8 * i);
    bytes.remove_prefix(sizeof value);
    return value;
}

std::string fields_of(const FrameHead& head) {
    std::string fields;
    append_little(fields, head.generation);
    append_little(fields, head.batch);
    append_little(fields, head.size);
    return fields;
}

} // namespace

std::uint32_t checksum_with(std::uint32_t checksum, std::string_view bytes) {
    return static_cast<std::uint32_t>(
        ::crc32_z(checksum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string segment_head(std::uint64_t generation, std::uint64_t after) {
    std::string fields;
    append_little(fields, version);
    append_little(fields, std::uint32_t{0});
    append_little(fields, generation);
    append_little(fields, after);
    std::string head;
    append_little(head, segment_magic);
    append_little(head, checksum_with(0, fields));
    return head + fields;
}

std::optional<SegmentHead> read_segment_head(std::string_view bytes) {
    if (bytes.size() < segment_head_size) return std::nullopt;
    bytes = bytes.substr(0, segment_head_size);
    if (take_little<std::uint32_t>(bytes) != segment_magic) return std::nullopt;
    const auto checksum = take_little<std::uint32_t>(bytes);
    if (checksum != checksum_with(0, bytes)) return std::nullopt;
    if (take_little<std::uint32_t>(bytes) != version) return std::nullopt;
    bytes.remove_prefix(sizeof(std::uint32_t));
    SegmentHead head;
    head.generation = take_little<std::uint64_t>(bytes);
    head.after = take_little<std::uint64_t>(bytes);
    return head;
}

std::uint32_t checksum_of(const FrameHead& head) {
    return checksum_with(0, fields_of(head));
}

std::string frame_head(std::uint64_t generation, std::uint64_t batch,
                       std::span<const std::string_view> parts) {
    FrameHead of{0, generation, batch, 0};
    for (const auto& part : parts)
        of.size += part.size();
    of.checksum = checksum_of(of);
    for (const auto& part : parts)
        of.checksum = checksum_with(of.checksum, part);
    std::string head;
    append_little(head, frame_magic);
    append_little(head, of.checksum);
    return head + fields_of(of);
}

std::optional<FrameHead> read_frame_head(std::string_view bytes) {
    if (bytes.size() < frame_head_size || take_little<std::uint32_t>(bytes) != frame_magic)
        return std::nullopt;
    FrameHead head;
    head.checksum = take_little<std::uint32_t>(bytes);
    head.generation = take_little<std::uint64_t>(bytes);
    head.batch = take_little<std::uint64_t>(bytes);
    head.size = take_little<std::uint64_t>(bytes);
    if (head.size > largest_frame) return std::nullopt;
    return head;
}

} // namespace facteur::store::journal_form
