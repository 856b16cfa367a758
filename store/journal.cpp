// Header of a segment, in its first block: magic, checksum, version, generation, the batch after which it
// was cleared. Header of a frame: magic, checksum of what follows it, generation, batch, size of the parts.
// All numbers little-endian.
#include "store/journal.h"

#include "store/codec.h"
#include "store/files.h"
#include "store/journal_form.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <random>

namespace facteur::store {
namespace {

using namespace journal_form;

// Overwriting blocks that the file has already is one write to the disk; making it longer is several, for
// the file system's own records. So it grows by as many octets of zeros as it has, up to `fill_step`. One
// that is at rest has the least, which is enough for a few frames.
constexpr std::uint64_t least_filled = 128u << 10, fill_step = 1u << 20;
// Enough for a thousand shards.
constexpr std::uint64_t room_to_take_back = 64u << 10;

constexpr std::array<char, block> block_of_zeros{};
std::string_view zeros(std::size_t size) {
    return {block_of_zeros.data(), size};
}

std::uint64_t random_generation() {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device();
}

} // namespace

void JournalWriter::commit(ShardId shard, std::string_view record) {
    Writer to(bytes_);
    to.byte(static_cast<std::uint8_t>(JournalPart::Kind::commit));
    to.number(shard);
    to.string(record);
}
void JournalWriter::chunk(ShardId shard, std::string_view key, std::string_view value) {
    Writer to(bytes_);
    to.byte(static_cast<std::uint8_t>(JournalPart::Kind::chunk));
    to.number(shard);
    to.string(key);
    to.string(value);
}
void JournalWriter::taken_back(ShardId shard, std::uint64_t batch) {
    Writer to(bytes_);
    to.byte(static_cast<std::uint8_t>(JournalPart::Kind::taken_back));
    to.number(shard);
    to.number(batch);
}

bool read_parts(std::string_view bytes, const std::function<void(const JournalPart&)>& each) {
    Reader from(bytes);
    while (from.left() > 0) {
        JournalPart part;
        const auto kind = from.byte();
        part.shard = from.narrow<ShardId>();
        part.kind = static_cast<JournalPart::Kind>(kind);
        switch (part.kind) {
        case JournalPart::Kind::commit: part.bytes = from.string(); break;
        case JournalPart::Kind::chunk:
            part.key = from.string();
            part.bytes = from.string();
            break;
        case JournalPart::Kind::taken_back: part.batch = from.number(); break;
        default: return false;
        }
        if (from.failed()) return false;
        each(part);
    }
    return !from.failed();
}

Journal::Journal(std::string folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}
Journal::~Journal() {
    for (const auto& segment : segments_)
        if (segment.file >= 0) ::close(segment.file);
}

std::uint64_t Journal::octets() const {
    const auto end = segments_[current_].end;
    return end > block ? end - block : 0;
}

// A new generation, on disk before a frame of it.
Result<void> Journal::start(std::size_t number, std::uint64_t after) {
    auto& segment = segments_[number];
    const auto path = fmt::format("{}/{}.{}", folder_, name_, number == 0 ? 'a' : 'b');
    if (segment.file < 0) segment.file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (segment.file < 0) return failed_on(path, "open");
    const auto generation = random_generation();
    const auto head = segment_head(generation, after);
    if (!write_at(segment.file, head, 0) || ::fdatasync(segment.file) != 0) return failed_on(path, "write");
    if (!segment.is_named && !sync_folder(folder_)) return failed_on(folder_, "sync");
    segment.is_named = true;
    segment.generation = generation;
    segment.end = block;
    segment.filled = std::max<std::uint64_t>(segment.filled, block);
    return {};
}

Result<std::uint64_t> Journal::append(std::span<const std::string_view> parts) {
    auto& segment = segments_[current_];
    if (broken_) return fail(Code::io, "The journal cannot be written: start Facteur again.");
    if (segment.end == 0)
        if (auto started = start(current_, batch_); !started) return tl::unexpected(started.error());
    if (auto written = write(segment, parts, room_to_take_back); !written) {
        cut(segment);
        return tl::unexpected(written.error());
    }
    return batch_;
}

Result<void> Journal::take_back(std::string_view parts) {
    auto& segment = segments_[current_];
    if (auto written = write(segment, {&parts, 1}, 0); !written) {
        broken_ = true;
        return written;
    }
    return {};
}

Result<void> Journal::write(Segment& segment, std::span<const std::string_view> parts,
                            std::uint64_t reserve) {
    std::uint64_t size = 0;
    for (const auto& part : parts)
        size += part.size();
    if (size > largest_frame) return fail(Code::invalid, "A batch is larger than the journal takes.");
    const auto head = frame_head(segment.generation, batch_ + 1, parts);
    const auto end = segment.end + rounded(head.size() + size);
    std::vector<std::string_view> pieces{head};
    pieces.insert(pieces.end(), parts.begin(), parts.end());
    pieces.push_back(zeros(end - segment.end - head.size() - size));
    auto filled = segment.filled;
    if (end + reserve > filled) {
        const auto step = std::clamp(std::bit_floor(filled), least_filled, fill_step);
        filled = (end + reserve) / step * step + step;
        for (auto at = end; at < filled; at += block)
            pieces.push_back(zeros(block));
    }
    const auto path = fmt::format("{}/{}", folder_, name_);
    if (!write_pieces(segment.file, pieces, segment.end)) return failed_on(path, "write");
    if (::fdatasync(segment.file) != 0) return failed_on(path, "sync");
    segment.end = end;
    segment.filled = filled;
    ++batch_;
    return {};
}

// So that a frame that failed is not found, should the machine stop before another one takes its place.
void Journal::cut(Segment& segment) {
    segment.filled = segment.end; // what is behind may not have its blocks
    if (write_at(segment.file, zeros(block), segment.end) && ::fdatasync(segment.file) == 0) return;
    // A full disk may refuse even that. A file that ends here has no frame either.
    if (::ftruncate(segment.file, static_cast<off_t>(segment.end)) == 0 && ::fsync(segment.file) == 0) return;
    broken_ = true;
}

void Journal::turn() {
    if (octets() == 0) return;
    turned_after_ = batch_;
    current_ = 1 - current_;
}

void Journal::shrink() {
    for (auto& segment : segments_) {
        if (segment.end > block || segment.filled <= least_filled) continue;
        if (::ftruncate(segment.file, static_cast<off_t>(least_filled)) == 0) segment.filled = least_filled;
    }
}

Result<void> Journal::clear() {
    auto& segment = segments_[1 - current_];
    if (segment.end <= block) return {};
    return start(1 - current_, turned_after_);
}

} // namespace facteur::store
