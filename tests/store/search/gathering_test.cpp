#include "store/search/gathering.h"

#include <catch2/catch.hpp>

#include <map>
#include <random>

namespace facteur::store::search {
namespace {

std::vector<Posting> joined(const std::vector<Posting>& postings) {
    std::map<EmailId, Mask> masks;
    for (const auto& posting : postings)
        masks[posting.email] |= posting.mask;
    std::vector<Posting> all;
    for (const auto& [email, mask] : masks)
        all.push_back({email, mask});
    return all;
}

void gathers(EmailId below, EmailId highest, std::size_t count) {
    CAPTURE(below, highest, count);
    std::mt19937_64 random(count); // NOLINT(cert-msc51-cpp): the same each time
    Gathering gathering(below);
    std::vector<Posting> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back({1 + random() % highest, static_cast<Mask>(1u << random() % 10)});
        gathering.add(all.back());
    }
    REQUIRE(std::move(gathering).take() == joined(all));
}

} // namespace

TEST_CASE("postings of many words become one set, whether ids are dense or not") {
    gathers(1, 1, 0);
    gathers(100, 99, 50);
    gathers(100, 99, 5000);
    gathers(60'000, 59'999, 10'000);
    gathers(std::uint64_t{1} << 40, std::uint64_t{1} << 40, 10'000);
    gathers(3'000'000, 2'999'999, 300'000); // sparse at first
}

TEST_CASE("postings of ids that an account should not have are gathered too") {
    gathers(1000, 5000, 20'000);
    gathers(1, std::uint64_t{1} << 60, 5000);
}

} // namespace facteur::store::search
