// Mail that goes on: accounts that forward, aliases, circles, and what the sender hears.
#include "actors/accounts/forwarding.h"
#include "actors/delivery/routing.h"
#include "actors/delivery/srs_keys.h"
#include "tests/actors/academy.h"
#include "tests/actors/mail_exchanger.h"
#include "transport/mime/headers.h"

#include <map>
#include <set>

using namespace facteur;
using facteur::test::Academy;
using facteur::test::comes_true;
using facteur::test::MailExchanger;

namespace {

const std::string letter =
    "Return-Path: <marie@far.test>\r\nFrom: <marie@far.test>\r\nTo: <anne@academie.test>\r\n"
    "Subject: Sortie\r\nMessage-ID: <1@far.test>\r\nDKIM-Signature: v=1\r\n\r\nBonjour\r\n.\r\n";

struct House {
    std::map<std::string, store::AccountRow> accounts;

    void add(const std::string& name, std::vector<std::string> to = {}, bool keeps_copy = true,
             bool alias = false) {
        store::AccountRow row;
        row.id = static_cast<store::AccountId>(accounts.size() + 1);
        row.address = name + "@academie.test";
        for (auto& address : to)
            if (address.find('@') == std::string::npos) address += "@academie.test";
        set_forwarding(row, {std::move(to), keeps_copy, alias});
        accounts[row.address] = row;
    }
    store::Result<LocalRecipient> resolve(std::string_view address) const {
        const auto found = accounts.find(std::string(address));
        if (found == accounts.end()) return store::fail(store::Code::not_found, "no");
        LocalRecipient recipient;
        recipient.account = found->second;
        recipient.address = address;
        return recipient;
    }
    // "anne,pierre | anne: x@far.test" of a message to these.
    std::string route(const std::vector<std::string>& names, const std::string& message = letter) const {
        std::vector<LocalRecipient> recipients;
        for (const auto& name : names)
            recipients.push_back(resolve(name + "@academie.test").value());
        const auto routing =
            route_message(recipients, message, [this](std::string_view address) { return resolve(address); });
        std::string out;
        const auto local = [](const std::string& address) { return address.substr(0, address.find('@')); };
        std::set<std::string> stops;
        for (const auto& stop : routing.stops)
            stops.insert(local(stop.recipient.account.address));
        for (const auto& stop : stops)
            out += (out.empty() ? "" : ",") + stop;
        for (const auto& forward : routing.forwards) {
            if (forward.to.empty() && !forward.fails) continue;
            out += " | " + local(forward.from.address) + ":";
            for (const auto& to : forward.to)
                out += " " + to;
            if (forward.fails) out += " fails";
        }
        return out;
    }
};

std::function<void(Config&, jmap::Limits&)> all_to(const MailExchanger& server) {
    return [&server](Config& config, jmap::Limits&) {
        Config::Route route;
        route.host = "127.0.0.1";
        route.port = server.port();
        route.tls = Config::Route::Tls::none;
        config.routes["*"] = route;
    };
}

} // namespace

TEST_CASE("forwarding is what was set") {
    store::AccountRow row;
    CHECK_FALSE(is_forwarded(row));
    for (const auto& forwarding :
         {Forwarding{{"a@x.test", "b@y.test"}, true, false}, Forwarding{{"a@x.test"}, false, false},
          Forwarding{{"a@x.test"}, false, true}}) {
        set_forwarding(row, forwarding);
        CHECK(forwarding_of(row) == forwarding);
    }
    set_forwarding(row, {});
    CHECK(row.profile.empty());
}

TEST_CASE("a message is routed through the house, to everybody once") {
    House house;
    house.add("anne");
    house.add("pierre", {"anne", "p@far.test"});
    house.add("marie", {"pierre"}, false);
    house.add("team", {"anne", "marie", "t@far.test"}, false, true);
    CHECK(house.route({"anne"}) == "anne");
    CHECK(house.route({"pierre"}) == "anne,pierre | pierre: p@far.test");
    CHECK(house.route({"marie"}) == "anne,pierre | pierre: p@far.test");
    CHECK(house.route({"team", "pierre", "anne"}) == "anne,pierre | team: t@far.test | pierre: p@far.test");
    house.add("stale", {"gone"}, false, true);
    CHECK(house.route({"stale"}) == " | stale: gone@academie.test");
}

TEST_CASE("circles are cut: nothing is lost, nothing goes round") {
    House house;
    house.add("anne", {"pierre"}, false);
    house.add("pierre", {"anne"}, false);
    CHECK(house.route({"anne"}) == "pierre");
    CHECK(house.route({"pierre"}) == "anne");
    house.add("one", {"two"}, false, true);
    house.add("two", {"one"}, false, true);
    CHECK(house.route({"one"}) == " | two: fails");
    house.add("self", {"self", "s@far.test"}, false);
    CHECK(house.route({"self"}) == "self | self: s@far.test");
    house.add("out", {"o@far.test"}, false);
    CHECK(house.route({"out"}) == " | out: o@far.test");
    CHECK(house.route({"out"}, forwarded_copy(letter, "out@academie.test")) == "out");
    for (int i = 0; i < 20; ++i)
        house.add("c" + std::to_string(i), {"c" + std::to_string(i + 1)}, false);
    house.add("c20");
    CHECK(house.route({"c0"}) == "c9");
    CHECK(house.route({"c12"}) == "c20");
}

