// The journal of a lane: what was appended is found again, whatever a cut-off write left behind it.
#include "store/journal.h"
#include "tests/store/fixture.h"

#include <sys/resource.h>

#include <csignal>
#include <fstream>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

constexpr std::uint64_t block = 4096;

Result<std::uint64_t> append(Journal& journal, const std::string& text, ShardId shard = 1) {
    JournalWriter writer;
    writer.commit(shard, text);
    const auto bytes = writer.bytes();
    return journal.append({&bytes, 1});
}

std::vector<std::string> found_in(const std::string& folder) {
    const auto reader = JournalReader::open(folder);
    REQUIRE(reader.has_value());
    std::vector<std::string> texts;
    const auto read = reader->each([&](const JournalPart& part) -> Result<void> {
        texts.emplace_back(part.bytes);
        return {};
    });
    REQUIRE(read.has_value());
    return texts;
}

Code refusal_of(const std::string& folder) {
    const auto reader = JournalReader::open(folder);
    REQUIRE_FALSE(reader.has_value());
    return reader.error().code;
}

std::string contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void overwrite(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

} // namespace

TEST_CASE("a journal gives back its parts in the order of the batches, through both segments") {
    const TemporaryFolder folder;
    std::vector<std::string> wanted;
    {
        Journal journal(folder.path(), "lane-000");
        CHECK(found_in(folder.path()).empty());
        for (int n = 1; n <= 30; ++n) {
            wanted.push_back("record " + std::to_string(n) + std::string(n * 700, 'x'));
            CHECK(append(journal, wanted.back()).value() == static_cast<std::uint64_t>(n));
            if (n % 7 == 0) {
                journal.turn();
                CHECK(journal.octets() == 0);
                CHECK(found_in(folder.path()) == wanted);
            }
            if (n % 7 == 2 && n > 7) {
                REQUIRE(journal.clear().has_value());
                wanted.erase(wanted.begin(), wanted.end() - 2);
            }
            CHECK(found_in(folder.path()) == wanted);
        }
    }
    CHECK(found_in(folder.path()) == wanted);
}

