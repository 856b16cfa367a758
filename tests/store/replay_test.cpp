// A random run of every kind of change: its records, applied to an empty store in any split, make an equal
// one, and applied again change nothing.
#include "tests/store/every_kind.h"

#include <map>
#include <random>
#include <set>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

// The records of a shard, with the bodies that are still there.
struct Recorded {
    std::vector<std::string> records;
    std::vector<Body> bodies;

    Recorded(const Store& store, ShardId shard) {
        const auto now = store.read_shard(shard);
        std::set<Hash> seen;
        now.log(0, [&](Sequence, std::string_view record) {
            records.emplace_back(record);
            const auto commit = decode_commit(record);
            REQUIRE(commit.has_value());
            for (const auto& change : commit->changes) {
                const auto* email = std::get_if<EmailAdded>(&change);
                const auto* upload = std::get_if<UploadPut>(&change);
                if (email == nullptr && upload == nullptr) continue;
                const auto hash = email != nullptr ? email->row.body : upload->row.body;
                if (!seen.insert(hash).second) continue;
                if (const auto bytes = now.read_body(hash)) bodies.push_back(body_of(*bytes));
            }
            return true;
        });
    }
};

} // namespace

TEST_CASE("the records of every kind of change make an equal store, in any split, and again change nothing") {
    const TemporaryFolder folder;
    auto original = open(small(folder.path()));
    EveryKind run(*original, 21);
    for (int step = 0; step < 400; ++step)
        run.step();
    CHECK_FALSE(run.failed());
    REQUIRE(run.kinds().size() == std::variant_size_v<Change>);
    require_clean(*original);

    const unsigned split = GENERATE(1u, 13u, 1000000u);
    CAPTURE(split);
    const TemporaryFolder other;
    auto copy = open(small(other.path()));
    std::mt19937 random(split);
    for (const ShardId shard : {ShardId{0}, ShardId{1}, directory_shard_of_tests}) {
        const Recorded recorded(*original, shard);
        const std::span<const std::string> all = recorded.records;
        REQUIRE(all.size() > 20);
        // A batch may begin within what was applied already, as after a crash.
        for (std::size_t done = 0; done < all.size();) {
            const auto again = std::min<std::size_t>(done, random() % 3);
            const auto end = std::min<std::size_t>(all.size(), done + 1 + random() % split);
            REQUIRE(copy->replay(shard, all.subspan(done - again, end - done + again), recorded.bodies)
                        .has_value());
            done = end;
        }
        const auto wanted = dump_of(*original, shard);
        CHECK(dump_of(*copy, shard) == wanted);
        REQUIRE(copy->replay(shard, all, recorded.bodies).has_value());
        CHECK(dump_of(*copy, shard) == wanted);
    }
    require_clean(*copy);
}
