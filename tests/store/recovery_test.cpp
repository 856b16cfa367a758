// What `open` makes of a store that was not closed, and what a lane makes of a disk that refuses.
#include "store/checkpoint.h"
#include "tests/store/every_kind.h"

#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <map>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

// The files as they are at this moment, as if the program had been killed.
std::string killed(const std::string& folder, const std::string& name) {
    const auto copy = folder + "-" + name;
    std::filesystem::copy(folder, copy, std::filesystem::copy_options::recursive);
    return copy;
}

Options with_lanes(const std::string& path, std::uint16_t lanes) {
    auto options = small(path);
    options.lanes = lanes;
    return options;
}

Error refusal_of(const std::string& path) {
    auto store = Store::open(small(path));
    REQUIRE_FALSE(store.has_value());
    return store.error();
}

// Files of this process do not grow beyond so many octets, as long as it lives.
class FullDisk {
public:
    explicit FullDisk(std::uint64_t octets) {
        ::getrlimit(RLIMIT_FSIZE, &usual_);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{octets, usual_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &usual_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit usual_{};
    void (*handler_)(int) = nullptr;
};

Plan putting(const std::string& id, const std::string& value) {
    return [=](Draft& draft) -> Result<void> {
        draft.add(ObjectPut{ObjectType::settings, id, value});
        return {};
    };
}
Plan uploading(const Body& body, const std::string& value) {
    return [=](Draft& draft) -> Result<void> {
        draft.add(UploadPut{{body.hash, body.bytes->size(), "text/plain", 2'000'000}});
        draft.add(ObjectPut{ObjectType::settings, "s", value});
        return {};
    };
}

std::vector<std::vector<std::string>> dumps_of(const Store& store) {
    return {dump_of(store, 0), dump_of(store, 1), dump_of(store, directory_shard_of_tests)};
}

// Opens a store of which shard `broken` cannot be: says why, and that the others go on.
std::string fault_beside_others(const std::string& path, ShardId broken) {
    const auto store = open(small(path));
    std::string fault;
    for (AccountId account = 1; account <= 8; ++account) {
        const bool is_of_it = store->shard_of(account) == broken;
        const auto damage = store->damage(account);
        static_cast<void>(store->read(account).state(account));
        CHECK((store->damage(account) != damage) == is_of_it);
        const auto done = commit(*store, account, putting("after", "x"));
        CHECK(done.has_value() != is_of_it);
        if (!done) CHECK(done.error().code == Code::io);
    }
    const auto report = check(*store, false, {});
    REQUIRE(report.has_value());
    for (const auto& finding : report->findings) {
        CHECK(finding.shard == broken);
        fault += finding.what;
    }
    return fault;
}

} // namespace

TEST_CASE("a store that was not closed is brought back, with any number of lanes, and again") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/store";
    auto store = open(with_lanes(path, 2));
    EveryKind run(*store, 5);
    for (int step = 0; step < 150; ++step)
        run.step();
    const auto wanted = dumps_of(*store);
    auto image = killed(path, "0");
    for (const std::uint16_t lanes : {1, 2, 1}) {
        auto back = open(with_lanes(image, lanes));
        CHECK(dumps_of(*back) == wanted);
        require_clean(*back);
        image = killed(image, "again");
    }
    auto back = open(small(image));
    back->close();
    back.reset();
    CHECK_FALSE(std::filesystem::exists(image + "/journal"));
    back = open(small(image));
    CHECK(dumps_of(*back) == wanted);
}

TEST_CASE("a body larger than what is brought back in one transaction is brought back whole") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/store";
    const auto store = open(small(path));
    std::mt19937_64 random(1);
    std::string text(20u << 20, ' ');
    for (auto& octet : text)
        octet = static_cast<char>(random());
    const auto body = body_of(std::move(text));
    REQUIRE(commit(*store, 1, uploading(body, "s"), {body}).has_value());
    const auto back = open(small(killed(path, "image")));
    CHECK(back->read(1).read_body(body.hash).value_or("") == *body.bytes);
    require_clean(*back);
}

TEST_CASE("a store that was not closed is not opened without its checkpoints") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/store";
    const auto store = open(small(path));
    add_mailbox(*store, 1, "Inbox", "inbox");
    add_mailbox(*store, 2, "Inbox", "inbox");
    REQUIRE(store->shard_of(1) + store->shard_of(2) == 1);
    const auto image = killed(path, "image");
    const auto checkpoint = image + "/shard-001/checkpoint";
    std::string bytes;
    {
        std::ifstream in(checkpoint, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    for (std::size_t at = 0; at < bytes.size(); at += 501) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 4);
        std::ofstream(checkpoint, std::ios::binary) << damaged;
        CHECK(fault_beside_others(image, 1).find("shard-001/checkpoint") != std::string::npos);
    }
    std::filesystem::remove(checkpoint);
    CHECK(fault_beside_others(image, 1).find("shard-001/checkpoint") != std::string::npos);
    std::ofstream(checkpoint, std::ios::binary) << bytes;
    // What only the journal had, and was kept.
    const auto mended = open(small(image));
    CHECK(mended->read(1).mailboxes(1).size() == 1);
    CHECK(mended->read(2).mailboxes(2).size() == 1);
    require_clean(*mended);
}

