// Loss of power at any instant: the index is as it was at a mark that it had, none earlier than the last one
// that was settled.
#include "store/search/search.h"
#include "tests/store/fixture.h"
#include "tests/store/power_loss.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <set>
#include <thread>

using namespace facteur::store;
using namespace facteur::store::search;
using namespace facteur::store::test;

namespace {

constexpr EmailId by_update = 4;
constexpr Sequence kept = 50; // updates whose documents are not removed yet
constexpr std::uint64_t map = 1ull << 30;

std::string word_of(Sequence update) {
    return fmt::format("mot{}", update);
}

// Each has words of its own and common ones, and takes those of an older one away.
Result<void> update(Index& index, Sequence number) {
    std::vector<Document> added;
    std::vector<Removal> removed;
    for (EmailId place = 0; place < by_update; ++place) {
        const auto account = static_cast<AccountId>(1 + place % 2);
        added.push_back({account, number * by_update + place, {}});
        added.back()[Field::subject] = word_of(number);
        added.back()[Field::body] = fmt::format("conseil de classe {} {}", number % 7, number * 7919 % 101);
        if (number > kept) removed.push_back({account, (number - kept) * by_update + place});
    }
    return index.update(added, removed, number, {{1, number, number * by_update + by_update}});
}

std::vector<EmailId> wanted(Sequence mark, AccountId account) {
    std::vector<EmailId> ids;
    for (auto number = mark > kept ? mark - kept + 1 : 1; number <= mark; ++number)
        for (EmailId place = account - 1; place < by_update; place += 2)
            ids.push_back(number * by_update + place);
    return ids;
}

void require_state(const Index& index) {
    const auto mark = index.mark();
    for (const auto& finding : index.check())
        FAIL(finding);
    for (const AccountId account : {1u, 2u}) {
        const auto ids = wanted(mark, account);
        CHECK(index.documents(account) == ids);
        const auto found = index.query(account, parse("conseil", all_fields));
        REQUIRE(found.has_value());
        CHECK(found->emails == ids);
        if (mark == 0) continue;
        const auto newest = index.query(account, parse(word_of(mark), all_fields));
        REQUIRE(newest.has_value());
        CHECK(newest->emails.size() == by_update / 2);
    }
    CHECK(index.position(1).modseq == mark);
}

[[noreturn]] void run_child(const std::string& folder, const std::string& mirror, const std::string& acks,
                            unsigned seed) {
    mirror_syncs(folder, mirror);
    std::ofstream settled(acks);
    std::mt19937 random(seed);
    while (true) {
        auto index = Index::open({folder, map});
        if (!index) ::_exit(2);
        for (auto left = random() % 200; left > 0; --left) {
            if (!update(**index, (*index)->mark() + 1)) ::_exit(3);
            if (random() % 8 == 0 && !(*index)->tidy()) ::_exit(4);
            if (random() % 20 == 0) static_cast<void>((*index)->give_back_room([] { return true; }));
            if (random() % 15 != 0) continue;
            if (!(*index)->settle()) ::_exit(5);
            settled << (*index)->mark() << std::endl;
        }
    }
}

Sequence last_of(const std::string& acks) {
    std::ifstream in(acks);
    Sequence last = 0;
    for (Sequence mark = 0; in >> mark;)
        last = mark;
    return last;
}

} // namespace

TEST_CASE("an index falls back to a state that it had when the power is lost") {
    const TemporaryFolder folder;
    auto path = folder.path() + "/index";
    const auto mirror = folder.path() + "/mirror", acks = folder.path() + "/acks";
    REQUIRE(Index::open({path, map}).has_value());
    std::mt19937 random(11);
    for (unsigned round = 0; round < 6; ++round) {
        CAPTURE(round);
        std::filesystem::remove_all(mirror);
        std::filesystem::remove_all(mirror + ".begun");
        std::filesystem::remove(acks);
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) run_child(path, mirror, acks, round);
        for (int tries = 0; last_of(acks) == 0 && tries < 60'000; ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 300'000));
        ::kill(child, SIGSTOP);
        int status = 0;
        REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
        REQUIRE(WIFSTOPPED(status));
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        const auto settled = last_of(acks);
        REQUIRE(settled > 0);
        for (const double share : {0.0, 0.5, 0.9, 1.0}) {
            CAPTURE(share);
            const auto image = fmt::format("{}/image-{}-{}", folder.path(), round, share);
            make_image(path, mirror, image, share, random);
            {
                const auto index = Index::open({image, map});
                if (!index) UNSCOPED_INFO(index.error().message);
                REQUIRE(index.has_value());
                CHECK((*index)->mark() >= settled);
                require_state(**index);
                // And goes on from there.
                REQUIRE(update(**index, (*index)->mark() + 1).has_value());
            }
            CHECK_FALSE(std::filesystem::exists(image + "/checkpoint"));
            const auto again = Index::open({image, map});
            REQUIRE(again.has_value());
            CHECK((*again)->mark() > settled);
            require_state(**again);
            if (share == 1.0) path = image;
        }
    }
}

TEST_CASE("an index whose last state is damaged is refused as corrupt") {
    const TemporaryFolder folder;
    REQUIRE(Index::open({folder.path(), map}).has_value());
    SECTION("the file that says what it is") {
        std::ofstream(folder.path() + "/checkpoint", std::ios::binary) << "x";
    }
    SECTION("the pages, which are fewer") {
        const TemporaryFolder copy;
        {
            const auto index = Index::open({folder.path(), map});
            REQUIRE(index.has_value());
            for (Sequence number = 1; number < 40; ++number)
                REQUIRE(update(**index, number).has_value());
            REQUIRE((*index)->settle().has_value());
            CHECK((*index)->is_settled());
            CHECK((*index)->settled_mark() == 39);
            std::filesystem::copy_file(folder.path() + "/checkpoint", copy.path() + "/checkpoint");
        }
        std::filesystem::copy_file(copy.path() + "/checkpoint", folder.path() + "/checkpoint");
        std::filesystem::resize_file(folder.path() + "/data.mdb", 8192);
    }
    const auto index = Index::open({folder.path(), map});
    REQUIRE(!index.has_value());
    CHECK(index.error().code == Code::corrupt);
}
