// Seals are on the disk: whichever registers a processor has, an entry has the same one.
#include "store/environment.h"

#define XXH_INLINE_ALL
#define XXH_VECTOR 0 // plain C
#include <catch2/catch.hpp>
#include <xxhash.h>

#include <random>
#include <string>

using namespace facteur::store;

namespace {

std::uint32_t seal_in_plain_c(std::size_t database, std::string_view key, std::string_view value) {
    const auto seed = XXH3_64bits_withSeed(key.data(), key.size(), database);
    return static_cast<std::uint32_t>(XXH3_64bits_withSeed(value.data(), value.size(), seed));
}

} // namespace

TEST_CASE("a seal is that of XXH3 in plain C, of a value of any length at any place") {
    std::mt19937 random(1);
    std::string octets(8192, '\0');
    for (auto& octet : octets)
        octet = static_cast<char>(random());
    const std::string_view all = octets;
    const auto require_same = [&](std::size_t from, std::size_t size) {
        INFO(from << ' ' << size);
        const auto key = all.substr(random() % 4096, 4 + random() % 300);
        const auto value = all.substr(from, size);
        REQUIRE(seal_of(size % 23, key, value) == seal_in_plain_c(size % 23, key, value));
    };
    for (std::size_t size = 0; size <= 1200; ++size)
        require_same(size % 67, size);
    for (int round = 0; round < 300; ++round)
        require_same(random() % 100, random() % 8000);
}
