// Bits flip in the pages of a store's rows: what was written is given back, or damage is noted for the
// account that asked. `check` names what it was.
#include "store/environment.h"
#include "store/keys.h"
#include "tests/store/every_kind.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

constexpr AccountId accounts = 4; // of EveryKind

std::string dump_of(const Store& store) {
    std::string all;
    for (const ShardId shard : {ShardId{0}, ShardId{1}, directory_shard_of_tests})
        dump(store, shard, [&](std::string_view line) { all.append(line).push_back('\n'); });
    return all;
}

// What programs of the account's owner could be told.
std::string told_to(const Store& store, AccountId account) {
    const auto now = store.read(account);
    std::string all;
    const auto tell = [&](auto... parts) { ((all += std::to_string(parts) + ' '), ...); };
    const auto state = now.state(account);
    tell(state.modseq, state.emails, state.size);
    for (const auto& mailbox : now.mailboxes(account)) {
        const auto counters = now.counters(account, mailbox.id);
        all += mailbox.name + '\n';
        tell(mailbox.id, counters.emails, counters.unread, counters.uid_next);
        now.by_uid(account, mailbox.id, 0,
                   [&](const UidEntry& entry) { return tell(entry.uid, entry.email), true; });
        now.by_received(account, mailbox.id, std::nullopt, [&](const ListEntry& entry) {
            tell(entry.email, entry.thread, entry.received, entry.flags);
            return true;
        });
    }
    now.by_received(account, 0, std::nullopt, [&](const ListEntry& entry) {
        const auto email = now.email(account, entry.email);
        all += email ? std::string(email->subject()) + to_hex(email->body()) : "?";
        if (email) all += now.read_body(email->body()).value_or("?");
        all += now.structure(account, entry.email) ? "structure" : "?";
        for (const auto member : now.thread(account, entry.thread))
            tell(member);
        return true;
    });
    for (unsigned type = 1; type <= static_cast<unsigned>(ObjectType::app_password); ++type)
        now.objects(account, static_cast<ObjectType>(type), [&](std::string_view id, std::string_view value) {
            all.append(id).append(value);
            return true;
        });
    static_cast<void>(now.history(account, state.oldest_history, [&](const Digest& digest) {
        return tell(digest.modseq, digest.emails_added.size()), true;
    }));
    return all;
}

constexpr std::uint64_t page_size = 4096, meta_pages = 2;

// ended: the program, by LMDB.
enum Outcome { harmless, named, refused, lied, missed, ended };

class Flipped {
public:
    Flipped() {
        {
            const auto store = open(small(folder_.path()));
            EveryKind changes(*store, 7);
            for (int step = 0; step < 300; ++step)
                changes.step();
            for (AccountId account = 1; account <= accounts; ++account)
                told_.push_back(told_to(*store, account));
            dump_ = dump_of(*store);
        }
        for (const auto* shard : {"/shard-000", "/shard-001", "/directory"})
            leave_only_used_pages(folder_.path() + shard);
    }
    [[nodiscard]] std::uint64_t size_of(const std::string& file) const {
        return std::filesystem::file_size(folder_.path() + "/" + file);
    }
    // In a process of its own: LMDB ends the program when a page leads out of the file.
    [[nodiscard]] Outcome try_flip(const std::string& file, std::uint64_t octet, unsigned bit) const {
        const TemporaryFolder copy;
        std::filesystem::copy(folder_.path(), copy.path(),
                              std::filesystem::copy_options::recursive |
                                  std::filesystem::copy_options::overwrite_existing);
        flip(copy.path() + "/" + file, octet, bit);
        const auto child = ::fork();
        if (child == 0) {
            const int nowhere = ::open("/dev/null", O_WRONLY);
            ::dup2(nowhere, STDERR_FILENO);
            for (const int signal : {SIGSEGV, SIGBUS, SIGABRT})
                ::signal(signal, SIG_DFL);
            ::_exit(look_at(copy.path()));
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) && WEXITSTATUS(status) < ended ? static_cast<Outcome>(WEXITSTATUS(status))
                                                                : ended;
    }

private:
    static void leave_only_used_pages(const std::string& shard) {
        const auto rows = shard + "/rows", smaller = shard + "/smaller";
        std::filesystem::create_directory(smaller);
        {
            const auto raw = Environment::open(rows, 1ull << 30, row_databases);
            REQUIRE(raw.has_value());
            REQUIRE(mdb_env_copy2((*raw)->get(), smaller.c_str(), MDB_CP_COMPACT) == 0);
        }
        std::filesystem::rename(smaller + "/data.mdb", rows + "/data.mdb");
        std::filesystem::remove_all(smaller);
        std::filesystem::remove(shard + "/checkpoint"); // which knows how long the file was
    }
    static void flip(const std::string& path, std::uint64_t octet, unsigned bit) {
        const int file = ::open(path.c_str(), O_RDWR);
        char value = 0;
        REQUIRE(::pread(file, &value, 1, static_cast<off_t>(octet)) == 1);
        value = static_cast<char>(value ^ 1 << bit);
        REQUIRE(::pwrite(file, &value, 1, static_cast<off_t>(octet)) == 1);
        ::close(file);
    }
    [[nodiscard]] Outcome look_at(const std::string& path) const {
        const auto opened = Store::open(small(path));
        if (!opened) return refused;
        const auto& store = **opened;
        for (AccountId account = 1; account <= accounts; ++account) {
            const auto damage = store.damage(account);
            if (told_to(store, account) != told_[account - 1] && store.damage(account) == damage) return lied;
        }
        const auto report = check(store, false, {});
        if (!report || !report->findings.empty()) return named;
        return dump_of(store) == dump_ ? harmless : missed;
    }

    TemporaryFolder folder_;
    std::vector<std::string> told_;
    std::string dump_;
};

} // namespace

TEST_CASE("a flipped bit in a row or an index is never served as good") {
    const Flipped store;
    constexpr int flips = 150;
    std::mt19937 random(11);
    std::map<Outcome, int> outcomes;
    for (int trial = 0; trial < flips; ++trial) {
        const std::string file =
            std::array{"directory", "shard-000", "shard-001"}[random() % 3] + std::string("/rows/data.mdb");
        const auto pages = store.size_of(file) / page_size - meta_pages;
        auto octet = random() % (pages * page_size);
        // As often in the heads and lists of entries, which LMDB believes.
        if (trial % 2 == 0) octet = octet / page_size * page_size + random() % 64;
        octet += meta_pages * page_size;
        const auto bit = static_cast<unsigned>(random() % 8);
        const auto outcome = store.try_flip(file, octet, bit);
        ++outcomes[outcome];
        INFO(file << ", page " << octet / page_size << ", octet " << octet % page_size << ", bit " << bit);
        CHECK(outcome != lied);
        CHECK(outcome != missed);
    }
    // They were no flips of nothing.
    CHECK(outcomes[named] > flips / 4);
    CHECK(outcomes[ended] < flips / 10);
}