TEST_CASE("a journal's frame holds every kind of part, and a batch of a shard can be taken back") {
    const TemporaryFolder folder;
    Journal journal(folder.path(), "lane-000");
    JournalWriter one, two, back;
    one.chunk(1, "key", std::string(10'000, 'b'));
    one.commit(1, "first");
    two.commit(2, "second");
    const std::array<std::string_view, 2> both{one.bytes(), two.bytes()};
    const auto batch = journal.append(both);
    REQUIRE(batch.has_value());
    back.taken_back(2, *batch);
    REQUIRE(journal.take_back(back.bytes()).has_value());
    REQUIRE(append(journal, "again", 2).has_value());

    std::vector<std::string> seen;
    const auto reader = JournalReader::open(folder.path());
    REQUIRE(reader.has_value());
    REQUIRE(reader
                ->each([&](const JournalPart& part) -> Result<void> {
                    seen.push_back(std::to_string(part.shard) + std::string(part.key) +
                                   std::string(part.bytes.substr(0, 6)));
                    return {};
                })
                .has_value());
    CHECK(seen == std::vector<std::string>{"1keybbbbbb", "1first", "2again"});
}

TEST_CASE("a journal that ends in the middle of a frame ends before it") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/lane-000.a";
    {
        Journal journal(folder.path(), "lane-000");
        for (int n = 1; n <= 3; ++n)
            REQUIRE(append(journal, std::string(9'000, static_cast<char>('0' + n))).has_value());
    }
    const auto whole = contents(path);
    const auto start = block * 7, end = block * 10; // of the third frame
    for (auto cut = start; cut < end - block; cut += 512) {
        auto bytes = whole.substr(0, cut);
        overwrite(path, bytes);
        CHECK(found_in(folder.path()).size() == 2);
        overwrite(path, bytes + std::string(whole.size() - cut, '\0'));
        CHECK(found_in(folder.path()).size() == 2);
    }
    // Blocks of it may be there in any order.
    for (std::uint64_t lost = start; lost < end; lost += block) {
        auto bytes = whole;
        bytes.replace(lost, block, block, '\0');
        overwrite(path, bytes);
        CHECK(found_in(folder.path()).size() == 2);
    }
    overwrite(path, whole);
    CHECK(found_in(folder.path()).size() == 3);
}

TEST_CASE("damage in the middle of a journal is named, never passed over") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/lane-000.a";
    {
        Journal journal(folder.path(), "lane-000");
        for (int n = 1; n <= 3; ++n)
            REQUIRE(append(journal, std::string(9'000, static_cast<char>('0' + n))).has_value());
    }
    const auto whole = contents(path);
    // Anywhere in what a frame says; the rest of its last block is padding.
    for (std::uint64_t at = block; at < block * 7; at += 97) {
        if ((at - block) % (3 * block) >= 9'000) continue;
        auto bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        overwrite(path, bytes);
        CHECK(refusal_of(folder.path()) == Code::corrupt);
    }
    auto bytes = whole;
    bytes[9] = static_cast<char>(bytes[9] ^ 1);
    overwrite(path, bytes);
    CHECK(refusal_of(folder.path()) == Code::corrupt);
}

TEST_CASE("a journal whose older segment lacks something is named") {
    const TemporaryFolder folder;
    const auto a = folder.path() + "/lane-000.a", b = folder.path() + "/lane-000.b";
    {
        Journal journal(folder.path(), "lane-000");
        for (int n = 1; n <= 3; ++n)
            REQUIRE(append(journal, "older").has_value());
        journal.turn();
        for (int n = 1; n <= 3; ++n)
            REQUIRE(append(journal, "newer").has_value());
    }
    CHECK(found_in(folder.path()).size() == 6);
    const auto whole = contents(a);
    auto bytes = whole;
    bytes.replace(3 * block, block, block, '\0');
    overwrite(a, bytes);
    CHECK(refusal_of(folder.path()) == Code::corrupt);
    bytes = whole;
    bytes.replace(block, 3 * block, 3 * block, '\0');
    overwrite(a, bytes);
    CHECK(refusal_of(folder.path()) == Code::corrupt);
    std::filesystem::remove(a);
    CHECK(refusal_of(folder.path()) == Code::corrupt);
    overwrite(a, whole);
    std::filesystem::remove(b); // as if it had not been begun
    CHECK(found_in(folder.path()).size() == 3);
}

TEST_CASE("what an older generation left behind is not taken for new") {
    const TemporaryFolder folder;
    Journal journal(folder.path(), "lane-000");
    for (int n = 1; n <= 5; ++n)
        REQUIRE(append(journal, "old " + std::to_string(n)).has_value());
    journal.turn();
    REQUIRE(append(journal, "new 6").has_value());
    REQUIRE(journal.clear().has_value());
    CHECK(found_in(folder.path()) == std::vector<std::string>{"new 6"});
    journal.turn();
    REQUIRE(append(journal, "new 7").has_value());
    CHECK(found_in(folder.path()) == std::vector<std::string>{"new 6", "new 7"});
}

TEST_CASE("a frame that the disk refuses leaves nothing, and the next one takes its place") {
    const TemporaryFolder folder;
    Journal journal(folder.path(), "lane-000");
    REQUIRE(append(journal, "before").has_value());
    rlimit usual{};
    ::getrlimit(RLIMIT_FSIZE, &usual);
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{(1u << 20) + 100'000, usual.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto refused = append(journal, std::string(3u << 20, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &usual);
    std::signal(SIGXFSZ, handler);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::full);
    CHECK_FALSE(journal.broken());
    CHECK(found_in(folder.path()) == std::vector<std::string>{"before"});
    REQUIRE(append(journal, "after").value() == 2);
    CHECK(found_in(folder.path()) == std::vector<std::string>{"before", "after"});
}
