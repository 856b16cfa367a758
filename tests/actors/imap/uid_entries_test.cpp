#include "actors/searching/uid_entries.h"
#include "tests/actors/imap/read_fixture.h"

#include <catch2/catch.hpp>

namespace facteur {
namespace {

using test::ReadMailbox;

constexpr auto short_letter = "Subject: s\n\nText\n";

class Walk {
public:
    Walk(ReadMailbox& mailbox, UidEntries& entries) : mailbox_(mailbox), entries_(entries) {}

    UidEntries::List list(std::size_t about = 100) {
        Turn turn;
        return entries_.of(mailbox_.now(), place(), about, turn);
    }
    UidEntries::List kept() { return entries_.kept(mailbox_.now(), place()); }
    UidEntries::Place place() {
        return {ReadMailbox::account, mailbox_id != 0 ? mailbox_id : mailbox_.inbox(), damage};
    }
    store::MailboxId mailbox_id = 0; // the inbox
    std::uint64_t damage = 0;

private:
    ReadMailbox& mailbox_;
    UidEntries& entries_;
};

class Nobody : public TurnGiver {
public:
    Answer ask() override { return Answer::gone; }
    bool hold(std::size_t) override { return false; }
};

} // namespace

TEST_CASE("a list of entries is kept until its account changes", "[imap]") {
    ReadMailbox mailbox;
    UidEntries entries;
    Walk walk(mailbox, entries);
    const auto first = mailbox.add(short_letter);
    mailbox.add(short_letter);
    CHECK(walk.kept() == nullptr);
    const auto list = walk.list();
    REQUIRE(list != nullptr);
    REQUIRE(list->size() == 2);
    CHECK(list->front().email == first);
    CHECK(walk.list() == list);
    CHECK(walk.kept() == list);

    const auto changes = GENERATE(0, 1, 2);
    if (changes == 0) mailbox.put(first, {store::flag_flagged, {}});
    if (changes == 1) mailbox.add(short_letter);
    if (changes == 2) mailbox.remove(first);
    CHECK(walk.kept() == nullptr);
    const auto other = walk.list();
    REQUIRE(other != nullptr);
    CHECK(other->size() == (changes == 0 ? 2u : changes == 1 ? 3u : 1u));
    CHECK((other->front().flags == store::flag_flagged) == (changes == 0));
    CHECK(list->size() == 2); // whoever has it may go on

    walk.damage = 1;
    CHECK(walk.kept() == nullptr);
}

TEST_CASE("what is kept of mailboxes has a bound, and what was asked for last stays", "[imap]") {
    ReadMailbox mailbox;
    for (int n = 0; n < 10; ++n)
        mailbox.add(short_letter, {}, true);
    UidEntries entries(15 * sizeof(store::UidEntry));
    Walk inbox(mailbox, entries), other(mailbox, entries);
    other.mailbox_id = mailbox.other();
    CHECK(inbox.list(4) == nullptr); // of a mailbox that is far larger than was said
    CHECK(inbox.list(100) == nullptr);
    CHECK(entries.octets() == 0);

    UidEntries more(45 * sizeof(store::UidEntry));
    Walk again(mailbox, more), beside(mailbox, more);
    beside.mailbox_id = mailbox.other();
    REQUIRE(again.list(10) != nullptr);
    REQUIRE(beside.list(10) != nullptr);
    CHECK(again.kept() != nullptr);
    CHECK(more.octets() <= 45 * sizeof(store::UidEntry));
    mailbox.add(short_letter, {}, true);
    REQUIRE(beside.list(11) != nullptr); // in the place of its older one
    CHECK(more.octets() == 21 * sizeof(store::UidEntry));
}

TEST_CASE("a turn that ends leaves no part of a list", "[imap]") {
    ReadMailbox mailbox;
    mailbox.add(short_letter);
    UidEntries entries;
    Walk walk(mailbox, entries);
    Nobody nobody;
    Turn turn(nobody, std::chrono::milliseconds(1000));
    CHECK(entries.of(mailbox.now(), walk.place(), 10, turn) == nullptr);
    CHECK(turn.has_ended());
    CHECK(walk.kept() == nullptr);
}

} // namespace facteur
