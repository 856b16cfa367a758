// Which UIDs a mailbox has, by sequence number (RFC 9051 §2.3.1.2): what a session knows of the mailbox that
// it has selected.
//
// UIDs that follow each other are one run of eight octets, so that a mailbox of 100,000 messages from which
// little was removed takes some kilobytes; at worst, when every second one is gone, it is eight octets a
// message. Sequence numbers begin with 1. A value: what sessions share is a pointer to one that is const.
// Thread-safety: as values have it.
#pragma once

#include "store/ids.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace facteur {

class UidMap {
public:
    UidMap() = default;

    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] bool is_empty() const { return size_ == 0; }
    [[nodiscard]] store::Uid last() const { return size_ == 0 ? 0 : at(size_); } // 0: none

    // `number` must be in [1, size()].
    [[nodiscard]] store::Uid at(std::uint32_t number) const;
    // Nothing: there is no such UID.
    [[nodiscard]] std::optional<std::uint32_t> number_of(store::Uid uid) const;
    // How many UIDs are lower: the number that `uid` has or would have, less one.
    [[nodiscard]] std::uint32_t count_below(store::Uid uid) const;

    // `uid` must be higher than all others.
    void append(store::Uid uid);
    // `gone`: ascending; those that are not there are passed over.
    void remove(const std::vector<store::Uid>& gone);

    [[nodiscard]] std::size_t octets() const { return runs_.capacity() * sizeof(Run); }
    void shrink() { runs_.shrink_to_fit(); }
    bool operator==(const UidMap&) const = default;

    // The numbers of UIDs that are asked for in ascending order: whoever walks a mailbox does not search for
    // each. Of a map that outlives it.
    class Ascending {
    public:
        explicit Ascending(const UidMap& map) : map_(map) {}
        // As UidMap::number_of. `uid`: not lower than the one before.
        [[nodiscard]] std::optional<std::uint32_t> number_of(store::Uid uid) {
            const auto& runs = map_.runs_;
            while (run_ + 1 < runs.size() && runs[run_ + 1].first <= uid)
                ++run_;
            if (runs.empty() || uid < runs[run_].first) return std::nullopt;
            const auto number = std::uint64_t{runs[run_].number} + (uid - runs[run_].first);
            return number < map_.end_of(run_) ? std::optional(static_cast<std::uint32_t>(number))
                                              : std::nullopt;
        }

    private:
        const UidMap& map_;
        std::size_t run_ = 0;
    };

private:
    struct Run { // the UIDs first, first + 1, …, as many as there are numbers before the next run
        store::Uid first = 0;
        std::uint32_t number = 1; // of `first`
        bool operator==(const Run&) const = default;
    };
    [[nodiscard]] std::uint32_t end_of(std::size_t run) const { // the number after its last
        return run + 1 < runs_.size() ? runs_[run + 1].number : size_ + 1;
    }

    std::vector<Run> runs_;
    std::uint32_t size_ = 0;
};

} // namespace facteur
