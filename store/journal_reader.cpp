#include "store/files.h"
#include "store/journal.h"
#include "store/journal_form.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace facteur::store {
namespace {

using namespace journal_form;

class File {
public:
    explicit File(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~File() {
        if (file_ >= 0) ::close(file_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const { return file_; }
    [[nodiscard]] std::uint64_t size() const {
        struct stat of {};
        return ::fstat(file_, &of) == 0 ? static_cast<std::uint64_t>(of.st_size) : 0;
    }

private:
    int file_;
};

tl::unexpected<Error> damaged(const std::string& file, std::uint64_t offset, std::string_view what) {
    return fail(Code::corrupt, fmt::format("The journal {} is damaged at octet {}: {}. Mail that was "
                                           "accepted may be in it: restore a backup, or ask for help.",
                                           file, offset, what));
}

// The frame at this place, with its parts, when it is whole and of this generation.
struct Whole {
    FrameHead head;
    std::string parts;
};
Result<std::optional<Whole>> frame_at(const File& file, std::uint64_t offset, std::uint64_t generation,
                                      std::uint64_t end) {
    const auto bytes = read_at(file.get(), offset, frame_head_size);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto head = read_frame_head(*bytes);
    if (!head || head->generation != generation || head->size > end - offset - frame_head_size)
        return std::nullopt;
    auto parts = read_at(file.get(), offset + frame_head_size, head->size);
    if (!parts) return tl::unexpected(parts.error());
    if (parts->size() != head->size || checksum_with(checksum_of(*head), *parts) != head->checksum)
        return std::nullopt;
    return Whole{*head, std::move(*parts)};
}

} // namespace

Result<JournalReader::Segment> JournalReader::scan(const std::string& path) {
    const File file(path);
    if (file.get() < 0) return failed_on(path, "open");
    Segment segment;
    segment.file = path;
    const auto first = read_at(file.get(), 0, block);
    if (!first) return tl::unexpected(first.error());
    // Made a moment before the end: its header comes before any frame.
    if (first->find_first_not_of('\0') == std::string::npos) return segment;
    const auto head = read_segment_head(*first);
    if (!head) return damaged(path, 0, "its header is not one that this program writes");
    segment.made = true;
    segment.after = head->after;

    const auto end = file.size();
    auto offset = static_cast<std::uint64_t>(block);
    std::uint64_t last = segment.after;
    for (; offset + frame_head_size <= end;) {
        auto frame = frame_at(file, offset, head->generation, end);
        if (!frame) return tl::unexpected(frame.error());
        const bool follows = *frame && (segment.frames.empty() ? (*frame)->head.batch > last
                                                               : (*frame)->head.batch == last + 1);
        if (!follows) break;
        const auto& whole = **frame;
        const bool read = read_parts(whole.parts, [&](const JournalPart& part) {
            if (part.kind == JournalPart::Kind::taken_back)
                segment.taken_back.emplace(part.batch, part.shard);
        });
        if (!read) return damaged(path, offset, "a frame holds what this program does not write");
        last = whole.head.batch;
        segment.frames.push_back({last, offset + frame_head_size, whole.head.size});
        offset += rounded(frame_head_size + whole.head.size);
    }
    // What was being written when the power went is not whole, and nothing follows it: the next batch waits
    // for the sync of the one before.
    for (auto later = offset; later + frame_head_size <= end; later += block) {
        const auto frame = frame_at(file, later, head->generation, end);
        if (!frame) return tl::unexpected(frame.error());
        if (*frame) return damaged(path, offset, fmt::format("a whole frame follows at {}", later));
    }
    return segment;
}

Result<JournalReader::OfLane> JournalReader::judge(const std::string& folder, const std::string& name) {
    std::vector<Segment> both;
    for (const char half : {'a', 'b'}) {
        const auto path = fmt::format("{}/{}.{}", folder, name, half);
        if (!std::filesystem::exists(path)) {
            both.emplace_back().file = path;
            continue;
        }
        auto segment = scan(path);
        if (!segment) return tl::unexpected(segment.error());
        both.push_back(std::move(*segment));
    }
    const auto first_batch = [](const Segment& of) { return of.frames.empty() ? 0 : of.frames[0].batch; };
    if (first_batch(both[0]) > first_batch(both[1])) std::swap(both[0], both[1]);
    const auto& older = both[0];
    const auto& newer = both[1];
    OfLane found;
    if (newer.frames.empty()) return found;
    // Where the older one must reach to, unless it was cleared since.
    const auto until = first_batch(newer) - 1;
    const bool reaches = !older.frames.empty() ? older.frames.back().batch == until
                         : older.made          ? older.after >= until
                                               : until == 0;
    if (!reaches) return damaged(older.file, 0, fmt::format("the batches up to {} are missing", until));
    for (auto& segment : both) {
        found.taken_back.insert(segment.taken_back.begin(), segment.taken_back.end());
        if (!segment.frames.empty()) found.segments.push_back(std::move(segment));
    }
    return found;
}

Result<JournalReader> JournalReader::open(const std::string& folder) {
    std::set<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        names.insert(at->path().stem().string());
    if (error) return fail(Code::io, fmt::format("Cannot read {}: {}.", folder, error.message()));
    JournalReader reader;
    for (const auto& name : names) {
        auto found = judge(folder, name);
        if (!found) return tl::unexpected(found.error());
        reader.lanes_.push_back(std::move(*found));
    }
    return reader;
}

Result<void> JournalReader::each(const std::function<Result<void>(const JournalPart&)>& visit) const {
    for (const auto& lane : lanes_)
        for (const auto& segment : lane.segments) {
            const File file(segment.file);
            for (const auto& frame : segment.frames) {
                const auto parts = read_at(file.get(), frame.offset, frame.size);
                if (!parts) return tl::unexpected(parts.error());
                Result<void> outcome;
                read_parts(*parts, [&](JournalPart part) {
                    if (!outcome || part.kind == JournalPart::Kind::taken_back) return;
                    part.batch = frame.batch;
                    if (!lane.taken_back.contains({frame.batch, part.shard})) outcome = visit(part);
                });
                if (!outcome) return outcome;
            }
        }
    return {};
}

} // namespace facteur::store
