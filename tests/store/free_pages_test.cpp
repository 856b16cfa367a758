#include "store/free_pages.h"
#include "tests/store/fixture.h"

#include <sys/stat.h>

#include <thread>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

std::uint64_t octets_on_disk(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return static_cast<std::uint64_t>(found.st_blocks) * 512;
}

std::string key(int number) {
    return "key " + std::to_string(1'000'000 + number);
}
std::string value(int number) {
    return std::string(3000, static_cast<char>('a' + number % 26));
}

class Filled {
public:
    Filled() {
        auto opened = Environment::open(folder_.path(), 1u << 30, {"values"}, MDB_NOSYNC);
        REQUIRE(opened.has_value());
        environment_ = std::move(*opened);
        change([](WriteTransaction& to) {
            for (int number = 0; number < values; ++number)
                to.put(0, key(number), value(number));
        });
    }
    template <typename Each>
    void change(const Each& each) {
        WriteTransaction transaction(*environment_);
        each(transaction);
        REQUIRE(transaction.commit().has_value());
    }
    // All but every hundredth; then some transactions, after which LMDB would use the room again.
    void remove_most() {
        change([](WriteTransaction& from) {
            for (int number = 0; number < values; ++number)
                if (number % 100 != 0) from.remove(0, key(number));
        });
        for (int number = 0; number < 3; ++number)
            change([](WriteTransaction& to) { to.put(0, key(0), value(0)); });
    }
    [[nodiscard]] Environment& environment() { return *environment_; }
    [[nodiscard]] std::uint64_t on_disk() const { return octets_on_disk(folder_.path() + "/data.mdb"); }

    static constexpr int values = 2000;

private:
    TemporaryFolder folder_;
    std::unique_ptr<Environment> environment_;
};

bool always() {
    return true;
}

} // namespace

TEST_CASE("blocks of removed values go back to the file system, and the others stay as they were") {
    Filled filled;
    const auto before = filled.on_disk();
    CHECK(give_back_free_pages(filled.environment(), always) == 0);
    filled.remove_most();
    CHECK(filled.on_disk() >= before);
    const auto given = give_back_free_pages(filled.environment(), always);
    CHECK(given > before * 9 / 10);
    CHECK(filled.on_disk() + given >= before);
    CHECK(give_back_free_pages(filled.environment(), always) == 0);
    auto* const reader = filled.environment().begin_read();
    for (int number = 0; number < Filled::values; ++number)
        CHECK(get(reader, filled.environment().database(0), key(number)).value_or("") ==
              (number % 100 == 0 ? value(number) : ""));
    filled.environment().end_read(reader);
    // The room is used again.
    filled.change([](WriteTransaction& to) {
        for (int number = 0; number < Filled::values; ++number)
            to.put(0, key(number), value(number + 1));
    });
    auto* const later = filled.environment().begin_read();
    for (int number = 0; number < Filled::values; ++number)
        CHECK(get(later, filled.environment().database(0), key(number)) == value(number + 1));
    filled.environment().end_read(later);
}

TEST_CASE("what a transaction still reads is not given back") {
    Filled filled;
    auto* const reader = filled.environment().begin_read();
    filled.remove_most();
    CHECK(give_back_free_pages(filled.environment(), always) == 0);
    for (int number = 0; number < Filled::values; ++number)
        CHECK(get(reader, filled.environment().database(0), key(number)) == value(number));
    filled.environment().end_read(reader);
    CHECK(give_back_free_pages(filled.environment(), always) > 0);
}

TEST_CASE("giving room back ends when there is other work") {
    Filled filled;
    // Every second page: many runs.
    filled.change([](WriteTransaction& from) {
        for (int number = 0; number < Filled::values; number += 2)
            from.remove(0, key(number));
    });
    for (int number = 0; number < 3; ++number)
        filled.change([](WriteTransaction& to) { to.put(0, key(1), value(1)); });
    int asked = 0;
    const auto some = give_back_free_pages(filled.environment(), [&] { return ++asked < 3; });
    CHECK(asked == 3);
    CHECK(some > 0);
    CHECK(give_back_free_pages(filled.environment(), always) > some);
}

TEST_CASE("a store that is left alone gives back what a removal left behind") {
    const TemporaryFolder folder;
    auto options = small(folder.path());
    options.lane_rest = std::chrono::milliseconds(0);
    const AccountId account = 1;
    auto store = open(options);
    const auto inbox = add_mailbox(*store, account, "Inbox", "inbox");
    std::uint32_t state = 12345;
    std::vector<EmailId> ids;
    for (int number = 0; number < 40; ++number) {
        std::string text(100'000, '\0'); // that cannot be packed
        for (auto& c : text)
            c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
        const auto body = body_of(std::move(text));
        const auto plan = [&](Draft& draft) -> Result<void> {
            ids.push_back(draft.new_email());
            draft.add(email_of(body, ids.back(), ids.back(), number, {draft.new_place(inbox)}));
            return {};
        };
        REQUIRE(commit(*store, account, plan, {body}).has_value());
    }
    const auto shard = std::to_string(store->shard_of(account));
    const auto bodies = folder.path() + "/shard-00" + shard + "/bodies/data.mdb";
    const auto full = octets_on_disk(bodies);
    REQUIRE(full > 4'000'000);
    for (const auto id : ids)
        REQUIRE(commit(*store, account, [&](Draft& draft) -> Result<void> {
                    draft.add(EmailRemoved{id});
                    return {};
                }).has_value());
    add_mailbox(*store, account, "One more batch, which takes the last body away");
    store.reset();
    store = open(options);
    for (int tries = 0; octets_on_disk(bodies) > full / 4 && tries < 3000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(octets_on_disk(bodies) < full / 4);
    require_clean(*store);
}
