#include "actors/session/imap/uid_map.h"

#include <algorithm>

namespace facteur {

store::Uid UidMap::at(std::uint32_t number) const {
    const auto after = std::upper_bound(runs_.begin(), runs_.end(), number,
                                        [](std::uint32_t n, const Run& run) { return n < run.number; });
    const auto& run = *std::prev(after);
    return run.first + (number - run.number);
}

std::uint32_t UidMap::count_below(store::Uid uid) const {
    const auto after = std::lower_bound(runs_.begin(), runs_.end(), uid,
                                        [](const Run& run, store::Uid u) { return run.first < u; });
    if (after == runs_.begin()) return 0;
    const auto run = static_cast<std::size_t>(std::prev(after) - runs_.begin());
    const auto length = end_of(run) - runs_[run].number;
    return runs_[run].number - 1 + std::min(length, uid - runs_[run].first);
}

std::optional<std::uint32_t> UidMap::number_of(store::Uid uid) const {
    const auto number = count_below(uid) + 1;
    if (number > size_ || at(number) != uid) return std::nullopt;
    return number;
}

void UidMap::append(store::Uid uid) {
    if (runs_.empty() || last() + 1 != uid) runs_.push_back({uid, size_ + 1});
    ++size_;
}

void UidMap::remove(const std::vector<store::Uid>& gone) {
    UidMap left;
    left.runs_.reserve(runs_.size());
    // What is left of a run is whole pieces between UIDs that are gone.
    const auto keep = [&](store::Uid first, store::Uid end) {
        if (first == end) return;
        if (left.size_ == 0 || left.last() + 1 != first) left.runs_.push_back({first, left.size_ + 1});
        left.size_ += end - first;
    };
    auto next = gone.begin();
    for (std::size_t run = 0; run < runs_.size(); ++run) {
        auto first = runs_[run].first;
        const auto end = first + (end_of(run) - runs_[run].number);
        for (; next != gone.end() && *next < end; ++next) {
            if (*next < first) continue;
            keep(first, *next);
            first = *next + 1;
        }
        keep(first, end);
    }
    *this = std::move(left);
}

} // namespace facteur
