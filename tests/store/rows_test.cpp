// The stored forms: what is written is read again, and nothing else is read.
#include "store/envelope_in_row.h"
#include "store/fields_of_rows.h"
#include "store/thread_row.h"
#include "tests/store/random_rows.h"

#include <catch2/catch.hpp>

using namespace facteur::store;
using facteur::store::test::RandomRows;

namespace {

constexpr int rounds = 300;

// Every prefix, one octet more, and octets changed at random: refused, or canonical (so that two records
// never mean the same), and never a crash. `again` refuses older forms, which are read but not written.
template <typename Decode>
void require_strict(RandomRows& random, const std::string& bytes, Decode&& again) {
    for (int i = 0; i < 20; ++i)
        CHECK(again(bytes.substr(0, random.below(bytes.size()))) == "refused");
    CHECK(again(bytes + '\0') == "refused");
    for (int i = 0; i < 20; ++i) {
        auto changed = bytes;
        changed[random.below(changed.size())] = static_cast<char>(random.below(256));
        const auto result = again(changed);
        CHECK((result == "refused" || result == changed));
    }
}

template <typename Row>
void require_round_trip(RandomRows& random, const Row& row) {
    const auto bytes = encode_row(row);
    const auto read = decode_row<Row>(bytes);
    REQUIRE(read.has_value());
    CHECK(*read == row);
    require_strict(random, bytes, [](const std::string& of) {
        const auto decoded = decode_row<Row>(of);
        if (!decoded) CHECK(decoded.error().code == Code::corrupt);
        return decoded && of.front() == newest_form ? encode_row(*decoded) : std::string("refused");
    });
}

} // namespace

TEST_CASE("rows are read as they were written, and damaged ones are refused") {
    RandomRows random(1);
    for (int round = 0; round < rounds; ++round) {
        require_round_trip(random, random.structure());
        require_round_trip(random, random.mailbox());
        require_round_trip(random, random.upload());
        require_round_trip(random, random.account());
        MailboxCounters counters;
        counters.uid_next = random.number<Uid>();
        for (auto* field : {&counters.highest_modseq, &counters.emails, &counters.unread, &counters.threads,
                            &counters.unread_threads, &counters.size, &counters.unseen, &counters.deleted,
                            &counters.deleted_size})
            *field = random.number<std::uint64_t>();
        require_round_trip(random, counters);
        AccountState state;
        state.modseq = random.number<Modseq>();
        for (auto& changed : state.changed)
            changed = random.number<Modseq>();
        state.next_email = random.number<EmailId>();
        state.size = random.number<std::uint64_t>();
        state.hidden = random.number<std::uint64_t>();
        require_round_trip(random, state);
        ThreadRow thread{random.number<std::uint32_t>(), random.number<std::uint32_t>(), {}};
        for (auto count = random.below(4); count > 0; --count)
            thread.mailboxes.push_back({random.number<MailboxId>(), random.number<std::uint32_t>()});
        require_round_trip(random, thread);
    }
}

TEST_CASE("an envelope in its row is what decoding the row gives") {
    RandomRows random(11);
    StructureView room, parts; // one for all, as FETCH has it
    int in_place = 0, refused = 0;
    for (int round = 0; round < rounds; ++round) {
        auto row = random.structure();
        row.complete = round % 7 != 0;
        if (round % 3 != 0) row.envelopes.clear();
        const auto bytes = encode_row(row);
        const auto whole = *decode_structure_view(bytes);
        REQUIRE(decode_structure_view(bytes, room));
        CHECK(room == whole);
        REQUIRE(decode_parts(bytes, parts));
        CHECK(parts.parts == whole.parts);
        CHECK(parts.envelopes == whole.envelopes);
        CHECK(parts.complete == whole.complete);
        const auto found = envelope_in_row(bytes);
        REQUIRE(found.has_value() == (row.complete && row.envelopes.empty() && !row.parts.empty()));
        if (!found) continue;
        ++in_place;
        const auto addresses = [](std::string_view list) {
            std::vector<AddressView> all;
            each_address(list, [&](const AddressView& address) { all.push_back(address); });
            return all;
        };
        const auto texts = [](std::string_view list) {
            std::vector<std::string_view> all;
            each_text(list, [&](std::string_view text) { all.push_back(text); });
            return all;
        };
        CHECK(texts(found->message_ids) == whole.message_ids);
        CHECK(texts(found->in_reply_to) == whole.in_reply_to);
        CHECK(addresses(found->sender) == whole.sender);
        CHECK(addresses(found->from) == whole.from);
        CHECK(addresses(found->to) == whole.to);
        CHECK(addresses(found->cc) == whole.cc);
        CHECK(addresses(found->bcc) == whole.bcc);
        CHECK(addresses(found->reply_to) == whole.reply_to);
        CHECK(found->subject == whole.subject);
        CHECK(found->date == whole.date);
        for (int i = 0; i < 20; ++i) {
            CHECK_FALSE(envelope_in_row(bytes.substr(0, random.below(bytes.size()))).has_value());
            auto changed = bytes;
            changed[random.below(changed.size())] = static_cast<char>(random.below(256));
            refused += envelope_in_row(changed).has_value() ? 0 : 1; // or read, within its bounds
            if (changed.front() == newest_form)
                CHECK(decode_parts(changed, parts) >= decode_structure_view(changed, room));
        }
        CHECK_FALSE(envelope_in_row(bytes + '\0').has_value());
        CHECK_FALSE(decode_parts(bytes + '\0', parts));
        auto old = bytes;
        old.front() = 1;
        CHECK_FALSE(envelope_in_row(old).has_value());
        CHECK_FALSE(decode_parts(old, parts));
    }
    CHECK(in_place > 50);
    CHECK(refused > 0);
    CHECK_FALSE(envelope_in_row({}).has_value());
    CHECK_FALSE(decode_structure_view({}, room));
    CHECK_FALSE(decode_parts({}, parts));
}

