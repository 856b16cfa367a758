#include "actors/accounts/address.h"
#include "actors/accounts/csv.h"
#include "actors/accounts/directory.h"
#include "actors/accounts/password.h"
#include "tests/store/fixture.h"

using namespace facteur;
using facteur::store::test::TemporaryFolder;

namespace {
constexpr auto hash_of_secret =
    "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

NewAccount account(const std::string& address) {
    NewAccount made;
    made.address = address;
    made.name = "Anne Dupont";
    made.password = hash_of_secret;
    return made;
}
} // namespace

TEST_CASE("addresses have one spelling") {
    CHECK(normalise_address("Anne.Dupont@Academie.Test") == "anne.dupont@academie.test");
    CHECK(normalise_address("élève@école.test") == normalise_address("e\xcc\x81le\xcc\x80ve@\xc3\x89"
                                                                     "cole.test"));
    CHECK_FALSE(normalise_address("anne"));
    CHECK_FALSE(normalise_address("@academie.test"));
    CHECK_FALSE(normalise_address("a b@academie.test"));
    CHECK_FALSE(normalise_address("a@b@academie.test"));
    CHECK_FALSE(normalise_address(std::string(65, 'a') + "@academie.test"));
    CHECK(without_detail("anne+2nde4@academie.test") == "anne@academie.test");
    CHECK_FALSE(without_detail("anne@a+b.test"));
}

TEST_CASE("passwords are verified against their hash alone") {
    const auto hash = hash_password("Châtaigne-42");
    CHECK(is_password_hash(hash));
    CHECK(verify_password("Châtaigne-42", hash));
    CHECK_FALSE(verify_password("Chataigne-42", hash));
    CHECK_FALSE(verify_password("Châtaigne-42", "Châtaigne-42"));
    CHECK(hash_password("Châtaigne-42") != hash);
    CHECK_FALSE(is_password_hash("$argon2id$v=19$m=99999999,t=1,p=1$c2FsdA$AAAA"));
}

TEST_CASE("accounts are found by address, alias and detail, until they are gone") {
    const TemporaryFolder folder;
    auto store = store::test::open(store::test::small(folder.path()));
    Directory directory(*store, "academie.test");
    auto anne = account("Anne@academie.test");
    anne.aliases = {"direction@academie.test"};
    const auto added = directory.add(anne, 1000);
    REQUIRE(added.has_value());
    CHECK(directory.find("ANNE")->id == added->id);
    CHECK(directory.find("direction+jury@academie.test")->id == added->id);
    CHECK_FALSE(directory.find("pierre@academie.test"));
    CHECK(store->read(added->id).mailbox_by_role(added->id, "inbox").has_value());

    CHECK(directory.add(account("direction@academie.test"), 1000).error().code == store::Code::exists);
    REQUIRE(directory.set_status("anne", store::AccountStatus::suspended, 1001).has_value());
    CHECK(directory.find(added->id)->status == store::AccountStatus::suspended);
    REQUIRE(directory.remove("anne", 1002).has_value());
    CHECK_FALSE(directory.find("direction@academie.test"));
    CHECK(store->read(added->id).mailboxes(added->id).empty());
    const auto again = directory.add(account("anne@academie.test"), 1003);
    CHECK(again->id > added->id);
    store::test::require_clean(*store);
}

TEST_CASE("many accounts are added at once, and one that is refused stops no other") {
    const TemporaryFolder folder;
    auto store = store::test::open(store::test::small(folder.path()));
    Directory directory(*store, "academie.test");
    std::vector<NewAccount> many;
    for (int i = 0; i < 300; ++i)
        many.push_back(account("a" + std::to_string(i % 299) + "@academie.test"));
    std::mutex mutex;
    int good = 0, bad = 0;
    directory.add_all(many, 4, 1000, [&](std::size_t, const store::Result<store::AccountRow>& row) {
        const std::lock_guard lock(mutex);
        ++(row ? good : bad);
    });
    CHECK(good == 299);
    CHECK(bad == 1);
    CHECK(directory.find("a298").has_value());
    store::test::require_clean(*store);
}

TEST_CASE("a bad line of an import is named, and the others go in") {
    std::vector<std::string> seen;
    const auto read = read_accounts(
        "\xef\xbb\xbf"
        "address;name;password;quota;numen\r\n"
        "anne;\"Dupont; Anne\";secret;2 GB;12E3456789012\r\n"
        "\r\n"
        "not an address;X;y;;\n"
        "pierre;Pierre;;;\n"
        "luc;Luc;s;lots;\n"
        "too;few\n",
        "academie.test", [&](std::uint64_t line, Result<NewAccount> account) {
            seen.push_back(std::to_string(line) + " " +
                           (account ? account->address + " " + account->name : account.error().message));
        });
    REQUIRE(read.has_value());
    CHECK(seen == std::vector<std::string>{"2 anne@academie.test Dupont; Anne",
                                           "4 \"not an address@academie.test\" is not an address",
                                           "5 the password is empty", "6 the quota \"lots\" is no size",
                                           "7 it has 2 fields, the header has 5"});
    CHECK_FALSE(read_accounts("address,name\nx,y\n", "d", [](auto, auto) {}).has_value());
    CHECK_FALSE(read_accounts("address,name,password,shoe\n", "d", [](auto, auto) {}).has_value());
    CHECK_FALSE(read_csv("a,\"b\n", [](auto) {}).has_value());
}
