// Rights of others in mailboxes (RFC 4314): how they are written and kept, who sees what, and that a change
// is refused by the commit itself.
#include "actors/mailbox/change_acl.h"
#include "actors/mailbox/change_emails.h"
#include "actors/session/imap/flags.h"
#include "actors/session/imap/mailbox_names.h"
#include "actors/session/imap/shared_with_anyone.h"
#include "tests/actors/imap/read_fixture.h"

#include <catch2/catch.hpp>

namespace facteur {
namespace {

constexpr store::AccountId bob = 42, carla = 43;

class RightsFixture : public test::ReadMailbox {
public:
    store::Result<store::Committed> run(store::Plan plan, store::AccountId of = account) {
        return store().commit({of, 1'700'000'001, {}, std::move(plan), {}});
    }
    store::Result<store::Committed> set_acl(store::MailboxId mailbox, store::AccountId who, Rights rights,
                                            ChangeAcl::How how = ChangeAcl::How::replace,
                                            const Permission& guard = {}) {
        ChangeAcl request;
        request.account = account;
        request.mailbox = mailbox;
        request.who = who;
        request.rights = rights;
        request.how = how;
        auto plan = plan_acl(std::make_shared<const ChangeAcl>(request), std::make_shared<EmailsChanged>());
        return run(guarded(guard, std::move(plan)));
    }
    store::Result<store::Committed> share(ChangeShared request) {
        const auto of = request.account;
        return run(plan_shared(std::make_shared<const ChangeShared>(std::move(request)),
                               std::make_shared<EmailsChanged>()),
                   of);
    }
    EmailsChanged change(ChangeEmails request) {
        request.account = account;
        request.mailbox = inbox();
        auto changed = std::make_shared<EmailsChanged>();
        const auto done = run(plan_changing(std::make_shared<const ChangeEmails>(request), changed));
        REQUIRE(done.has_value());
        return *changed;
    }
};

} // namespace

TEST_CASE("rights as letters") {
    CHECK(letters_of(all_rights) == "lrswipkxtecda");
    CHECK(letters_of(right_lookup | right_read) == "lr");
    CHECK(letters_of(right_remove) == "xc");
    CHECK(letters_of(right_delete) == "td");
    CHECK(letters_of(0).empty());
    CHECK(read_rights("lrswipkxtea") == all_rights);
    CHECK(read_rights("c") == (right_create | right_remove));
    CHECK(read_rights("d") == (right_delete | right_expunge));
    CHECK(read_rights("") == Rights{0});
    CHECK_FALSE(read_rights("lrz").has_value());
    CHECK_FALSE(read_rights("0").has_value());
}

TEST_CASE("a list of rights as it is kept") {
    const Acl acl{{17, right_lookup}, {42, all_rights}};
    CHECK(read_acl(write_acl(acl)) == acl);
    CHECK(write_acl({}).empty());
    CHECK(read_acl("").empty());
    // What is damaged gives nobody anything.
    for (const auto* text : {"17", "17:", ":3", "17:3,18:3", "17:3 x", "17:99999", "-1:3", "17 :3"})
        CHECK(read_acl(text).empty());
    // Anyone does not administer.
    CHECK(read_acl("0:2047 17:1") == Acl{{anyone, possible_for_anyone}, {17, right_lookup}});
    CHECK(read_acl("0:1024").empty());
    CHECK(read_acl("17:0").empty());
    CHECK(read_acl("17:4095") == Acl{{17, all_rights}});
    CHECK(read_subscriptions("3 1 2") == std::vector<store::MailboxId>{1, 2, 3});
    CHECK(read_subscriptions("1,2").empty());
}

TEST_CASE("flags by rights") {
    const auto list = read_flags({"\\Seen", "\\Deleted", "\\Flagged", "projet"}).value();
    CHECK(rights_for(list) == (right_seen | right_delete | right_write));
    CHECK(rights_for(read_flags({"projet"}).value()) == right_write);
    CHECK(rights_for({}) == 0);
    CHECK(permitted_flags(list, all_rights) == list);
    CHECK(permitted_flags(list, right_seen) == FlagList{{store::flag_seen, {}}, false});
    CHECK(permitted_flags(list, right_delete) == FlagList{{0, {}}, true});
    CHECK(permitted_flags(list, right_write) == FlagList{{store::flag_flagged, {"projet"}}, false});
    CHECK(permitted_flags(list, right_read) == FlagList{});
}

TEST_CASE_METHOD(RightsFixture, "rights are given, added to, and taken away") {
    REQUIRE(set_acl(inbox(), bob, rights_to_open));
    CHECK(rights_of(now(), account, inbox(), bob) == rights_to_open);
    CHECK(rights_of(now(), account, other(), bob) == 0);
    CHECK(rights_of(now(), account, inbox(), carla) == 0);
    REQUIRE(set_acl(inbox(), bob, right_seen, ChangeAcl::How::add));
    CHECK(rights_of(now(), account, inbox(), bob) == (rights_to_open | right_seen));
    REQUIRE(set_acl(inbox(), bob, right_read, ChangeAcl::How::remove));
    CHECK(rights_of(now(), account, inbox(), bob) == (right_lookup | right_seen));
    CHECK(set_acl(inbox(), bob, right_read, ChangeAcl::How::remove)->commit.sequence == 0); // nothing to do
    REQUIRE(set_acl(inbox(), bob, 0));
    CHECK_FALSE(now().object(account, store::ObjectType::acl, acl_id(inbox())).has_value());
    CHECK(set_acl(99, bob, right_read).error().code == store::Code::not_found);

    ChangeAcl request;
    request.account = account;
    request.mailbox = inbox();
    request.who = carla;
    request.rights = right_read;
    request.departed = {bob};
    REQUIRE(set_acl(inbox(), bob, all_rights));
    REQUIRE(run(plan_acl(std::make_shared<const ChangeAcl>(request), std::make_shared<EmailsChanged>())));
    CHECK(acl_of(now(), account, inbox()) == Acl{{carla, right_read}});
}

TEST_CASE_METHOD(RightsFixture, "anyone has rights, and who is named has them too") {
    CHECK_FALSE(shares_with_anyone(now(), account));
    REQUIRE(set_acl(inbox(), bob, right_lookup | right_insert));
    CHECK_FALSE(shares_with_anyone(now(), account));
    REQUIRE(set_acl(inbox(), anyone, rights_to_open));
    CHECK(shares_with_anyone(now(), account));
    CHECK(rights_of(now(), account, inbox(), bob) == (rights_to_open | right_insert));
    CHECK(rights_of(now(), account, inbox(), carla) == rights_to_open);
    CHECK(rights_of(now(), account, other(), carla) == 0);
    CHECK(all_rights_of(now(), account, carla) ==
          std::map<store::MailboxId, Rights>{{inbox(), rights_to_open}});
    // The commit knows it as well.
    const auto as_carla = [&](Rights needed) {
        return set_acl(other(), bob, right_read, ChangeAcl::How::replace, {carla, {{inbox(), needed}}});
    };
    CHECK(as_carla(right_read).has_value());
    CHECK(as_carla(right_insert).error().code == store::Code::forbidden);
    REQUIRE(set_acl(inbox(), anyone, right_lookup, ChangeAcl::How::remove));
    CHECK(as_carla(right_read).error().code == store::Code::not_found);
    REQUIRE(set_acl(inbox(), anyone, 0));
    CHECK(acl_of(now(), account, inbox()) == Acl{{bob, right_lookup | right_insert}});
    CHECK_FALSE(shares_with_anyone(now(), account));
}

TEST_CASE_METHOD(RightsFixture, "who shares with anyone is found again, and there is room for so many") {
    CHECK(SharedWithAnyone(store()).owners()->empty());
    REQUIRE(set_acl(inbox(), bob, rights_to_open)); // with one
    CHECK(SharedWithAnyone(store()).owners()->empty());
    REQUIRE(set_acl(other(), anyone, rights_to_open));
    SharedWithAnyone index(store());
    CHECK(*index.owners() == SharedWithAnyone::Owners{account});
    CHECK(index.add(account));
    CHECK(index.owners()->size() == 1);
    // Those that share nothing leave when room is wanted; those that do stay.
    for (store::AccountId owner = 1000; index.owners()->size() < SharedWithAnyone::most; ++owner)
        REQUIRE(index.add(owner));
    CHECK(index.add(carla));
    CHECK(*index.owners() == SharedWithAnyone::Owners{account, carla});
}

TEST_CASE_METHOD(RightsFixture, "a list of rights has an end") {
    Acl acl;
    for (store::AccountId who = 1000; acl.size() < most_in_acl; ++who)
        acl[who] = right_lookup;
    commit([&](store::Draft& draft) {
        draft.add(store::ObjectPut{store::ObjectType::acl, acl_id(inbox()), write_acl(acl)});
    });
    CHECK(set_acl(inbox(), bob, right_read).error().code == store::Code::over_quota);
    CHECK(set_acl(inbox(), 1000, right_read).has_value());
    CHECK(set_acl(inbox(), 1000, 0).has_value());
    CHECK(set_acl(inbox(), bob, right_read).has_value());
}

TEST_CASE_METHOD(RightsFixture, "the commit asks once more for rights") {
    REQUIRE(set_acl(inbox(), bob, right_lookup | right_administer));
    const auto as_bob = [&](Rights needed) {
        return set_acl(inbox(), carla, right_read, ChangeAcl::How::replace, {bob, {{inbox(), needed}}});
    };
    CHECK(as_bob(right_administer).has_value());
    CHECK(as_bob(right_administer | right_read).error().code == store::Code::forbidden);
    REQUIRE(set_acl(inbox(), bob, right_administer)); // not to be looked up: it is not there
    CHECK(as_bob(right_administer).error().code == store::Code::not_found);
    CHECK(set_acl(inbox(), carla, 0, ChangeAcl::How::replace, {carla, {{other(), right_administer}}})
              .error()
              .code == store::Code::not_found);
}

TEST_CASE_METHOD(RightsFixture, "mailboxes that stay cannot be removed by anybody") {
    commit([&](store::Draft& draft) {
        auto row = *draft.now().mailbox(account, inbox());
        row.role = "inbox";
        draft.add(store::MailboxPut{row});
    });
    REQUIRE(set_acl(inbox(), bob, all_rights));
    CHECK(rights_of(now(), account, inbox(), bob) == (all_rights & ~right_remove));
}

TEST_CASE_METHOD(RightsFixture, "names of what others share") {
    store::MailboxId hidden = 0, below = 0;
    commit([&](store::Draft& draft) {
        hidden = draft.new_mailbox();
        draft.add(store::MailboxPut{{hidden, other(), "Caché", "", 0, true, 1}});
        below = draft.new_mailbox();
        draft.add(store::MailboxPut{{below, hidden, "Vu", "", 0, true, 1}});
        draft.add(store::MailboxPut{{draft.new_mailbox(), 0, "Other Users", "", 0, true, 1}});
    });
    // The owner's own mailbox of that name is another.
    const MailboxNames own(now(), account);
    CHECK(own.find("Other Users") == nullptr);
    CHECK(own.find("Other Users~2") != nullptr);

    const std::string prefix = "Other Users/anne@academie.test";
    CHECK(MailboxNames(now(), prefix, bob, {account, {}}).all().empty());
    REQUIRE(set_acl(other(), bob, rights_to_open));
    REQUIRE(set_acl(hidden, bob, right_read)); // without lookup
    const MailboxNames alone(now(), prefix, bob, {account, {}});
    REQUIRE(alone.all().size() == 1);
    CHECK_FALSE(alone.all().front().has_children); // of that, nothing is told
    REQUIRE(set_acl(below, bob, right_lookup));
    const MailboxNames names(now(), prefix, bob, {account, {below}});
    REQUIRE(names.all().size() == 2);
    const auto& first = names.all().front();
    CHECK(first.row.id == other());
    CHECK(first.name.starts_with(prefix + "/"));
    CHECK(first.has_children);
    CHECK(first.rights == rights_to_open);
    CHECK_FALSE(first.row.subscribed); // the owner is, bob is not
    CHECK(names.all().back().name == first.name + "/Caché/Vu");
    CHECK(names.all().back().row.subscribed);
    CHECK(names.find(first.name + "/Caché") == nullptr);
    CHECK(MailboxNames(now(), prefix, carla, {account, {below}}).all().empty());
}

TEST_CASE_METHOD(RightsFixture, "what an account keeps of others") {
    REQUIRE(share({.account = bob, .owner = account}));
    CHECK(share({.account = bob, .owner = account})->commit.sequence == 0);
    REQUIRE(share({.account = bob, .owner = account, .mailbox = 3, .subscribed = true}));
    REQUIRE(share({.account = bob, .owner = account, .mailbox = 1, .subscribed = true}));
    REQUIRE(share({.account = bob, .owner = account, .mailbox = 3, .subscribed = true}));
    auto all = sharings_of(store().read(bob), bob);
    REQUIRE(all.size() == 1);
    CHECK(all.front().subscribed == std::vector<store::MailboxId>{1, 3});
    REQUIRE(share({.account = bob, .owner = account, .mailbox = 3}));
    REQUIRE(share({.account = bob, .owner = carla, .forgotten = {account, carla}}));
    all = sharings_of(store().read(bob), bob);
    REQUIRE(all.size() == 1);
    CHECK(all.front().owner == carla);
}

TEST_CASE_METHOD(RightsFixture, "STORE FLAGS leaves what may not be changed") {
    add("Subject: un\n\n.\n", {store::flag_seen | store::flag_flagged, {"projet"}});
    ChangeEmails request;
    request.what = ChangeEmails::What::replace_flags;
    request.uids = {1};
    request.flags = store::flag_answered;
    request.kept_flags = ~permitted_bits(right_seen);
    request.keeps_keywords = request.keeps_deleted = true;
    change(request);
    const auto email = now().uid(account, inbox(), 1)->email;
    CHECK(now().email(account, email)->keywords() == store::Keywords{store::flag_flagged, {"projet"}});
}

TEST_CASE_METHOD(RightsFixture, "copies that others make are emails of their own") {
    add("Subject: un\n\n.\n", {store::flag_seen | store::flag_flagged, {"projet"}});
    ChangeEmails request;
    request.what = ChangeEmails::What::copy;
    request.uids = {1};
    request.target = other();
    request.apart = true;
    request.copied_flags = store::flag_seen;
    request.copies_keywords = false;
    const auto changed = change(request);
    REQUIRE(changed.to.size() == 1);
    const auto copy = now().uid(account, other(), changed.to.front());
    REQUIRE(copy.has_value());
    CHECK(copy->email != now().uid(account, inbox(), 1)->email);
    CHECK(now().email(account, copy->email)->keywords() == store::Keywords{store::flag_seen, {}});
    request = {};
    request.what = ChangeEmails::What::remove; // without \Deleted
    request.uids = {1};
    CHECK(change(request).expunged == std::vector<store::Uid>{1});
    CHECK_FALSE(now().uid(account, inbox(), 1).has_value());
    CHECK(now().uid(account, other(), changed.to.front()).has_value());
}

} // namespace facteur
