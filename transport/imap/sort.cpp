#include "transport/imap/sort.h"

#include <algorithm>
#include <compare>
#include <numeric>

namespace facteur::imap {
namespace {

std::strong_ordering compare_by(SortCriterion::By by, const SortRow& a, const SortRow& b) {
    using By = SortCriterion::By;
    switch (by) {
    case By::arrival: return a.arrival <=> b.arrival;
    case By::cc: return a.cc <=> b.cc;
    case By::date: return a.date <=> b.date;
    case By::from: return a.from <=> b.from;
    case By::size: return a.size <=> b.size;
    case By::subject: return a.subject <=> b.subject;
    case By::to: return a.to <=> b.to;
    case By::display_from: return a.display_from <=> b.display_from;
    case By::display_to: return a.display_to <=> b.display_to;
    case By::relevancy: return b.relevancy <=> a.relevancy;
    }
    return std::strong_ordering::equal;
}

} // namespace

std::vector<std::uint32_t> sort_rows(const std::vector<SortRow>& rows,
                                     const std::vector<SortCriterion>& order) {
    std::vector<std::uint32_t> places(rows.size());
    std::iota(places.begin(), places.end(), 0u);
    std::stable_sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) {
        for (const auto& criterion : order) {
            const auto result = compare_by(criterion.by, rows[a], rows[b]);
            if (result != 0) return criterion.reverse ? result > 0 : result < 0;
        }
        return false;
    });
    for (auto& place : places)
        place = rows[place].number;
    return places;
}

} // namespace facteur::imap