TEST_CASE("a store whose journal is damaged in the middle is not opened") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/store";
    const auto store = open(with_lanes(path, 1));
    for (int n = 0; n < 4; ++n)
        REQUIRE(commit(*store, 1, putting("s", std::to_string(n))).has_value());
    const auto image = killed(path, "image");
    std::fstream segment(image + "/journal/lane-000.a", std::ios::in | std::ios::out | std::ios::binary);
    segment.seekp(2 * 4096 + 40);
    segment.put('!');
    segment.close();
    CHECK(refusal_of(image).code == Code::corrupt);
}

TEST_CASE("a commit that LMDB refuses after the journal took it never happened") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/store";
    auto store = open(with_lanes(path, 1));
    REQUIRE(commit(*store, 1, putting("s", std::string(3u << 20, 'a'))).has_value());
    const auto shard = std::to_string(store->shard_of(1));
    const auto before = dumps_of(*store);
    {
        const FullDisk full(std::filesystem::file_size(path + "/shard-00" + shard + "/rows/data.mdb"));
        CHECK_FALSE(commit(*store, 1, putting("t", std::string(300'000, 'b'))).has_value());
    }
    CHECK(dumps_of(*store) == before);
    {
        const auto back = open(small(killed(path, "refused")));
        CHECK(dumps_of(*back) == before);
    }
    REQUIRE(commit(*store, 1, putting("u", "after")).has_value());
    const auto wanted = dumps_of(*store);
    const auto back = open(small(killed(path, "after")));
    CHECK(dumps_of(*back) == wanted);
    require_clean(*back);
}

TEST_CASE("a body that a refused commit left in the store is in the journal when the next one names it") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/store";
    auto store = open(with_lanes(path, 1));
    REQUIRE(commit(*store, 1, putting("s", std::string(3u << 20, 'a'))).has_value());
    const auto shard = std::to_string(store->shard_of(1));
    const auto body = body_of("bonjour");
    {
        const FullDisk full(std::filesystem::file_size(path + "/shard-00" + shard + "/rows/data.mdb"));
        CHECK_FALSE(commit(*store, 1, uploading(body, std::string(300'000, 'b')), {body}).has_value());
    }
    REQUIRE(commit(*store, 1, uploading(body, "small"), {body}).has_value());
    const auto back = open(small(killed(path, "image")));
    CHECK(back->read(1).read_body(body.hash).value_or("") == "bonjour");
    require_clean(*back);
}

TEST_CASE("a file that became shorter or is gone is named and only its shard broken, whether the store was "
          "closed or not") {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/store";
    auto store = open(small(path));
    for (int n = 0; n < 20; ++n)
        REQUIRE(commit(*store, 1, putting(std::to_string(n), std::string(5'000, 'x'))).has_value());
    const bool is_closed = GENERATE(true, false);
    if (is_closed) store.reset();
    const auto image = killed(path, "image");
    for (const auto& [shard, name] :
         std::map<ShardId, std::string>{{0, "/shard-000/rows/data.mdb"}, {1, "/shard-001/bodies/data.mdb"}}) {
        const auto file = image + name, kept = file + ".kept";
        std::filesystem::copy_file(file, kept);
        const auto size = std::filesystem::file_size(file);
        for (const auto left : {size - 4096, std::uintmax_t{0}}) {
            // What a store that was not closed has written beyond its checkpoint may be missing.
            std::filesystem::resize_file(file, is_closed ? left : std::min<std::uintmax_t>(left, 8192));
            CHECK(fault_beside_others(image, shard).find(file) != std::string::npos);
        }
        std::filesystem::remove(file);
        CHECK(fault_beside_others(image, shard).find(file) != std::string::npos);
        std::filesystem::rename(kept, file);
    }
    require_clean(*open(small(image)));
}

TEST_CASE("a meta page of LMDB is known by its form") {
    const TemporaryFolder folder;
    { require_clean(*open(small(folder.path()))); }
    std::ifstream in(folder.path() + "/shard-000/rows/data.mdb", std::ios::binary);
    std::string pages(8192, '\0');
    in.read(pages.data(), 8192);
    const auto first = pages.substr(0, 4096), second = pages.substr(4096);
    CHECK(is_meta_page(second, 1)); // the transaction that made the databases
    CHECK_FALSE(is_meta_page(second, 2));
    CHECK_FALSE(is_meta_page(second, 3));
    CHECK_FALSE(is_meta_page(first, 0));
    for (const std::size_t at : {0, 10, 16, 20, 40, 144}) {
        auto bytes = second;
        bytes[at] = static_cast<char>(bytes[at] ^ 0xff);
        CHECK_FALSE(is_meta_page(bytes, 1));
    }
}
