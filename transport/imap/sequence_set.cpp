#include "transport/imap/sequence_set.h"

#include "transport/base/ascii.h"

#include <algorithm>
#include <limits>

namespace facteur::imap {
namespace {

// Takes an nz-number of 32 bits from the front.
std::optional<std::uint32_t> take_set_number(std::string_view& text) {
    if (text.empty() || !ascii::is_digit(text.front())) return std::nullopt;
    std::uint64_t value = 0;
    while (!text.empty() && ascii::is_digit(text.front())) {
        value = value * 10 + static_cast<std::uint64_t>(text.front() - '0');
        if (value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
        text.remove_prefix(1);
    }
    if (value == 0) return std::nullopt;
    return static_cast<std::uint32_t>(value);
}

std::optional<std::uint32_t> take_set_end(std::string_view& text) {
    if (text.starts_with('*')) {
        text.remove_prefix(1);
        return star;
    }
    return take_set_number(text);
}

void write_set_end(std::string& out, std::uint32_t number) {
    if (number == star)
        out += '*';
    else
        out += std::to_string(number);
}

void write_set_range(std::string& out, const NumberRange& range) {
    write_set_end(out, range.first);
    if (range.last == range.first) return;
    out += ':';
    write_set_end(out, range.last);
}

} // namespace

std::vector<NumberRange> resolved(const SequenceSet& set, std::uint32_t highest) {
    std::vector<NumberRange> out;
    out.reserve(set.ranges.size());
    for (auto range : set.ranges) {
        if (range.first == star) range.first = highest;
        if (range.last == star) range.last = highest;
        if (range.first == 0 || range.last == 0) continue;
        if (range.first > range.last) std::swap(range.first, range.last);
        out.push_back(range);
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < out.size(); ++i) {
        if (std::uint64_t{out[i].first} <= std::uint64_t{out[kept].last} + 1)
            out[kept].last = std::max(out[kept].last, out[i].last);
        else
            out[++kept] = out[i];
    }
    if (!out.empty()) out.resize(kept + 1);
    return out;
}

bool contains(const std::vector<NumberRange>& ranges, std::uint32_t number) {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), number,
                                        [](std::uint32_t n, const NumberRange& r) { return n < r.first; });
    return after != ranges.begin() && number <= std::prev(after)->last;
}

std::uint64_t count(const std::vector<NumberRange>& ranges) {
    std::uint64_t sum = 0;
    for (const auto& range : ranges)
        sum += std::uint64_t{range.last} - range.first + 1;
    return sum;
}

std::optional<SequenceSet> parse_sequence_set(std::string_view text, std::size_t max_ranges) {
    SequenceSet set;
    if (text == "$") {
        set.saved = true;
        return set;
    }
    while (true) {
        if (set.ranges.size() == max_ranges) return std::nullopt;
        const auto first = take_set_end(text);
        if (!first) return std::nullopt;
        auto last = first;
        if (text.starts_with(':')) {
            text.remove_prefix(1);
            last = take_set_end(text);
            if (!last) return std::nullopt;
        }
        set.ranges.push_back({*first, *last});
        if (text.empty()) return set;
        if (text.front() != ',') return std::nullopt;
        text.remove_prefix(1);
    }
}

void write_sequence_set(std::string& out, const std::vector<std::uint32_t>& numbers) {
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t end = i + 1;
        while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1)
            ++end;
        if (i > 0) out += ',';
        write_set_range(out, {numbers[i], numbers[end - 1]});
        i = end;
    }
}

void write_sequence_set(std::string& out, const std::vector<NumberRange>& ranges) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (i > 0) out += ',';
        write_set_range(out, ranges[i]);
    }
}

void write_sequence_set(std::string& out, const SequenceSet& set) {
    if (set.saved)
        out += '$';
    else
        write_sequence_set(out, set.ranges);
}

std::optional<PartialRange> parse_partial_range(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const auto first = take_set_number(text);
    if (!first || !text.starts_with(':')) return std::nullopt;
    text.remove_prefix(1);
    if (negative != text.starts_with('-')) return std::nullopt;
    if (negative) text.remove_prefix(1);
    const auto last = take_set_number(text);
    if (!last || !text.empty()) return std::nullopt;
    const std::int64_t low = std::min(*first, *last), high = std::max(*first, *last);
    return negative ? PartialRange{-low, -high} : PartialRange{low, high};
}

void write_partial_range(std::string& out, const PartialRange& range) {
    out += std::to_string(range.first) + ":" + std::to_string(range.last);
}

Places places(const PartialRange& range, std::uint64_t total) {
    if (range.first > 0) {
        const auto begin = std::min(static_cast<std::uint64_t>(range.first) - 1, total);
        return {begin, std::min(static_cast<std::uint64_t>(range.last), total)};
    }
    const auto near = static_cast<std::uint64_t>(-range.first), far = static_cast<std::uint64_t>(-range.last);
    if (near > total) return {0, 0};
    return {far > total ? 0 : total - far, total - near + 1};
}

} // namespace facteur::imap
