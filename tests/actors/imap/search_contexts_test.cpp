#include "actors/session/imap/search_contexts.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace facteur;

namespace {

using Uids = std::vector<store::Uid>;

// As RFC 5267 §4.3 wants a client to do it.
Uids told(Uids list, const std::vector<imap::EsearchResponse::Change>& changes) {
    for (const auto& change : changes) {
        for (const auto uid : change.numbers) {
            if (change.removed) {
                if (change.position != 0) REQUIRE(list.at(change.position - 1) == uid);
                REQUIRE(std::erase(list, uid) == 1);
            } else {
                REQUIRE(std::find(list.begin(), list.end(), uid) == list.end());
                const auto place = change.position == 0 ? list.size() : change.position - 1;
                REQUIRE(place <= list.size());
                list.insert(list.begin() + static_cast<std::ptrdiff_t>(place), uid);
            }
        }
    }
    return list;
}

Uids some(std::mt19937& random, bool sorted) {
    Uids uids;
    for (store::Uid uid = 1; uid < 40; ++uid)
        if (random() % 2 == 0) uids.push_back(uid);
    if (!sorted) std::shuffle(uids.begin(), uids.end(), random);
    return uids;
}

} // namespace

TEST_CASE("a client that follows a search arrives at its result") {
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        const auto from = some(random, true), to = some(random, true);
        auto followed = told(from, result_changes(from, to, false));
        std::sort(followed.begin(), followed.end());
        CHECK(followed == to);
        CHECK(told(from, result_changes(from, to, true)) == to);
    }
}

TEST_CASE("a client that follows a sorted search arrives at its order, also when it changed") {
    std::mt19937 random(8);
    for (int round = 0; round < 500; ++round) {
        const auto from = some(random, false), to = some(random, false);
        CHECK(told(from, result_changes(from, to, true)) == to);
    }
    // What keeps its place is not told.
    CHECK(result_changes({5, 3, 9}, {5, 3, 9}, true).empty());
    CHECK(result_changes({5, 3, 9}, {5, 7, 3, 9}, true).size() == 1);
    CHECK(result_changes({5, 3, 9}, {5, 9}, true).size() == 1);
}
