// The form of a journal on disk, said once for who writes and who reads it. Internal to store/journal*.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace facteur::store::journal_form {

inline constexpr std::size_t block = 4096;
inline constexpr std::uint32_t version = 1;
// More than any batch has: a lane takes far fewer octets at once.
inline constexpr std::uint64_t largest_frame = 1ull << 32;
inline constexpr std::size_t segment_head_size = 32, frame_head_size = 32;

constexpr std::uint64_t rounded(std::uint64_t size) {
    return (size + block - 1) / block * block;
}

struct SegmentHead {
    std::uint64_t generation = 0, after = 0;
};
struct FrameHead {
    std::uint32_t checksum = 0;
    std::uint64_t generation = 0, batch = 0, size = 0;
};

std::string segment_head(std::uint64_t generation, std::uint64_t after);
std::optional<SegmentHead> read_segment_head(std::string_view bytes);
std::string frame_head(std::uint64_t generation, std::uint64_t batch,
                       std::span<const std::string_view> parts);
// Not whether the checksum is right.
std::optional<FrameHead> read_frame_head(std::string_view bytes);
// Of a frame: starts with its header's fields, goes on with the parts.
std::uint32_t checksum_of(const FrameHead& head);
std::uint32_t checksum_with(std::uint32_t checksum, std::string_view bytes);

} // namespace facteur::store::journal_form
