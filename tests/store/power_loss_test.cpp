// Loss of power at any instant, also while a store is brought back from the one before: everything that was
// acknowledged is there, and what is there is a state that the store was in.
#include "store/dictionaries.h"
#include "store/shard.h"
#include "tests/store/every_kind.h"
#include "tests/store/power_loss.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <thread>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

constexpr int writers = 2;

Options often_checkpointed(const std::string& path, std::uint16_t lanes) {
    auto options = small(path);
    options.lanes = lanes;
    options.lane_queue_bytes = 256u << 10; // a checkpoint after a quarter of it
    // Room is given back, and what came is packed again, whenever nothing waits.
    options.lane_rest = std::chrono::milliseconds(0);
    options.dictionary_from = 10'000;
    return options;
}

// ---- the child: commits until it is killed, and writes down what was acknowledged

void append_record(int file, const Commit& commit) {
    const auto record = encode(commit);
    const auto size = static_cast<std::uint32_t>(record.size());
    std::string line(reinterpret_cast<const char*>(&size), sizeof size);
    line += record;
    if (::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

[[noreturn]] void run_child(const std::string& folder, const std::string& mirror, const std::string& acks,
                            unsigned seed) {
    mirror_syncs(folder, mirror);
    auto store = Store::open(often_checkpointed(folder, static_cast<std::uint16_t>(1 + seed % 2)));
    if (!store) {
        std::fprintf(stderr, "%s\n", store.error().message.c_str());
        ::_exit(2);
    }
    const int file = ::open(acks.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    std::vector<std::thread> threads;
    for (int number = 0; number < writers; ++number)
        threads.emplace_back([&, number] {
            EveryKind run(**store, seed * writers + static_cast<unsigned>(number));
            run.on_commit = [&](const Commit& commit) { append_record(file, commit); };
            while (true)
                run.step();
        });
    threads.front().join();
    ::_exit(4);
}

// ---- the parent

using Records = std::map<ShardId, std::map<Sequence, std::string>>;

Records acknowledged(const std::string& acks) {
    std::ifstream in(acks, std::ios::binary);
    Records records;
    std::uint32_t size = 0;
    while (in.read(reinterpret_cast<char*>(&size), sizeof size)) {
        std::string record(size, '\0');
        if (!in.read(record.data(), size)) break;
        const auto commit = decode_commit(record);
        REQUIRE(commit.has_value());
        records[commit->shard][commit->sequence] = record;
    }
    return records;
}

// In memory where there is such a folder: what the disk holds is worked out here, and the syncs of hundreds
// of stores would take minutes.
std::filesystem::path quick_folder() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code error;
    const auto space = std::filesystem::space(memory, error);
    return !error && space.available > 1u << 30 ? memory : std::filesystem::temp_directory_path();
}

// The same records in a store of their own make an equal one.
void require_state(const Store& store, const Records& wanted) {
    const TemporaryFolder folder(quick_folder());
    auto other = open(small(folder.path()));
    for (const ShardId shard : {ShardId{0}, ShardId{1}, directory_shard_of_tests}) {
        std::vector<std::string> records;
        store.read_shard(shard).log(0, [&](Sequence sequence, std::string_view record) {
            REQUIRE(sequence == records.size() + 1);
            records.emplace_back(record);
            return true;
        });
        if (const auto of_shard = wanted.find(shard); of_shard != wanted.end()) {
            REQUIRE(of_shard->second.rbegin()->first <= records.size());
            for (const auto& [sequence, record] : of_shard->second)
                REQUIRE(records[sequence - 1] == record);
        }
        REQUIRE(other->replay(shard, records, {}).has_value());
        CHECK(dump_of(*other, shard) == dump_of(store, shard));
    }
    require_clean(store);
}

struct Round {
    std::string folder, mirror, acks;
};

template <typename Condition>
void wait_until(Condition&& condition) {
    for (int tries = 0; !condition() && tries < 60'000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(condition());
}

// Runs a child on the folder and stops it after a while, when it has begun to open the store or when it has
// written so many octets; what the disk may hold is then in `folder` and `mirror`.
void run_for(const Round& round, unsigned seed, std::uintmax_t octets, std::chrono::microseconds more) {
    std::filesystem::remove_all(round.mirror);
    std::filesystem::remove_all(round.mirror + ".begun");
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) run_child(round.folder, round.mirror, round.acks, seed);
    const auto written = [&] {
        std::error_code error;
        const auto size = std::filesystem::file_size(round.acks, error);
        return error ? 0 : size;
    };
    const auto before = written();
    wait_until([&] { return std::filesystem::exists(round.mirror); });
    wait_until([&] { return written() >= before + octets; });
    std::this_thread::sleep_for(more);
    ::kill(child, SIGSTOP);
    int status = 0;
    REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    REQUIRE(WIFSTOPPED(status));
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
}

// So that what comes later is packed again in every pause.
void begin_with_dictionaries(const std::string& folder) {
    const auto store = open(often_checkpointed(folder, 1));
    EveryKind run(*store, 99);
    for (int step = 0; step < 200; ++step)
        run.step();
    wait_until([&] {
        const auto* dictionaries = store->read_shard(0).raw().shard->bodies().dictionaries();
        return dictionaries->newest(Dictionaries::Of::rows) > 0 &&
               dictionaries->newest(Dictionaries::Of::bodies) > 0;
    });
    store->close();
}

} // namespace

TEST_CASE("a store survives the loss of power at any instant") {
    const TemporaryFolder folder(quick_folder());
    Round round{folder.path() + "/store", folder.path() + "/mirror", folder.path() + "/acks"};
    begin_with_dictionaries(round.folder);
    std::mt19937 random(7);
    for (unsigned number = 0; number < 9; ++number) {
        CAPTURE(number);
        // Every third is cut off early, in the middle of bringing back the one before.
        run_for(round, number, number % 3 == 2 ? 0 : 20'000 + random() % 40'000,
                std::chrono::microseconds(random() % 60'000));
        const auto wanted = acknowledged(round.acks);
        std::string next;
        for (const double share : {0.0, 0.3, 0.9, 1.0}) {
            CAPTURE(share);
            const auto image = folder.path() + "/image-" + std::to_string(number) + std::to_string(share);
            make_image(round.folder, round.mirror, image, share, random);
            // The next round goes on from one of them, as it was left.
            if (next.empty() && random() % 3 == 0) {
                next = folder.path() + "/next-" + std::to_string(number);
                std::filesystem::copy(image, next, std::filesystem::copy_options::recursive);
            }
            const auto store = Store::open(often_checkpointed(image, 2));
            if (!store) UNSCOPED_INFO(store.error().message);
            REQUIRE(store.has_value());
            require_state(**store, wanted);
            // What is lost was never acknowledged: the next round writes other commits in its place.
            (*store)->close();
            CHECK_FALSE(std::filesystem::exists(image + "/journal"));
            if (next.empty() && share == 1.0) {
                next = image;
                break;
            }
            std::filesystem::remove_all(image);
        }
        round.folder = next;
    }
    CHECK(acknowledged(round.acks).size() == 3);
}
