#include "store/bodies.h"
#include "store/journal_form.h"
#include "store/keys.h"
#include "store/layout.h"
#include "store/packing.h"
#include "store/shard.h"
#include "tests/store/fixture.h"

#include <fstream>
#include <random>
#include <set>

using namespace facteur::store;
using namespace facteur::store::test;

namespace {

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes(size, '\0');
    for (auto& octet : bytes)
        octet = static_cast<char>(random());
    return bytes;
}

std::string chunk_key(const Hash& body, std::uint32_t number = 0) {
    return std::string(bytes_of(body)) + make_key(number);
}

EmailId add(Store& store, AccountId account, const Body& body) {
    EmailId id = 0;
    const auto done = commit(store, account,
                             [&](Draft& draft) -> Result<void> {
                                 auto mailbox = draft.now().mailbox_by_role(account, "inbox").value_or(0);
                                 if (mailbox == 0) {
                                     mailbox = draft.new_mailbox();
                                     draft.add(MailboxPut{{mailbox, 0, "Réception", "inbox", 0, true, 1}});
                                 }
                                 id = draft.new_email();
                                 draft.add(email_of(body, id, id, 1, {{mailbox, draft.new_uid(mailbox)}}));
                                 return {};
                             },
                             {body});
    REQUIRE(done.has_value());
    return id;
}

void remove(Store& store, AccountId account, EmailId email) {
    REQUIRE(commit(store, account, [&](Draft& draft) -> Result<void> {
                draft.add(EmailRemoved{email});
                return {};
            }).has_value());
}

// Bodies that nobody holds go with a later batch.
void sweep(Store& store) {
    for (AccountId account = 100; account < 108; ++account)
        for (int i = 0; i < 2; ++i)
            REQUIRE(commit(store, account, [](Draft& draft) -> Result<void> {
                        draft.add(ObjectPut{ObjectType::settings, "s", "{}"});
                        return {};
                    }).has_value());
}

std::uint64_t written(const Store& store) {
    std::uint64_t bodies = 0;
    for (const auto& lane : store.statistics())
        bodies += lane.bodies_written;
    return bodies;
}

// Two accounts of one shard, and one of the other.
struct Accounts {
    AccountId here = 1, beside = 0, elsewhere = 0;
    explicit Accounts(const Store& store) {
        for (AccountId id = 2; beside == 0 || elsewhere == 0; ++id)
            (store.shard_of(id) == store.shard_of(here) ? beside : elsewhere) = id;
    }
};

} // namespace

TEST_CASE("a reader keeps the bodies that its rows name, whatever is removed meanwhile") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto body = body_of("read late");
    const auto email = add(*store, 1, body);
    const auto before = store->read(1);
    remove(*store, 1, email);
    sweep(*store);
    CHECK_FALSE(store->read(1).body_size(body.hash));
    REQUIRE(before.email(1, email));
    CHECK(before.body_size(body.hash) == body.bytes->size());
}

TEST_CASE("a body is stored once per shard, and goes when nobody holds it") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const Accounts of(*store);
    const auto body = body_of("a circular to all staff");
    const auto first = add(*store, of.here, body), twin = add(*store, of.here, body),
               other = add(*store, of.beside, body);
    CHECK(written(*store) == 1);
    const auto far = add(*store, of.elsewhere, body);
    CHECK(written(*store) == 2);
    {
        const auto now = store->read(of.here);
        CHECK(now.emails_of_body(of.here, body.hash) == std::vector<EmailId>{first, twin});
        CHECK(now.may_read(of.beside, body.hash));
        CHECK(!now.may_read(99, body.hash));
    }
    for (const auto& [account, email] : {std::pair{of.here, first}, {of.here, twin}, {of.beside, other}}) {
        sweep(*store);
        CHECK(store->read(of.here).read_body(body.hash).value_or("") == *body.bytes);
        remove(*store, account, email);
    }
    sweep(*store);
    const auto gone = store->read(of.here).read_body(body.hash);
    REQUIRE(!gone.has_value());
    CHECK(gone.error().code == Code::not_found);
    CHECK(!store->read(of.here).body_size(body.hash));
    CHECK(store->read(of.elsewhere).read_body(body.hash).value_or("") == *body.bytes);
    require_clean(*store);

    // It may come back, and one that comes back before it went stays.
    const auto again = add(*store, of.here, body);
    remove(*store, of.here, again);
    add(*store, of.here, body);
    sweep(*store);
    CHECK(store->read(of.here).read_body(body.hash).value_or("") == *body.bytes);
    remove(*store, of.elsewhere, far);
    require_clean(*store);
}

