#include "actors/session/imap/uid_map.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

namespace facteur {
namespace {

UidMap map_of(const std::vector<store::Uid>& uids) {
    UidMap map;
    for (const auto uid : uids)
        map.append(uid);
    return map;
}

void holds(const UidMap& map, const std::vector<store::Uid>& uids) {
    REQUIRE(map.size() == uids.size());
    for (std::uint32_t n = 0; n < uids.size(); ++n) {
        REQUIRE(map.at(n + 1) == uids[n]);
        REQUIRE(map.number_of(uids[n]) == n + 1);
    }
}

} // namespace

TEST_CASE("a UID map gives numbers and UIDs", "[imap]") {
    const std::vector<store::Uid> uids{1, 2, 3, 7, 8, 20};
    const auto map = map_of(uids);
    holds(map, uids);
    CHECK(map.last() == 20);
    for (const store::Uid none : {4u, 6u, 9u, 19u, 21u, 4294967295u})
        CHECK_FALSE(map.number_of(none));
    CHECK(map.count_below(1) == 0);
    CHECK(map.count_below(5) == 3);
    CHECK(map.count_below(8) == 4);
    CHECK(map.count_below(1000) == 6);
    CHECK(UidMap().last() == 0);
    CHECK_FALSE(UidMap().number_of(1));
    const UidMap empty;
    CHECK_FALSE(UidMap::Ascending(empty).number_of(1));
}

TEST_CASE("a large mailbox of which little was removed is small", "[imap]") {
    UidMap map;
    for (store::Uid uid = 1; uid <= 100'000; ++uid)
        map.append(uid);
    map.remove({5, 1000, 99'999});
    map.shrink();
    CHECK(map.size() == 99'997);
    CHECK(map.octets() <= 64);
}

TEST_CASE("any course of appending and removing is that of a list", "[imap]") {
    std::mt19937 random(7); // NOLINT(cert-msc51-cpp): the same each time
    for (int round = 0; round < 200; ++round) {
        UidMap map;
        std::vector<store::Uid> model;
        store::Uid next = 1;
        for (int step = 0; step < 20; ++step) {
            for (auto n = random() % 12; n > 0; --n) {
                next += random() % 3 == 0 ? random() % 5 : 0;
                map.append(next);
                model.push_back(next++);
            }
            std::vector<store::Uid> gone;
            for (store::Uid uid = 1; uid < next + 3; ++uid)
                if (random() % 9 == 0) gone.push_back(uid);
            map.remove(gone);
            std::erase_if(model,
                          [&](store::Uid uid) { return std::binary_search(gone.begin(), gone.end(), uid); });
            holds(map, model);
            UidMap::Ascending numbers(map), some(map);
            for (store::Uid uid = 0; uid < next + 3; ++uid) {
                REQUIRE(numbers.number_of(uid) == map.number_of(uid));
                if (random() % 5 == 0) REQUIRE(some.number_of(uid) == map.number_of(uid));
                const auto below = std::lower_bound(model.begin(), model.end(), uid) - model.begin();
                REQUIRE(map.count_below(uid) == static_cast<std::uint32_t>(below));
            }
        }
        REQUIRE(map == map_of(model));
    }
}

} // namespace facteur
