// Rows looked up one after the other: whatever the order of what is asked for, what is given is what a
// look-up of its own gives.
#include "store/emails_in_order.h"
#include "store/keys.h"
#include "tests/store/fixture.h"

#include <algorithm>
#include <numeric>
#include <random>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

std::string value_of(std::uint32_t number) {
    const auto size = number % 62 == 0 ? 5000 : 40 + number % 700; // some have pages of their own
    return std::string(size, static_cast<char>('a' + number % 26));
}

struct Things {
    static constexpr std::uint32_t count = 400; // the even numbers below twice as many
    TemporaryFolder folder;
    std::unique_ptr<Environment> environment;

    Things() {
        auto opened = Environment::open(folder.path(), 1ull << 30, {"things"}, 0,
                                        [](std::size_t, std::string_view key) -> AccountId {
                                            return key.size() < 4 ? 0 : read_big<AccountId>(key);
                                        });
        REQUIRE(opened.has_value());
        environment = std::move(*opened);
        WriteTransaction transaction(*environment);
        for (std::uint32_t number = 0; number < 2 * count; number += 2)
            transaction.put(0, make_key(AccountId{1}, number), value_of(number));
        REQUIRE(transaction.commit().has_value());
    }
    // Its seal is of another value.
    void break_one(std::uint32_t number) const {
        WriteTransaction transaction(*environment);
        const auto key = make_key(AccountId{1}, number);
        std::string sealed = value_of(number);
        append_seal(sealed, seal_of(0, key, sealed) ^ 1);
        auto key_value = to_val(key), value = to_val(sealed);
        REQUIRE(mdb_put(transaction.get(), environment->database(0), &key_value, &value, 0) == 0);
        REQUIRE(transaction.commit().has_value());
    }
    void require_found(const std::vector<std::uint32_t>& numbers, std::uint32_t broken = ~0u) const {
        auto* const now = environment->begin_read();
        {
            Cursor cursor(now, environment->database(0));
            for (const auto number : numbers) {
                INFO(number);
                const auto before = environment->damage(1);
                const auto found = cursor.find(make_key(AccountId{1}, number));
                const bool is_there = number % 2 == 0 && number < 2 * count && number != broken;
                REQUIRE(found.has_value() == is_there);
                if (found) CHECK(*found == value_of(number));
                CHECK(environment->damage(1) == before + (number == broken ? 1 : 0));
            }
        }
        environment->end_read(now);
    }
};

} // namespace

TEST_CASE("a cursor finds keys in any order, and what is not there is not found") {
    const Things things;
    std::vector<std::uint32_t> numbers(2 * Things::count + 10);
    std::iota(numbers.begin(), numbers.end(), 0);
    things.require_found(numbers);
    things.require_found({numbers.rbegin(), numbers.rend()});
    std::erase_if(numbers, [](std::uint32_t number) { return number % 2 != 0; });
    things.require_found(numbers);
    std::mt19937 random(1);
    for (int round = 0; round < 5; ++round) {
        std::shuffle(numbers.begin(), numbers.end(), random);
        things.require_found(numbers);
    }
    things.require_found({0, 0, 2, 2, 798, 798, 0, 9999, 0, 2});
}

TEST_CASE("damage is noted when a cursor is asked for what is damaged, not for its neighbours") {
    const Things things;
    things.break_one(100);
    things.require_found({96, 98, 102, 104}, 100);
    things.require_found({96, 98, 101, 102, 103}, 100);
    things.require_found({98, 100, 102, 100, 100, 98}, 100);
    CHECK(things.environment->damage(1) == 3);
    CHECK(things.environment->damages().size() == 1);
}

TEST_CASE("a cursor that steps along pages by itself is where LMDB's would be") {
    const Things things;
    constexpr auto last = 2 * Things::count - 2;
    auto* const now = things.environment->begin_read();
    {
        Cursor cursor(now, things.environment->database(0));
        std::mt19937 random(2);
        std::optional<std::uint32_t> at; // what it should be at
        const auto require_at = [&](bool there) {
            REQUIRE(there == at.has_value());
            if (!there) return;
            REQUIRE(cursor.key() == make_key(AccountId{1}, *at));
            REQUIRE(cursor.value() == value_of(*at));
        };
        for (int step = 0; step < 20'000; ++step) {
            const auto what = at ? random() % 40 : 0;
            if (what == 0) {
                const auto from = static_cast<std::uint32_t>(random() % (last + 4));
                at = from > last ? std::nullopt : std::optional(from + from % 2);
                require_at(cursor.seek(make_key(AccountId{1}, from)));
            } else if (what == 1) {
                at = *at < 2 ? std::nullopt : std::optional(*at - 2);
                require_at(cursor.previous());
            } else if (what == 2) {
                at = last;
                require_at(cursor.last());
            } else {
                at = *at + 2 > last ? std::nullopt : std::optional(*at + 2);
                require_at(cursor.next());
            }
        }
    }
    things.environment->end_read(now);
    CHECK(things.environment->damage() == 0);
}

TEST_CASE("emails are read in order as they are alone") {
    const TemporaryFolder folder;
    const auto store = open(small(folder.path()));
    for (const AccountId account : {1u, 3u}) {
        const auto inbox = add_mailbox(*store, account, "Inbox", "inbox");
        for (std::uint32_t i = 0; i < 60; ++i) {
            const auto body = body_of("Subject: " + std::to_string(account * 1000 + i) + "\r\n\r\n");
            const auto done =
                commit(*store, account,
                       [&](Draft& draft) -> Result<void> {
                           const auto id = draft.new_email();
                           draft.add(email_of(body, id, id, 1000 + i, {draft.new_place(inbox)}));
                           return {};
                       },
                       {body});
            REQUIRE(done.has_value());
        }
        const auto done = commit(*store, account, [&](Draft& draft) -> Result<void> {
            for (const EmailId gone : {7u, 8u, 30u})
                draft.add(EmailRemoved{gone});
            return {};
        });
        REQUIRE(done.has_value());
    }
    for (const AccountId account : {1u, 2u, 3u}) {
        const auto of_account = store->read(account);
        EmailsInOrder rows(of_account, account);
        for (const int step : {1, 3, -1})
            for (int id = step > 0 ? 0 : 64; id >= 0 && id < 65; id += step) {
                INFO(account << ' ' << id);
                const auto email = static_cast<EmailId>(id);
                const auto row = rows.any_email(email), alone = of_account.any_email(account, email);
                REQUIRE(row.has_value() == alone.has_value());
                if (row) CHECK(row->row() == alone->row());
                const auto bytes = rows.structure(email);
                const auto structure = of_account.structure_view(account, email);
                REQUIRE(bytes.has_value() == structure.has_value());
                if (bytes) CHECK(*decode_structure_view(*bytes) == *structure);
            }
    }
    require_clean(*store);
}