TEST_CASE("what is forwarded elsewhere leaves from a path of ours and is otherwise as it came") {
    MailExchanger server;
    Academy academy(all_to(server));
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    REQUIRE(academy.directory().set_forwarding("anne", {"a@far.test", "pierre"}, true, 1).has_value());
    REQUIRE(academy.directory().add_alias("equipe", {"anne", "e@else.test"}, 1).has_value());
    for (int times = 0; times < 2; ++times) // it comes again, because our answer was lost
        academy.deliver({"equipe@academie.test", "anne@academie.test"}, letter, "key");
    academy.queue().start(academy.services());
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(anne, "inbox") == std::vector<std::string>{letter});
    CHECK(academy.mail(pierre, "inbox") == std::vector<std::string>{letter});
    auto taken = server.taken();
    REQUIRE(taken.size() == 2);
    if (taken[0].to[0] == "<e@else.test>") std::swap(taken[0], taken[1]);
    CHECK(taken[0].to == std::vector<std::string>{"<a@far.test>"});
    CHECK(taken[1].to == std::vector<std::string>{"<e@else.test>"});
    const auto text = letter.substr(letter.find("From:"));
    CHECK(taken[0].text == "Delivered-To: anne@academie.test\r\n" + text);
    CHECK(taken[1].text == "Delivered-To: equipe@academie.test\r\n" + text);
    const auto& path = taken[0].from;
    REQUIRE(path.starts_with("MAIL FROM:<SRS0="));
    const auto address = smtp::parse_mailbox(path.substr(11, path.find('>') - 11));
    REQUIRE(address);
    CHECK(smtp::srs_reverse(*address, srs_keys(academy.services()), seconds_now())->text() ==
          "marie@far.test");
}

TEST_CASE("the sender hears of what could not be forwarded, once") {
    MailExchanger server;
    server.say("RCPT TO:<gone@", "550 5.1.1 no such user");
    Academy academy(all_to(server));
    const auto anne = academy.add("anne"), pierre = academy.add("pierre");
    REQUIRE(academy.directory().set_forwarding("anne", {"gone@far.test"}, false, 1).has_value());
    academy.queue().start(academy.services());
    auto inside = letter;
    inside.replace(inside.find("marie@far.test"), 14, "pierre@academie.test");
    academy.deliver({"anne@academie.test"}, inside);
    academy.deliver({"anne@academie.test"}, inside, {}, true); // NOTIFY=NEVER
    academy.deliver({"anne@academie.test"}, letter);
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(anne, "inbox").empty());
    REQUIRE(academy.mail(pierre, "inbox").size() == 1);
    CHECK(academy.mail(pierre, "inbox")[0].find("Final-Recipient: rfc822; gone@far.test") !=
          std::string::npos);
    const auto taken = server.taken();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].from.starts_with("MAIL FROM:<>"));
    CHECK(taken[0].to == std::vector<std::string>{"<marie@far.test>"});
}

TEST_CASE("an alias in a circle is reported on, and one whose member is closed too") {
    MailExchanger server;
    Academy academy(all_to(server));
    const auto pierre = academy.add("pierre"), anne = academy.add("anne");
    REQUIRE(academy.directory().add_alias("un", {"anne"}, 1).has_value());
    REQUIRE(academy.directory().add_alias("deux", {"un", "anne"}, 1).has_value());
    REQUIRE(academy.directory().set_forwarding("un", {"deux"}, false, 1).has_value());
    academy.queue().start(academy.services());
    auto inside = letter;
    inside.replace(inside.find("marie@far.test"), 14, "pierre@academie.test");
    academy.deliver({"un@academie.test"}, inside);
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    CHECK(academy.mail(anne, "inbox").size() == 1);
    REQUIRE(academy.mail(pierre, "inbox").size() == 1);
    CHECK(academy.mail(pierre, "inbox")[0].find("Status: 5.4.6") != std::string::npos);
    REQUIRE(academy.directory().set_forwarding("un", {"anne"}, false, 1).has_value());
    REQUIRE(academy.directory().set_status("anne", store::AccountStatus::suspended, 1).has_value());
    academy.deliver({"un@academie.test"}, inside);
    REQUIRE(comes_true([&] { return academy.queue_is_empty(); }));
    REQUIRE(academy.mail(pierre, "inbox").size() == 2);
    CHECK(academy.mail(pierre, "inbox")[0].find("Status: 5.2.1") != std::string::npos);
    CHECK(server.taken().empty());
}

TEST_CASE("forwarding leads to addresses that exist") {
    Academy academy;
    academy.add("anne");
    auto& directory = academy.directory();
    CHECK_FALSE(directory.set_forwarding("anne", {"nobody"}, true, 1).has_value());
    CHECK_FALSE(directory.set_forwarding("anne", {"anne"}, true, 1).has_value());
    CHECK_FALSE(directory.set_forwarding("anne", {"no address"}, true, 1).has_value());
    CHECK_FALSE(directory.set_forwarding("nobody", {"a@far.test"}, true, 1).has_value());
    CHECK_FALSE(directory.add_alias("anne", {"a@far.test"}, 1).has_value());
    CHECK_FALSE(directory.add_alias("equipe", {}, 1).has_value());
    CHECK(directory.set_forwarding("anne", {"A@Far.test", "a@far.test"}, true, 1)->profile["forward_to"] ==
          "a@far.test");
    CHECK(directory.set_forwarding("anne", {}, true, 1)->profile.empty());
}