TEST_CASE("bodies of any size are read whole and in ranges, packed or not") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto size =
        GENERATE(0ul, 1ul, 127ul, 5000ul, chunk_size - 1, chunk_size, chunk_size + 1, 3 * chunk_size + 77);
    const bool packs = GENERATE(true, false);
    CAPTURE(size, packs);
    std::string text = packs ? std::string(size, 'x') : noise(size, 5);
    for (std::size_t i = 0; packs && i < size; i += 97)
        text[i] = static_cast<char>('a' + i % 23);
    const auto body = body_of(text);
    CHECK(body.packed->chunks.front().packed == (packs && size >= 128));
    add(*store, 1, body);
    const auto now = store->read(1);
    CHECK(now.body_size(body.hash) == size);
    REQUIRE(now.read_body(body.hash).has_value());
    CHECK(*now.read_body(body.hash) == text);
    std::mt19937 random(9);
    for (int i = 0; i < 30; ++i) {
        const auto offset = random() % (size + 10), length = random() % (size + 10);
        const auto part = now.read_body(body.hash, offset, length);
        REQUIRE(part.has_value());
        CHECK(*part == (offset < size ? text.substr(offset, length) : ""));
    }
    for (const auto border : {chunk_size, 2 * chunk_size})
        if (border < size) CHECK(*now.read_body(body.hash, border - 3, 6) == text.substr(border - 3, 6));
    CHECK(*now.read_body(body.hash, 0, std::numeric_limits<std::uint64_t>::max()) == text);
    CHECK(now.read_body(body.hash, std::numeric_limits<std::uint64_t>::max(), 1)->empty());
    require_clean(*store);
}

