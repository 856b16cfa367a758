// What lies in the store is packed with dictionaries of its own while nothing is written.
#include "store/bodies.h"
#include "store/dictionary.h"
#include "store/emails_in_order.h"
#include "store/keys.h"
#include "store/packed_rows.h"
#include "store/shard.h"
#include "tests/store/fixture.h"

#include <chrono>
#include <random>
#include <thread>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

const auto always = [] { return true; };

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string text(size, '\0');
    for (auto& c : text)
        c = static_cast<char>('a' + random() % 26);
    return text;
}

// Letters of one house: all have the same beginning, and each something of its own.
std::string letter(unsigned number) {
    return "From: Anne <anne@academie.test>\r\nSubject: Conseil " + std::to_string(number) + "\r\n\r\n" +
           noise(2'000, 1).substr(number % 7 * 30) + noise(60, 1'000 + number);
}

Options at_rest(const std::string& path) {
    auto options = small(path);
    options.lane_rest = std::chrono::milliseconds(0);
    options.dictionary_from = 20'000;
    return options;
}

class Letters {
public:
    explicit Letters(Store& store) : store_(store), inbox_(add_mailbox(store, account, "Inbox", "inbox")) {}

    // `together`: in one commit, so that the lane cannot rest between them.
    void add(unsigned count, unsigned together = 1) {
        for (; count > 0; count -= together) {
            std::vector<Body> some;
            for (unsigned i = 0; i < together; ++i)
                some.push_back(body_of(letter(static_cast<unsigned>(bodies.size() + i))));
            const auto file = [&](Draft& draft) -> Result<void> {
                for (const auto& body : some) {
                    ids.push_back(draft.new_email());
                    draft.add(email_of(body, ids.back(), ids.back(), Time{1'000} + ids.back(),
                                       {draft.new_place(inbox_)}));
                }
                return {};
            };
            REQUIRE(commit(store_, account, file, some).has_value());
            bodies.insert(bodies.end(), some.begin(), some.end());
        }
    }

    static constexpr AccountId account = 1;
    std::vector<Body> bodies;
    std::vector<EmailId> ids;

private:
    Store& store_;
    MailboxId inbox_;
};

std::size_t packed_with_own(const Store& store, const std::vector<Body>& bodies) {
    const auto now = store.read(Letters::account);
    std::size_t count = 0;
    for (const auto& body : bodies)
        if (const auto stored = stored_body(now.raw().open_bodies(), now.raw().bodies_database(), body.hash);
            stored && stored->dictionary != 0)
            ++count;
    return count;
}

void wait_until_packed(const Store& store, const std::vector<Body>& bodies) {
    for (int tries = 0; packed_with_own(store, bodies) < bodies.size() && tries < 3000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(packed_with_own(store, bodies) == bodies.size());
}

// Of email and structure rows; all: twice as many as emails.
std::size_t packed_rows(const Store& store, const std::vector<EmailId>& ids) {
    const auto now = store.read(Letters::account);
    std::size_t count = 0;
    for (const auto id : ids)
        for (const auto database : {db_emails, db_structures})
            if (const auto row = now.raw().get(database, make_key(Letters::account, id));
                row && is_packed_row(*row))
                ++count;
    return count;
}
void wait_for_packed_rows(const Store& store, const std::vector<EmailId>& ids) {
    for (int tries = 0; packed_rows(store, ids) < 2 * ids.size() && tries < 3000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(packed_rows(store, ids) == 2 * ids.size());
}

std::vector<std::string> lines_of(const Store& store) {
    std::vector<std::string> lines;
    dump(store, store.shard_of(Letters::account), [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

void require_all(const Store& store, const std::vector<Body>& bodies) {
    const auto now = store.read(Letters::account);
    for (const auto& body : bodies) {
        REQUIRE(now.body_size(body.hash) == body.bytes->size());
        REQUIRE(now.read_body(body.hash).value() == *body.bytes);
        REQUIRE(now.read_body(body.hash, 500, 900).value() == body.bytes->substr(500, 900));
    }
}

std::string bodies_of(const Store& store) {
    return store.read(Letters::account).raw().shard->path() + "/bodies";
}

} // namespace

TEST_CASE("letters that lie in a store that rests take half the room, and are read as they were") {
    const TemporaryFolder folder;
    const auto options = at_rest(folder.path());
    std::vector<Body> bodies;
    {
        auto store = open(options);
        Letters letters(*store);
        letters.add(5); // too few for a dictionary
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        CHECK(packed_with_own(*store, letters.bodies) == 0);
        letters.add(60, 60);
        wait_until_packed(*store, letters.bodies);
        require_all(*store, letters.bodies);
        require_clean(*store);
        const auto now = store->read(Letters::account);
        const auto stored =
            stored_body(now.raw().open_bodies(), now.raw().bodies_database(), letters.bodies[9].hash);
        CHECK(stored->octets < letters.bodies[9].packed->chunks.front().bytes.size() / 2);
        // With several times the mail comes another dictionary; what lies there keeps its own.
        letters.add(300);
        wait_until_packed(*store, letters.bodies);
        letters.add(40, 40);
        wait_until_packed(*store, letters.bodies);
        CHECK(now.raw().shard->bodies().dictionaries()->newest(Dictionaries::Of::bodies) == 2);
        require_all(*store, letters.bodies);
        bodies = letters.bodies;
        for (std::size_t i = 0; i < letters.ids.size(); i += 2)
            REQUIRE(commit(*store, Letters::account, [&](Draft& draft) -> Result<void> {
                        draft.add(EmailRemoved{letters.ids[i]});
                        return {};
                    }).has_value());
        add_mailbox(*store, Letters::account, "One more batch, which takes the last body away");
        require_clean(*store);
    }
    std::vector<Body> left;
    for (std::size_t i = 1; i < bodies.size(); i += 2)
        left.push_back(bodies[i]);
    const auto store = open(options);
    require_all(*store, left);
    require_clean(*store);
}

TEST_CASE("rows are packed with the letters, and say what they said") {
    const TemporaryFolder folder, beside;
    auto options = at_rest(folder.path());
    auto store = open(options);
    auto never = small(beside.path());
    never.lane_rest = std::chrono::hours(1);
    auto other = open(never);
    Letters letters(*store), same(*other);
    letters.add(60);
    same.add(60);
    wait_for_packed_rows(*store, letters.ids);
    CHECK(packed_rows(*other, same.ids) == 0);
    CHECK(lines_of(*store) == lines_of(*other));
    require_clean(*store);
    const auto change = [&](Store& in) {
        for (const auto id : {letters.ids[3], letters.ids[40]})
            REQUIRE(commit(in, Letters::account, [&](Draft& draft) -> Result<void> {
                        const auto refs = draft.now().any_email(Letters::account, id)->refs();
                        draft.add(EmailUpdated{id, {flag_seen, {"projet"}}, refs});
                        return {};
                    }).has_value());
        for (const auto id : {letters.ids[4], letters.ids[59]})
            REQUIRE(commit(in, Letters::account, [&](Draft& draft) -> Result<void> {
                        draft.add(EmailRemoved{id});
                        return {};
                    }).has_value());
    };
    change(*store);
    change(*other);
    auto left = letters.ids;
    left.pop_back();
    left.erase(left.begin() + 4);
    wait_for_packed_rows(*store, left);
    CHECK(lines_of(*store) == lines_of(*other));
    {
        const auto now = store->read(Letters::account), as_it_was = other->read(Letters::account);
        CHECK(now.email(Letters::account, letters.ids[3])->has_keyword("projet"));
        CHECK(now.structure(Letters::account, letters.ids[9]) ==
              as_it_was.structure(Letters::account, letters.ids[9]));
        EmailsInOrder in_order(now, Letters::account);
        std::size_t seen = 0;
        now.by_id(Letters::account, 0, [&](const EmailView& email) {
            CHECK(email.row() == as_it_was.any_email(Letters::account, email.id())->row());
            CHECK(in_order.any_email(email.id())->row() == email.row());
            CHECK(decode_structure(*in_order.structure(email.id())).value() ==
                  as_it_was.structure(Letters::account, email.id()));
            return ++seen > 0;
        });
        CHECK(seen == left.size());
    }
    require_clean(*store);
    store.reset();
    store = open(options);
    CHECK(lines_of(*store) == lines_of(*other));
}

TEST_CASE("a row whose dictionary is lost is damaged, and nothing else is") {
    const TemporaryFolder folder;
    const auto options = at_rest(folder.path());
    std::vector<EmailId> ids;
    std::string path;
    {
        auto store = open(options);
        Letters letters(*store);
        letters.add(60);
        wait_for_packed_rows(*store, letters.ids);
        ids = letters.ids;
        path = bodies_of(*store);
    }
    {
        auto raw = Environment::open(path, options.bodies_map, body_databases);
        REQUIRE(raw.has_value());
        WriteTransaction transaction(**raw);
        for (const auto copy : {std::uint8_t{0}, std::uint8_t{1}})
            transaction.remove(db_packing,
                               make_key(std::uint8_t{kept_row_dictionary}, std::uint8_t{1}, copy));
        REQUIRE(transaction.commit().has_value());
        std::filesystem::remove(path + "/../checkpoint");
    }
    auto resting = options;
    resting.lane_rest = std::chrono::hours(1);
    const auto store = open(resting);
    const auto before = store->damage(Letters::account);
    CHECK_FALSE(store->read(Letters::account).any_email(Letters::account, ids.front()));
    CHECK(store->damage(Letters::account) > before);
    const auto report = check(*store, false, {});
    REQUIRE(report.has_value());
    CHECK(report->findings.size() >= ids.size());
    CHECK(store->read(Letters::account).mailboxes(Letters::account).size() == 1);
}

TEST_CASE("a body travels without the dictionary that it lies in the store with") {
    const TemporaryFolder folder, other;
    auto store = open(at_rest(folder.path()));
    Letters letters(*store);
    letters.add(60);
    wait_until_packed(*store, letters.bodies);
    const auto now = store->read(Letters::account);
    auto elsewhere = Environment::open(other.path(), 1ull << 30, body_databases);
    REQUIRE(elsewhere.has_value());
    WriteTransaction transaction(**elsewhere);
    BodyWriter writer(transaction);
    for (const auto& body : letters.bodies) {
        std::vector<std::string> chunks;
        REQUIRE(each_chunk(now.raw().open_bodies(), now.raw().bodies_database(), body.hash,
                           [&](std::string_view chunk) { chunks.emplace_back(chunk); }));
        REQUIRE(chunks.size() == 1);
        writer.put_chunk(std::string(bytes_of(body.hash)) + make_key(std::uint32_t{0}), chunks.front());
        CHECK(read_body(transaction.get(), transaction.database(db_chunks), body.hash, 0, 1u << 20).value() ==
              *body.bytes);
    }
}

TEST_CASE("a dictionary is there twice, and without both what was packed with it is damaged") {
    const TemporaryFolder folder;
    const auto options = at_rest(folder.path());
    std::vector<Body> bodies;
    std::string path;
    {
        auto store = open(options);
        Letters letters(*store);
        letters.add(60);
        wait_until_packed(*store, letters.bodies);
        bodies = letters.bodies;
        path = bodies_of(*store);
    }
    const auto damage = [&](std::uint8_t copy) {
        auto raw = Environment::open(path, options.bodies_map, body_databases);
        REQUIRE(raw.has_value());
        WriteTransaction transaction(**raw);
        const auto key = make_key(std::uint8_t{kept_dictionary}, std::uint8_t{1}, copy);
        std::string value(transaction.get(db_packing, key).value());
        value[value.size() / 2] ^= 1;
        transaction.put(db_packing, key, value);
        REQUIRE(transaction.commit().has_value());
        std::filesystem::remove(path + "/../checkpoint");
    };
    damage(0);
    {
        const auto store = open(options);
        require_all(*store, bodies);
        require_clean(*store);
    }
    damage(1);
    {
        auto resting = options;
        resting.lane_rest = std::chrono::hours(1);
        const auto store = open(resting);
        CHECK(store->read(Letters::account).read_body(bodies.front().hash).error().code == Code::corrupt);
        const auto report = check(*store, false, {});
        REQUIRE(report.has_value());
        CHECK(report->findings.size() >= bodies.size());
    }
    // Another one does not take its place.
    auto raw = Environment::open(path, options.bodies_map, body_databases);
    REQUIRE(raw.has_value());
    WriteTransaction transaction(**raw);
    CHECK(Dictionaries::put(transaction, Dictionaries::Of::bodies, "another") == 2);
}

TEST_CASE("nothing that stands in one letter alone comes into a dictionary") {
    std::vector<std::string> samples;
    for (unsigned number = 0; number < 40; ++number)
        samples.push_back(letter(number));
    samples[7] += "the secret of the seventh letter is 314159265358979";
    const auto made = make_dictionary(samples, always);
    REQUIRE(made.size() > 2'000);
    // In pieces: most of what all letters have.
    const auto common = noise(2'000, 1).substr(200);
    std::size_t found = 0;
    for (std::size_t at = 0; at + 20 <= common.size(); at += 20)
        if (made.find(common.substr(at, 20)) != std::string::npos) ++found;
    CHECK(found > common.size() / 20 * 2 / 3);
    CHECK(made.find("31415926") == std::string::npos);
    CHECK(made.find("secret of") == std::string::npos);
    CHECK(make_dictionary({samples.data(), 3}, always).empty());
    CHECK(make_dictionary(samples, [] { return false; }).empty());
}

TEST_CASE("what is packed with a dictionary is there again, and what is damaged is refused") {
    std::vector<std::string> samples;
    for (unsigned number = 0; number < 40; ++number)
        samples.push_back(letter(number));
    const Dictionary dictionary(make_dictionary(samples, always));
    const DictionaryPacker packer(dictionary);
    const auto text = letter(77);
    const auto packed = packer.pack(text);
    const auto unpacked = [&](std::string_view bytes, std::size_t size) {
        std::string out(size, '\0');
        return dictionary.unpack(bytes, out.data(), size) ? out : "refused";
    };
    CHECK(packed.size() < 200);
    CHECK(unpacked(packed, text.size()) == text);
    CHECK(unpacked(packed, text.size() - 1) == "refused");
    CHECK(unpacked(packed, text.size() + 1) == "refused");
    for (std::size_t at = 0; at < packed.size(); ++at)
        CHECK(unpacked(std::string_view(packed).substr(0, at), text.size()) == "refused");
    CHECK(unpacked(packer.pack({}), 0).empty());
}
