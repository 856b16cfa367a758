#include "actors/session/imap/search_answer.h"

#include "transport/imap/response.h"

#include <algorithm>

namespace facteur {
namespace {

using Matches = std::vector<SearchMatch>;

store::Modseq highest_of(const Matches& matches) {
    store::Modseq highest = 0;
    for (const auto& match : matches)
        highest = std::max(highest, match.changed);
    return highest;
}

Matches part_of_matches(const Matches& matches, const imap::PartialRange& range) {
    const auto wanted = imap::places(range, matches.size());
    return {matches.begin() + static_cast<std::ptrdiff_t>(wanted.begin),
            matches.begin() + static_cast<std::ptrdiff_t>(wanted.end)};
}

bool wants_all(const imap::SearchReturn& result) {
    return result.all || (!result.min && !result.max && !result.count && !result.partial && !result.save);
}

// Those that the answer, and "$", is of, when it is not of all.
Matches told_of(const imap::SearchReturn& result, const Matches& matches) {
    if (wants_all(result) || result.count || (!result.min && !result.max && !result.partial)) return matches;
    Matches told;
    if (result.partial) told = part_of_matches(matches, *result.partial);
    if (result.min && !matches.empty()) told.push_back(matches.front());
    if (result.max && !matches.empty()) told.push_back(matches.back());
    return told;
}

} // namespace

void write_search_answer(std::string& out, const SearchAsked& asked, const Matches& matches,
                         const UidMap& map) {
    const auto number = [&](const SearchMatch& match) {
        return asked.uid ? match.uid : map.number_of(match.uid).value_or(0);
    };
    const auto numbers = [&](const Matches& of) {
        std::vector<std::uint32_t> all;
        all.reserve(of.size());
        for (const auto& match : of)
            all.push_back(number(match));
        return all;
    };
    const auto modseq = [&](const Matches& of) {
        return asked.modseq && !of.empty() ? std::optional<std::uint64_t>(highest_of(of)) : std::nullopt;
    };
    if (!asked.esearch)
        return (asked.sort ? imap::write_sort : imap::write_search)(out, numbers(matches), modseq(matches));

    const auto& result = asked.result;
    const bool only_saves =
        result.save && !result.all && !result.min && !result.max && !result.count && !result.partial;
    if (only_saves) return;
    imap::EsearchResponse response;
    response.tag = asked.tag;
    response.uid = asked.uid;
    if (result.min && !matches.empty()) response.min = number(matches.front());
    if (result.max && !matches.empty()) response.max = number(matches.back());
    if (result.count) response.count = matches.size();
    const auto relevancy = [&](const Matches& of) {
        for (const auto& match : of)
            response.relevancy.push_back(match.relevancy);
    };
    if (wants_all(result)) {
        response.all = numbers(matches);
        if (result.relevancy) relevancy(matches);
    }
    if (result.partial) {
        const auto part = part_of_matches(matches, *result.partial);
        response.partial = result.partial;
        response.partial_numbers = numbers(part);
        if (result.relevancy && response.relevancy.empty()) relevancy(part);
    }
    response.modseq = modseq(told_of(result, matches));
    imap::write_esearch(out, response);
}

std::vector<store::Uid> saved_of(const imap::SearchReturn& result, const Matches& matches) {
    std::vector<store::Uid> uids;
    for (const auto& match : told_of(result, matches))
        uids.push_back(match.uid);
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    return uids;
}

} // namespace facteur
