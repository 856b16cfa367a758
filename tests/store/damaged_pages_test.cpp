// Bits that flip in LMDB's own pages, where there is no checksum: what comes of it is an error, a finding of
// `check`, or the end of the program, and never a store that looks sound and says something else.
#include "tests/store/fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

constexpr AccountId anne = 1;
constexpr std::size_t page_size = 4096, page_head = 16;
constexpr int refused = 10, found = 11, other = 12, same = 13; // how the child ends
constexpr unsigned patience = 60;                              // seconds: a page may lead in a circle

void fill(Store& store) {
    const auto inbox = add_mailbox(store, anne, "Réception", "inbox");
    const auto archive = add_mailbox(store, anne, "Archives");
    for (EmailId id = 1; id <= 80; ++id) {
        const auto body = body_of("message " + std::to_string(id));
        REQUIRE(commit(store, anne,
                       [&](Draft& draft) -> Result<void> {
                           draft.add(email_of(body, id, id, static_cast<Time>(id),
                                              {{id % 3 == 0 ? archive : inbox,
                                                draft.new_uid(id % 3 == 0 ? archive : inbox)}}));
                           return {};
                       },
                       {body})
                    .has_value());
    }
}

std::string state_of(const Store& store, ShardId shard) {
    std::string all;
    dump(store, shard, [&](std::string_view line) { all.append(line).append(1, '\n'); });
    return all;
}

[[noreturn]] void look_at(const std::string& path, ShardId shard, const std::string& wanted) {
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE})
        std::signal(signal, SIG_DFL); // Catch would report its own end
    if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(1);
    ::alarm(patience);
    const auto store = Store::open(small(path));
    if (!store) ::_exit(refused);
    const auto report = check(**store, false, {});
    if (!report || !report->findings.empty()) ::_exit(found);
    ::_exit(state_of(**store, shard) == wanted ? same : other);
}

} // namespace

TEST_CASE("a bit that flips in a page's head or its list of entries never gives another answer in silence") {
    const std::filesystem::path memory = "/dev/shm";
    const TemporaryFolder folder(std::filesystem::exists(memory) ? memory
                                                                 : std::filesystem::temp_directory_path());
    const auto original = folder.path() + "/store", image = folder.path() + "/image";
    ShardId shard = 0;
    std::string wanted;
    {
        const auto store = open(small(original));
        fill(*store);
        shard = store->shard_of(anne);
        wanted = state_of(*store, shard);
    }
    const auto name = "/shard-00" + std::to_string(shard) + "/rows/data.mdb";
    std::ifstream in(original + name, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const auto pages = bytes.size() / page_size;
    REQUIRE(pages > 20);

    std::mt19937 random(3);
    int ends = 0, named = 0, harmless = 0;
    for (int round = 0; round < 120; ++round) {
        const auto page = 2 + random() % (pages - 2);
        // In the head, where its entries end is at 12: two octets each.
        std::uint16_t lower = 0;
        std::memcpy(&lower, bytes.data() + page * page_size + 12, sizeof lower);
        const auto at = random() % std::clamp<std::size_t>(lower, page_head, page_size);
        const auto bit = random() % 8;
        std::filesystem::remove_all(image);
        std::filesystem::copy(original, image, std::filesystem::copy_options::recursive);
        {
            std::fstream file(image + name, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(page * page_size + at));
            file.put(static_cast<char>(bytes[page * page_size + at] ^ (1 << bit)));
        }
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) look_at(image, shard, wanted);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CAPTURE(round, page, at, bit, status);
        const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        CHECK(code != other);
        if (code == refused || code == found)
            ++named;
        else if (code == same)
            ++harmless;
        else
            ++ends;
    }
    INFO("named " << named << ", harmless " << harmless << ", ends of the program " << ends);
    CHECK(named > 0);
    CHECK(harmless > 0); // pages that are free, or of an older state
}