TEST_CASE("a body that changed on disk is never read, neither whole nor in part") {
    const bool packs = GENERATE(true, false);
    const auto text = packs ? std::string(9'000, 'x') + noise(500, 3) : noise(9'000, 3);
    const TemporaryFolder folder;
    const auto body = body_of(text);
    std::string path;
    {
        auto store = open(small(folder.path()));
        add(*store, 1, body);
        path = store->read(1).raw().shard->path() + "/bodies";
    }
    auto raw = Environment::open(path, 1ull << 32, body_databases);
    REQUIRE(raw.has_value());
    const auto key = chunk_key(body.hash);
    WriteTransaction transaction(**raw);
    std::vector<std::pair<BodyDatabase, std::string>> entries{{db_chunks, key}};
    scan(transaction.get(), transaction.database(db_pieces), {}, [&](std::string_view number, auto) {
        entries.emplace_back(db_pieces, number);
        return true;
    });
    CHECK((entries.size() > 2) == !packs); // in one piece and in several
    for (const auto& [database, at_key] : entries) {
        const std::string stored(transaction.get(database, at_key).value());
        for (std::size_t at = 0; at < stored.size(); ++at) {
            auto damaged = stored;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
            transaction.put(database, at_key, damaged);
            for (const std::uint64_t offset : {0, 1, 8'000}) {
                const auto part =
                    read_body(transaction.get(), transaction.database(0), body.hash, offset, 700);
                if (part)
                    CHECK(*part == text.substr(offset, 700)); // what changed says nothing of these octets
            }
            const auto whole =
                read_body(transaction.get(), transaction.database(0), body.hash, 0, text.size() + 1);
            CHECK_FALSE((whole && *whole != text));
        }
        for (const auto& other : {stored + 'x', stored.substr(1), std::string()}) {
            transaction.put(database, at_key, other);
            CHECK_FALSE(
                read_body(transaction.get(), transaction.database(0), body.hash, 0, text.size()).has_value());
        }
        transaction.put(database, at_key, stored);
    }
    CHECK(read_body(transaction.get(), transaction.database(0), body.hash, 0, text.size()).value() == text);
}

TEST_CASE("bodies of a store before schema 7 are read beside new ones, and go as they do") {
    const TemporaryFolder folder;
    const auto options = small(folder.path());
    // Short and long, packed and not, as they were written then.
    std::vector<Body> old;
    for (const auto& text : {std::string("bonjour"), std::string(5'000, 'x'), noise(9'000, 1),
                             noise(chunk_size + 500, 2) + std::string(chunk_size, 'y')})
        old.push_back(body_of(text));
    std::vector<EmailId> emails;
    std::string path;
    {
        auto store = open(options);
        for (const auto& body : old)
            emails.push_back(add(*store, 1, body));
        path = store->read(1).raw().shard->path();
    }
    {
        auto raw = Environment::open(path + "/bodies", options.bodies_map, body_databases);
        REQUIRE(raw.has_value());
        WriteTransaction transaction(**raw);
        for (const auto& body : old) {
            std::vector<std::string> chunks;
            for (std::size_t at = 0; at == 0 || at < body.bytes->size(); at += chunk_size) {
                const auto part = body.bytes->substr(at, chunk_size);
                std::string packed;
                const bool is_packed = part.size() > 128 && pack(part, 3, packed);
                auto& chunk = chunks.emplace_back();
                if (at == 0)
                    chunk = make_key(std::uint8_t{1}, std::uint64_t{body.bytes->size()},
                                     static_cast<std::uint32_t>((body.bytes->size() - 1) / chunk_size + 1));
                const auto& octets = is_packed ? packed : part;
                chunk += make_key(static_cast<std::uint8_t>(is_packed ? 3 : 2),
                                  journal_form::checksum_with(0, octets)) +
                         octets;
            }
            remove_body(transaction, body.hash);
            for (std::uint32_t number = 0; number < chunks.size(); ++number)
                transaction.put(db_chunks, chunk_key(body.hash, number), chunks[number]);
        }
        CHECK_FALSE(Cursor(transaction.get(), transaction.database(db_pieces)).last());
        REQUIRE(transaction.commit().has_value());
    }
    std::filesystem::remove(path + "/checkpoint");
    std::ofstream(folder.path() + "/schema", std::ios::trunc) << "6 2\n";
    {
        auto store = open(options);
        int version = 0;
        std::ifstream(folder.path() + "/schema") >> version;
        CHECK(version == newest_schema);
        const auto young = body_of(noise(3'000, 7));
        emails.push_back(add(*store, 1, young));
        CHECK(add(*store, 1, old.front()) > 0); // is there already
        require_clean(*store);
        const auto now = store->read(1);
        for (const auto& body : old) {
            CHECK(now.body_size(body.hash) == body.bytes->size());
            CHECK(now.read_body(body.hash).value() == *body.bytes);
            CHECK(now.read_body(body.hash, 3, 3).value() == body.bytes->substr(3, 3));
        }
        std::string chunks;
        CHECK(each_chunk(now.raw().open_bodies(), now.raw().bodies_database(), old.back().hash,
                         [&](std::string_view chunk) { chunks += chunk; }));
        CHECK(chunks.size() > chunk_size);
    }
    auto store = open(options);
    for (const auto email : emails)
        remove(*store, 1, email);
    sweep(*store);
    for (std::size_t i = 1; i < old.size(); ++i)
        CHECK_FALSE(store->read(1).body_size(old[i].hash));
    CHECK(store->read(1).read_body(old.front().hash).value() == "bonjour");
    require_clean(*store);
}

TEST_CASE("pieces of bodies fill their pages, one at a time or many, and leave none behind") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    std::mt19937 random(4);
    std::vector<EmailId> emails;
    std::uint64_t octets = 0;
    const auto fill = [&](std::size_t bodies, std::size_t longest) {
        for (std::size_t i = 0; i < bodies; ++i) {
            const auto size = 200 + random() % longest;
            octets += size;
            emails.push_back(add(*store, 1, body_of(noise(size, static_cast<unsigned>(random())))));
        }
    };
    const auto stat = [&] {
        const auto now = store->read(1);
        MDB_stat found{};
        mdb_stat(now.raw().open_bodies(), now.raw().shard->bodies().database(db_pieces), &found);
        return found;
    };
    fill(150, 1'500);
    fill(100, 9'000);
    const auto found = stat();
    const auto taken =
        (found.ms_branch_pages + found.ms_leaf_pages + found.ms_overflow_pages) * found.ms_psize;
    CHECK(static_cast<double>(taken) < 1.08 * static_cast<double>(octets));
    for (const auto email : emails)
        remove(*store, 1, email);
    sweep(*store);
    CHECK(stat().ms_entries == 0);
    require_clean(*store);
    fill(3, 5'000);
    require_clean(*store);
}

TEST_CASE("an upload holds its body until it expires") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto body = body_of("a photo");
    REQUIRE(commit(*store, 1,
                   [&](Draft& draft) -> Result<void> {
                       draft.add(UploadPut{{body.hash, body.bytes->size(), "image/jpeg", 500}});
                       return {};
                   },
                   {body})
                .has_value());
    CHECK(store->read(1).upload(1, body.hash)->type == "image/jpeg");
    CHECK(!store->read(1).upload(2, body.hash));
    const auto indexed = [](ShardId) { return Sequence{0}; };
    REQUIRE(store->trim(499, 0, indexed).has_value());
    CHECK(store->read(1).upload(1, body.hash).has_value());
    REQUIRE(store->trim(500, 0, indexed).has_value());
    CHECK(!store->read(1).upload(1, body.hash));
    CHECK(!store->read(1).may_read(1, body.hash));
    sweep(*store);
    CHECK(!store->read(1).body_size(body.hash));
    require_clean(*store);
}

TEST_CASE("a body that was not supplied is refused, also when another account holds it") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const Accounts of(*store);
    const auto body = body_of("a secret");
    add(*store, of.here, body);
    const auto inbox = add_mailbox(*store, of.beside, "Réception");
    const auto refused = commit(*store, of.beside, [&](Draft& draft) -> Result<void> {
        const auto id = draft.new_email();
        draft.add(email_of(body, id, id, 1, {{inbox, draft.new_uid(inbox)}}));
        return {};
    });
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::invalid);
    require_clean(*store);
}

TEST_CASE("a body that no change names is not kept") {
    const TemporaryFolder folder;
    auto store = open(small(folder.path()));
    const auto body = body_of("refused mail");
    const auto refused =
        commit(*store, 1, [](Draft&) -> Result<void> { return fail(Code::over_quota, "Full."); }, {body});
    CHECK(refused.error().code == Code::over_quota);
    CHECK(!store->read(1).body_size(body.hash));
    CHECK(written(*store) == 0);
}
