#include "store/change.h"
#include "store/keys.h"
#include "store/packing.h"
#include "store/shard.h"
#include "tests/store/fixture.h"

#include <random>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

// Words, of which no two lines are alike.
std::string lines(std::size_t size, unsigned seed) {
    constexpr std::string_view words[] = {"bonjour", "réunion", "lundi", "conseil",
                                          "de",      "classe",  "le",    "\r\n"};
    std::mt19937 random(seed);
    std::string text;
    while (text.size() < size)
        text.append(words[random() % std::size(words)]).append(" ").append(std::to_string(random() % 50));
    return text.substr(0, size);
}

} // namespace

TEST_CASE("the dictionary is what mail was packed with: it never changes") {
    CHECK(mail_dictionary().size() == 15'804);
    CHECK(to_hex(hash_of(mail_dictionary())) ==
          "6ca75bddd6cc9a131b2d8548b540362ade3d920268297d551398912eead76c99");
}

TEST_CASE("what is packed is there again, and what is damaged is refused") {
    const auto size = GENERATE(1ul, 130ul, 600ul, 5'000ul, longest_with_dictionary);
    const bool with_dictionary = GENERATE(true, false);
    const auto text = lines(size, 3);
    std::string packed;
    const bool saves = with_dictionary ? pack_with_dictionary(text, packed) : pack(text, 3, packed);
    CHECK(saves == (size > 100));
    if (!saves) return;
    const auto unpacked = [&](std::string_view bytes, std::size_t into) {
        std::string out(into, '\0');
        const bool done = with_dictionary ? unpack_with_dictionary(bytes, out.data(), into)
                                          : unpack(bytes, out.data(), into);
        return done ? out : "refused";
    };
    CHECK(unpacked(packed, size) == text);
    CHECK(unpacked(packed, size - 1) == "refused");
    CHECK(unpacked(packed, size + 1) == "refused");
    CHECK(unpacked(packed.substr(1), size) == "refused");
    CHECK(unpacked(std::string_view(packed).substr(0, packed.size() - 1), size) == "refused");
}

TEST_CASE("a short letter is packed to less with the dictionary") {
    const std::string letter = "From: Anne Martin <anne@academie.test>\r\nTo: <paul@academie.test>\r\n"
                               "Subject: Conseil de classe\r\nMIME-Version: 1.0\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n\r\nBonjour,\r\n\r\n"
                               "Le conseil de classe aura lieu jeudi.\r\n\r\nBien cordialement,\r\nAnne\r\n";
    std::string with, without;
    CHECK(pack_with_dictionary(letter, with));
    CHECK(pack(letter, 3, without));
    CHECK(3 * with.size() < 2 * without.size());
}

TEST_CASE("a record of the log is kept packed, and one that is cut short gives nothing") {
    const auto size =
        GENERATE(0ul, 20ul, 127ul, 2'000ul, longest_with_dictionary, longest_with_dictionary + 1, 500'000ul);
    const auto record =
        std::string(size > 0 ? 1 : 0, '\2') + lines(size, 5).substr(0, size > 0 ? size - 1 : 0);
    const auto stored = pack_record(record);
    std::string room;
    CHECK((stored.size() < record.size()) == (size >= 2'000));
    CHECK(unpack_record(stored, room) == record);
    if (size < 2'000) return;
    for (std::size_t at = 0; at < stored.size(); at += 1 + at / 16) {
        CHECK(unpack_record(std::string_view(stored).substr(0, at), room).empty());
        auto damaged = stored;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
        CHECK(unpack_record(damaged, room).size() <= damaged.size() + size); // bounded, whatever it says
    }
    // Records of before schema 7.
    CHECK(unpack_record(record, room) == record);
}

TEST_CASE("the log of before schema 7 is read with what came later") {
    const TemporaryFolder folder;
    std::vector<std::string> wanted;
    const auto all = [](const Store& store) {
        std::vector<std::string> records;
        store.read(1).log(0, [&](Sequence, std::string_view record) {
            records.emplace_back(record);
            return true;
        });
        return records;
    };
    std::string rows;
    const auto add = [](Store& store) {
        REQUIRE(commit(store, 1, [](Draft& draft) -> Result<void> {
                    draft.add(ObjectPut{ObjectType::settings, "s", lines(1'000, 8)});
                    return {};
                }).has_value());
    };
    {
        const auto store = open(small(folder.path()));
        add(*store);
        add(*store);
        wanted = all(*store);
        rows = store->read(1).raw().shard->path() + "/rows";
    }
    {
        const auto raw = Environment::open(rows, 1ull << 30, row_databases, 0, account_of_row);
        REQUIRE(raw.has_value());
        WriteTransaction transaction(**raw);
        for (Sequence sequence = 1; sequence <= wanted.size(); ++sequence) {
            CHECK(transaction.get(db_log, make_key(sequence)).value().size() < wanted[sequence - 1].size());
            transaction.put(db_log, make_key(sequence), wanted[sequence - 1]);
        }
        REQUIRE(transaction.commit().has_value());
    }
    const auto store = open(small(folder.path()));
    CHECK(all(*store) == wanted);
    add(*store);
    CHECK(all(*store).size() == wanted.size() + 1);
    require_clean(*store);
}
