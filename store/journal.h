// The journal of one lane: what its batches wrote, on disk before LMDB shows it to a reader and before
// anybody is answered. Internal to the store.
//
//     PATH/journal/NAME.a, NAME.b   two segments, in turn
//
// A segment is a header and then frames, each on blocks of its own, so that a write that the power cut off
// cannot hurt what was there before it. A frame is one batch: its parts are commit records, chunks of bodies
// and, when LMDB could not take a batch that the journal held already, what is taken back of an earlier one.
//
// Written while one segment's contents go into a checkpoint (store/checkpoint.h), the other one is cleared
// and used again when they are in it. A cleared segment gets a new generation, a random number that each of
// its frames repeats: what an older generation left behind is never taken for new, nor what stands in a body.
//
// `append`, `turn` and `shrink` are called by the lane, `clear` by the thread that makes checkpoints, never
// for the segment that is written to.
#pragma once

#include "store/error.h"
#include "store/ids.h"

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur::store {

// A part of a frame, as views into it.
struct JournalPart {
    enum class Kind : std::uint8_t {
        commit,     // `bytes`: the record, as the log keeps it
        chunk,      // `key` and `bytes`: an entry of the bodies
        taken_back, // what `batch` wrote to the shard never happened
    };
    Kind kind{};
    ShardId shard = 0;
    std::uint64_t batch = 0; // that is taken back; for the others, when a journal is read: their own
    std::string_view key, bytes;
};

// The parts as they are written, one after the other.
class JournalWriter {
public:
    void commit(ShardId shard, std::string_view record);
    void chunk(ShardId shard, std::string_view key, std::string_view value);
    void taken_back(ShardId shard, std::uint64_t batch);
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
    std::string bytes_;
};

// Calls `each` for every part of a frame; false when they are not what JournalWriter writes.
bool read_parts(std::string_view bytes, const std::function<void(const JournalPart&)>& each);

class Journal {
public:
    // Nothing is made until the first batch. `folder` exists; no file of this name is in it.
    Journal(std::string folder, std::string name);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // Writes one frame of all these parts and syncs it; returns the batch's number. After an error nothing
    // of it is in the journal, or, when that could not be made sure, the journal is `broken`.
    Result<std::uint64_t> append(std::span<const std::string_view> parts);
    // The same for a few octets that say what is taken back. On a full disk they find the room that every
    // `append` leaves; when they cannot be written, the journal is `broken`.
    Result<void> take_back(std::string_view parts);
    // A frame that failed may be on disk all the same: nothing may be written any more until it has been
    // read again.
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] std::uint64_t octets() const; // of frames in the segment that is written to

    // The next batch goes to the other segment, which must be clear.
    void turn();
    // All batches of the segment that is not written to are in checkpoints.
    Result<void> clear();
    // The files keep no more blocks than a few. When `clear` is done and not under way.
    void shrink();

private:
    struct Segment {
        int file = -1;
        bool is_named = false; // the folder that names it is on disk
        std::uint64_t generation = 0;
        std::uint64_t end = 0;    // of the frames
        std::uint64_t filled = 0; // the file has blocks of its own up to here
    };

    Result<void> start(std::size_t number, std::uint64_t after);
    Result<void> write(Segment& segment, std::span<const std::string_view> parts, std::uint64_t reserve);
    void cut(Segment& segment);

    const std::string folder_, name_;
    std::array<Segment, 2> segments_;
    std::size_t current_ = 0;
    std::uint64_t batch_ = 0;        // the last one
    std::uint64_t turned_after_ = 0; // the last one in the other segment
    bool broken_ = false;
};

// All journals in a folder, after an end that was not a clean one. Everything is read and judged when it is
// opened: a torn frame at an end was never acknowledged and is passed over; one that others follow, or a
// segment that is missing, is Code::corrupt.
class JournalReader {
public:
    static Result<JournalReader> open(const std::string& folder);

    // Every part that was not taken back, of each journal in the order of its batches. Stops at an error.
    Result<void> each(const std::function<Result<void>(const JournalPart&)>& visit) const;

    struct Frame {
        std::uint64_t batch = 0, offset = 0, size = 0; // of its parts, in the file
    };
    struct Segment {
        std::string file;
        bool made = false;       // it has a header
        std::uint64_t after = 0; // batches up to this one are not in it
        std::vector<Frame> frames;
        std::set<std::pair<std::uint64_t, ShardId>> taken_back; // of any segment
    };
    // Reads one segment; for tests and the fuzzer too.
    static Result<Segment> scan(const std::string& file);

private:
    struct OfLane {
        std::vector<Segment> segments; // that have frames, oldest first
        std::set<std::pair<std::uint64_t, ShardId>> taken_back;
    };
    static Result<OfLane> judge(const std::string& folder, const std::string& name);
    std::vector<OfLane> lanes_;
};

} // namespace facteur::store
