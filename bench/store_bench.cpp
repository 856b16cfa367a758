// What a commit costs beside what it stands on, measured in one run on one disk: commits/s of small changes
// and of 10 KB messages, alone and from many submitters, beside raw LMDB transactions and raw fdatasync.
//
//     store_bench [FOLDER] [SECONDS]
#include "store/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

using namespace facteur::store;

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Calls `once` for so long; how often a second it came to its end.
template <typename Once>
double rate(double seconds, Once&& once) {
    const auto start = Clock::now();
    std::size_t count = 0;
    while (seconds_since(start) < seconds)
        count += once();
    return static_cast<double>(count) / seconds_since(start);
}

double raw_fdatasync(const std::string& folder, double seconds) {
    const auto path = folder + "/fdatasync";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    const std::string block(4096, 'x');
    const auto result = rate(seconds, [&]() -> std::size_t {
        return ::write(file, block.data(), block.size()) > 0 && ::fdatasync(file) == 0 ? 1 : 0;
    });
    ::close(file);
    return result;
}

double raw_lmdb(const std::string& folder, double seconds, std::size_t rows, std::size_t size) {
    const auto path = fmt::format("{}/lmdb-{}-{}", folder, rows, size);
    std::filesystem::create_directories(path);
    MDB_env* env = nullptr;
    MDB_dbi database = 0;
    MDB_txn* transaction = nullptr;
    mdb_env_create(&env);
    mdb_env_set_mapsize(env, 1ull << 34);
    mdb_env_open(env, path.c_str(), 0, 0640);
    mdb_txn_begin(env, nullptr, 0, &transaction);
    mdb_dbi_open(transaction, nullptr, 0, &database);
    mdb_txn_commit(transaction);
    std::string value(size, 'x');
    std::mt19937_64 random(1);
    const auto result = rate(seconds, [&]() -> std::size_t {
        mdb_txn_begin(env, nullptr, 0, &transaction);
        for (std::size_t i = 0; i < rows; ++i) {
            auto number = random();
            MDB_val key{sizeof number, &number}, data{value.size(), value.data()};
            mdb_put(transaction, database, &key, &data, 0);
        }
        return mdb_txn_commit(transaction) == 0 ? rows : 0;
    });
    mdb_env_close(env);
    return result;
}

Plan small_plan() {
    return [](Draft& draft) -> Result<void> {
        draft.add(ObjectPut{ObjectType::settings, "s", "{\"a\":1}"});
        return {};
    };
}

// A message of 10 KB, as no other.
std::pair<Body, Plan> message(std::uint64_t number) {
    std::mt19937_64 random(number);
    std::string text(10'000, ' ');
    for (auto& octet : text)
        octet = static_cast<char>('a' + random() % 26);
    const auto body = make_body(std::make_shared<const std::string>(std::move(text)));
    return {body, [body](Draft& draft) -> Result<void> {
                auto inbox = draft.now().mailbox_by_role(draft.account(), "inbox").value_or(0);
                if (inbox == 0) {
                    inbox = draft.new_mailbox();
                    draft.add(MailboxPut{{inbox, 0, "Inbox", "inbox", 0, true, 1}});
                }
                EmailAdded added;
                added.row.id = added.row.thread = draft.new_email();
                added.row.received = draft.at();
                added.row.body = body.hash;
                added.row.size = body.bytes->size();
                added.row.mailboxes = {{inbox, draft.new_uid(inbox)}};
                added.row.subject = "Conseil de classe";
                added.structure.parts.resize(1);
                draft.add(std::move(added));
                return {};
            }};
}

// Keeps `depth` writes in flight.
template <typename Make>
double commits(Store& store, double seconds, std::size_t depth, Make&& make) {
    std::atomic<std::size_t> in_flight = 0, done = 0;
    std::uint64_t number = 0;
    const auto start = Clock::now();
    while (seconds_since(start) < seconds) {
        if (in_flight >= depth) {
            std::this_thread::yield();
            continue;
        }
        ++in_flight;
        ++number;
        Write write{static_cast<AccountId>(1 + number % 64), 1, {}, {}, [&](const Result<Committed>& result) {
                        if (result) ++done;
                        --in_flight;
                    }};
        make(write, number);
        store.submit(std::move(write));
    }
    while (in_flight > 0)
        std::this_thread::yield();
    return static_cast<double>(done) / seconds_since(start);
}

int run(const std::string& parent, double seconds) {
    const auto folder = fmt::format("{}/facteur-store-bench-{}", parent, ::getpid());
    std::filesystem::create_directories(folder);
    const auto sync = raw_fdatasync(folder, seconds);
    const auto row = raw_lmdb(folder, seconds, 1, 200), rows = raw_lmdb(folder, seconds, 64, 200);
    const auto body = raw_lmdb(folder, seconds, 1, 10'000), bodies = raw_lmdb(folder, seconds, 64, 10'000);
    fmt::print("raw fdatasync of 4 KB        {:>9.0f}/s\n", sync);
    fmt::print("raw LMDB, 200 octets, alone  {:>9.0f}/s   in groups of 64 {:>9.0f}/s\n", row, rows);
    fmt::print("raw LMDB, 10 KB, alone       {:>9.0f}/s   in groups of 64 {:>9.0f}/s\n", body, bodies);

    Options options;
    options.path = folder + "/store";
    options.shards = 1;
    options.lanes = 1;
    auto opened = Store::open(options);
    if (!opened) return fmt::print(stderr, "{}\n", opened.error().message), 1;
    auto& store = **opened;
    const auto small = [](Write& write, std::uint64_t) { write.plan = small_plan(); };
    const auto mail = [](Write& write, std::uint64_t number) {
        auto [made, plan] = message(number);
        write.bodies = {std::move(made)};
        write.plan = std::move(plan);
    };
    const auto small_alone = commits(store, seconds, 1, small),
               small_many = commits(store, seconds, 256, small);
    const auto mail_alone = commits(store, seconds, 1, mail), mail_many = commits(store, seconds, 256, mail);
    fmt::print(
        "small commit, alone          {:>9.0f}/s   256 in flight   {:>9.0f}/s   of LMDB {:.2f}, {:.2f}\n",
        small_alone, small_many, small_alone / row, small_many / rows);
    fmt::print(
        "10 KB message, alone         {:>9.0f}/s   256 in flight   {:>9.0f}/s   of LMDB {:.2f}, {:.2f}\n",
        mail_alone, mail_many, mail_alone / body, mail_many / bodies);
    store.close();
    std::filesystem::remove_all(folder);
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    return run(count > 1 ? arguments[1] : std::filesystem::temp_directory_path().string(),
               count > 2 ? std::stod(arguments[2]) : 2.0);
}