TEST_CASE("an email row is read in place and as a copy") {
    RandomRows random(2);
    for (int round = 0; round < rounds; ++round) {
        const auto row = random.email();
        const auto bytes = encode(row);
        const auto view = EmailView::over(bytes);
        REQUIRE(view.has_value());
        CHECK(view->row() == row);
        CHECK(view->subject() == row.subject);
        CHECK(view->flags() == row.keywords.flags);
        CHECK(view->refs() == row.mailboxes);
        CHECK(view->is_hidden() == is_hidden(row));
        for (const auto& ref : view->mailboxes())
            CHECK(!ref.deleted);
        for (const auto& keyword : row.keywords.others)
            CHECK(view->has_keyword(keyword));
        CHECK(!view->has_keyword("absent"));
        require_strict(random, bytes, [](const std::string& of) {
            const auto decoded = EmailView::over(of);
            if (!decoded) CHECK(decoded.error().code == Code::corrupt);
            return decoded && decoded->is_newest_form() ? encode(decoded->row()) : std::string("refused");
        });
    }
}

TEST_CASE("an email row cuts what is too long, between characters") {
    EmailRow row;
    row.id = row.thread = 1;
    for (int i = 0; i < 600; ++i)
        row.subject += "é";
    row.from.assign(6, {"n", "e@x"});
    const auto bytes = encode(row);
    const auto view = EmailView::over(bytes);
    REQUIRE(view.has_value());
    CHECK(view->subject().size() == 1024);
    CHECK(view->from().size() == 4);
    CHECK(view->more_addresses());
}

TEST_CASE("commits of every kind are read as they were written, and damaged ones are refused") {
    RandomRows random(3);
    const auto again = [](const std::string& of) {
        const auto decoded = decode_commit(of);
        if (!decoded)
            CHECK(
                (decoded.error().code == Code::corrupt || (decoded.error().code == Code::newer_schema &&
                                                           static_cast<std::uint8_t>(of[0]) > newest_form)));
        return decoded && of.front() == newest_form ? encode(*decoded) : std::string("refused");
    };
    for (int round = 0; round < rounds; ++round) {
        auto commit = random.commit();
        commit.changes.push_back(
            random.change(static_cast<std::size_t>(round) % std::variant_size_v<Change>));
        const auto bytes = encode(commit);
        CHECK(again(bytes) == bytes);
        CHECK(account_of_commit(bytes) == commit.account);
        require_strict(random, bytes, again);
    }
    CHECK(decode_commit("").error().code == Code::corrupt);
    CHECK(account_of_commit("").error().code == Code::corrupt);
    CHECK(account_of_commit("\1\2").error().code == Code::corrupt);
    CHECK(decode_commit("\3").error().code == Code::newer_schema);
}

TEST_CASE("a record of the newest form holds no email row of an older one") {
    Commit commit;
    commit.changes.emplace_back(EmailAdded{});
    auto bytes = encode(commit);
    const auto row = encode(EmailRow{});
    const auto at = bytes.find(row);
    REQUIRE(at != std::string::npos);
    REQUIRE(decode_commit(bytes).has_value());
    // With no mailboxes, the bit that says how long their places are is all that differs.
    constexpr char long_places = 4;
    bytes[at + 1] = static_cast<char>(bytes[at + 1] & ~long_places);
    REQUIRE(EmailView::over(std::string_view(bytes).substr(at, row.size())).has_value());
    CHECK(decode_commit(bytes).error().code == Code::corrupt);
}

TEST_CASE("a forged count cannot make the decoder allocate") {
    // A structure row that says it has 2^60 message ids.
    std::string bytes("\1\x80\x80\x80\x80\x80\x80\x80\x80\x10", 10);
    CHECK(!decode_structure(bytes).has_value());
}

TEST_CASE("numbers have one form") {
    std::string bytes;
    Writer writer(bytes);
    writer.number(0);
    writer.number(127);
    writer.number(128);
    writer.number(std::numeric_limits<std::uint64_t>::max());
    writer.signed_number(std::numeric_limits<std::int64_t>::min());
    writer.signed_number(-1);
    Reader reader(bytes);
    CHECK(reader.number() == 0);
    CHECK(reader.number() == 127);
    CHECK(reader.number() == 128);
    CHECK(reader.number() == std::numeric_limits<std::uint64_t>::max());
    CHECK(reader.signed_number() == std::numeric_limits<std::int64_t>::min());
    CHECK(reader.signed_number() == -1);
    CHECK(reader.done());
    for (const std::string_view wrong : {std::string_view("\x80\0", 2), std::string_view("\x80"),
                                         std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
                                         std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")}) {
        Reader of(wrong);
        CHECK(of.number() == 0);
        CHECK(of.failed());
    }
}

TEST_CASE("hashes in hexadecimal") {
    const auto hash = hash_of("abc");
    CHECK(to_hex(hash) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash_from_hex(to_hex(hash)) == hash);
    for (const auto* wrong : {"", "ba78", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"})
        CHECK(hash_from_hex(wrong).error().code == Code::invalid);
}
