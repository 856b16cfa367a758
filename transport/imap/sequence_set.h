// Sets of message numbers or UIDs (RFC 9051 §9 sequence-set, RFC 5182 "$", RFC 9394 partial ranges).
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

inline constexpr std::uint32_t star = 0; // "*" where a number stands

struct NumberRange {
    std::uint32_t first = 1, last = 1; // as written: "4:2" is {4, 2}; `star` is "*"
    bool operator==(const NumberRange&) const = default;
};

struct SequenceSet {
    bool saved = false; // "$": what the last SEARCH saved (RFC 5182); no ranges then
    std::vector<NumberRange> ranges;
    bool operator==(const SequenceSet&) const = default;
};

// Ascending ranges that neither touch nor overlap, first <= last, "*" put in as `highest`. With `highest` 0
// (an empty mailbox) a "*" means nothing. Of sequence numbers, the caller checks that all exist.
std::vector<NumberRange> resolved(const SequenceSet& set, std::uint32_t highest);

// Both of ranges as `resolved` gives them.
bool contains(const std::vector<NumberRange>& ranges, std::uint32_t number);
std::uint64_t count(const std::vector<NumberRange>& ranges);

// At most `max_ranges`; nothing when it breaks the grammar.
std::optional<SequenceSet> parse_sequence_set(std::string_view text, std::size_t max_ranges);

// "1:3,5". Neighbours are joined, order is kept as it is: numbers in the order of a COPYUID stay paired.
// Nothing is appended for no numbers.
void write_sequence_set(std::string& out, const std::vector<std::uint32_t>& numbers);
void write_sequence_set(std::string& out, const std::vector<NumberRange>& ranges);
void write_sequence_set(std::string& out, const SequenceSet& set);

// "1:100" counts from the first result, "-1:-100" from the last (RFC 9394 §3.1). Never 0, both of one sign,
// |first| <= |last|.
struct PartialRange {
    std::int64_t first = 1, last = 1;
    bool operator==(const PartialRange&) const = default;
};
std::optional<PartialRange> parse_partial_range(std::string_view text);
void write_partial_range(std::string& out, const PartialRange& range);

// The half-open places [begin, end) of `total` ordered results that the range means.
struct Places {
    std::uint64_t begin = 0, end = 0;
    bool operator==(const Places&) const = default;
};
Places places(const PartialRange& range, std::uint64_t total);

} // namespace facteur::imap
