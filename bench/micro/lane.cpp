// What a commit costs on a disk that is synced, beside what it stands on: one commit of 1 and 64 rows, a
// message of 10 KB, and many writers at once; raw fdatasync and raw LMDB in the same folder. Time is that of
// the clock, processor time that of all threads.
#include "bench/micro/place.h"
#include "store/store.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <unistd.h>

#include <atomic>
#include <random>

namespace facteur::micro {
namespace {

using namespace store;

class OneLane {
public:
    OneLane() {
        Options options;
        options.path = place_.path() + "/store";
        options.shards = 1;
        options.lanes = 1;
        auto opened = Store::open(options);
        if (!opened) give_up(opened.error().message);
        store_ = std::move(*opened);
    }
    static Store& store() {
        static OneLane lane;
        return *lane.store_;
    }

private:
    Place place_;
    std::unique_ptr<Store> store_;
};

Plan rows_plan(std::size_t rows) {
    return [rows](Draft& draft) -> Result<void> {
        for (std::size_t i = 0; i < rows; ++i)
            draft.add(ObjectPut{ObjectType::settings, std::to_string(i), "{\"a\":1}"});
        return {};
    };
}

// A message of 10 KB, as no other.
void fill_in(Write& write, std::uint64_t number) {
    static const std::string letters = [] {
        std::mt19937_64 random(1);
        std::string made(10'000, ' ');
        for (auto& octet : made)
            octet = static_cast<char>('a' + random() % 26);
        return made;
    }();
    auto text = letters;
    text.replace(0, 20, fmt::format("{:020}", number));
    const auto body = make_body(std::make_shared<const std::string>(std::move(text)));
    write.bodies = {body};
    write.plan = [body](Draft& draft) -> Result<void> {
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
    };
}

std::uint64_t numbers = 0; // no message is made twice

void commit_rows(benchmark::State& loop) {
    auto& store = OneLane::store();
    const auto plan = rows_plan(static_cast<std::size_t>(loop.range(0)));
    for (auto _ : loop)
        if (!store.commit({1, 1, {}, plan, {}})) give_up("a commit failed");
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * loop.range(0));
}
BENCHMARK(commit_rows)
    ->Name("lane/commit_rows")
    ->Arg(1)
    ->Arg(64)
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void commit_message(benchmark::State& loop) {
    auto& store = OneLane::store();
    for (auto _ : loop) {
        Write write{1, 1, {}, {}, {}};
        fill_in(write, ++numbers);
        if (!store.commit(std::move(write))) give_up("a commit failed");
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
}
BENCHMARK(commit_message)
    ->Name("lane/commit_message_10_kb")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

// Each turn waits until `depth` writes of 64 accounts, submitted at once, are on disk.
template <typename Make>
void many(benchmark::State& loop, Make make) {
    auto& store = OneLane::store();
    const auto depth = static_cast<std::size_t>(loop.range(0));
    for (auto _ : loop) {
        std::atomic<std::size_t> left = depth;
        std::atomic<bool> failed = false;
        for (std::size_t i = 0; i < depth; ++i) {
            Write write{static_cast<AccountId>(1 + i % 64), 1, {}, {}, [&](const Result<Committed>& result) {
                            if (!result) failed = true;
                            if (--left == 0) left.notify_one();
                        }};
            make(write);
            store.submit(std::move(write));
        }
        for (auto now = left.load(); now > 0; now = left.load())
            left.wait(now);
        if (failed) give_up("a commit failed");
    }
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * loop.range(0));
}

void many_rows(benchmark::State& loop) {
    many(loop, [](Write& write) { write.plan = rows_plan(1); });
}
BENCHMARK(many_rows)
    ->Name("lane/commits_at_once")
    ->Arg(64)
    ->Arg(256)
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void many_messages(benchmark::State& loop) {
    many(loop, [](Write& write) { fill_in(write, ++numbers); });
}
BENCHMARK(many_messages)
    ->Name("lane/messages_10_kb_at_once")
    ->Arg(64)
    ->Arg(256)
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void raw_fdatasync(benchmark::State& loop) {
    const Place place;
    const int file =
        ::open((place.path() + "/file").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    const std::string block(4096, 'x');
    for (auto _ : loop)
        if (::write(file, block.data(), block.size()) < 0 || ::fdatasync(file) != 0)
            give_up("cannot sync a file");
    ::close(file);
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()));
}
BENCHMARK(raw_fdatasync)
    ->Name("lane/raw/fdatasync_4_kb")
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void raw_lmdb(benchmark::State& loop) {
    const Place place;
    MDB_env* env = nullptr;
    MDB_dbi database = 0;
    MDB_txn* transaction = nullptr;
    mdb_env_create(&env);
    mdb_env_set_mapsize(env, 1ull << 34);
    if (mdb_env_open(env, place.path().c_str(), 0, 0640) != 0) give_up("LMDB cannot open " + place.path());
    mdb_txn_begin(env, nullptr, 0, &transaction);
    mdb_dbi_open(transaction, nullptr, 0, &database);
    mdb_txn_commit(transaction);
    std::string value(static_cast<std::size_t>(loop.range(1)), 'x');
    std::mt19937_64 random(1);
    for (auto _ : loop) {
        mdb_txn_begin(env, nullptr, 0, &transaction);
        for (std::int64_t i = 0; i < loop.range(0); ++i) {
            auto number = random();
            MDB_val key{sizeof number, &number}, data{value.size(), value.data()};
            mdb_put(transaction, database, &key, &data, 0);
        }
        if (mdb_txn_commit(transaction) != 0) give_up("LMDB cannot commit");
    }
    mdb_env_close(env);
    loop.SetItemsProcessed(static_cast<std::int64_t>(loop.iterations()) * loop.range(0));
}
BENCHMARK(raw_lmdb)
    ->Name("lane/raw/lmdb")
    ->ArgNames({"rows", "octets"})
    ->ArgsProduct({{1, 64}, {200, 10'000}})
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

} // namespace
} // namespace facteur::micro
