#include "tests/actors/jmap/fixture.h"

#include <algorithm>

namespace facteur::test {
namespace {

json names(JmapServer& server, const json& ids) {
    const auto got = server.call("Mailbox/get", {{"ids", ids}, {"properties", {"name"}}});
    json by_id = json::object();
    for (const auto& mailbox : got["list"])
        by_id[mailbox["id"].get<std::string>()] = mailbox["name"];
    json found = json::array();
    for (const auto& id : ids)
        found.push_back(by_id[id.get<std::string>()]);
    return found;
}

json query(JmapServer& server, const json& arguments) {
    const auto answer = server.call("Mailbox/query", arguments);
    REQUIRE(answer.contains("ids"));
    return names(server, answer["ids"]);
}

void rename(JmapServer& server, store::MailboxId mailbox, const std::string& name,
            store::MailboxId parent = 0) {
    server.commit([&](store::Draft& draft) -> store::Result<void> {
        auto row = *draft.now().mailbox(server.account(), mailbox);
        row.name = name;
        row.parent = parent;
        draft.add(store::MailboxPut{row});
        return {};
    });
}

} // namespace

TEST_CASE("Mailbox/get tells every property", "[jmap][mailbox]") {
    JmapServer server;
    const auto inbox = server.mailbox("inbox");
    const auto child = server.add_mailbox("École", inbox, 7);
    server.add({mail("Subject: a\n\nx"), {inbox}, 100, {}});
    server.add({mail("Subject: b\n\nx"), {inbox}, 100, {store::flag_seen, {}}});
    server.add({mail("Subject: c\n\nx"), {inbox}, 100, {store::flag_draft, {}}});

    const auto all = server.call("Mailbox/get", {{"ids", nullptr}});
    CHECK(all["list"].size() == 7);
    CHECK(all["notFound"].empty());
    const auto got =
        server.call("Mailbox/get", {{"ids", {mailbox_id(inbox), mailbox_id(child), "m99", "x"}}});
    CHECK(got["accountId"] == server.account_id());
    CHECK(got["state"] == all["state"]);
    CHECK(got["notFound"] == json{"m99", "x"});
    json expected = json::parse(R"({"name": "Inbox", "parentId": null, "role": "inbox", "sortOrder": 10,
        "totalEmails": 3, "unreadEmails": 1, "totalThreads": 3, "unreadThreads": 1, "isSubscribed": true,
        "myRights": {"mayReadItems": true, "mayAddItems": true, "mayRemoveItems": true, "maySetSeen": true,
                     "maySetKeywords": true, "mayCreateChild": true, "mayRename": false, "mayDelete": false,
                     "maySubmit": true}})");
    expected["id"] = mailbox_id(inbox);
    CHECK(got["list"][0] == expected);
    CHECK(got["list"][1]["parentId"] == mailbox_id(inbox));
    CHECK(got["list"][1]["role"] == nullptr);
    CHECK(got["list"][1]["myRights"]["mayDelete"] == true);
    CHECK(server.call("Mailbox/get", {{"ids", {mailbox_id(child)}}, {"properties", {"name"}}})["list"][0] ==
          json{{"id", mailbox_id(child)}, {"name", "École"}});
    CHECK(server.call("Mailbox/get", {{"properties", {"color"}}})["type"] == "invalidArguments");
}

TEST_CASE("Mailbox/changes tells when only counts changed", "[jmap][mailbox]") {
    JmapServer server;
    const auto inbox = server.mailbox("inbox");
    const json before = server.call("Mailbox/get", {{"ids", json::array()}})["state"];
    const auto same = server.call("Mailbox/changes", {{"sinceState", before}});
    CHECK(same["newState"] == before);
    CHECK(same["updatedProperties"] == nullptr);

    server.add({mail("Subject: a\n\nx"), {inbox}, 100, {}});
    const auto counted = server.call("Mailbox/changes", {{"sinceState", before}});
    CHECK(counted["updated"] == json{mailbox_id(inbox)});
    CHECK(counted["updatedProperties"] ==
          json{"totalEmails", "unreadEmails", "totalThreads", "unreadThreads"});
    CHECK(counted["oldState"] == before);

    const auto made = server.add_mailbox("New");
    rename(server, inbox, "In");
    const auto renamed = server.call("Mailbox/changes", {{"sinceState", before}});
    CHECK(renamed["created"] == json{mailbox_id(made)});
    CHECK(renamed["updated"] == json{mailbox_id(inbox)});
    CHECK(renamed["destroyed"].empty());
    CHECK(renamed["updatedProperties"] == nullptr);
    CHECK(server.call("Mailbox/changes", {{"sinceState", "999999"}})["type"] == "cannotCalculateChanges");
    CHECK(server.call("Mailbox/changes", {{"sinceState", "x"}})["type"] == "cannotCalculateChanges");
}

TEST_CASE("Mailbox/query filters and sorts", "[jmap][mailbox]") {
    JmapServer server;
    const auto inbox = server.mailbox("inbox");
    const auto b = server.add_mailbox("beta", 0, 1);
    const auto a = server.add_mailbox("Alpha", b, 3);
    server.add_mailbox("élan", b, 2);
    const json by_name = {{{"property", "name"}}};
    const json no_role = {{"role", nullptr}};
    CHECK(query(server, {{"filter", no_role}, {"sort", by_name}}) == json{"Alpha", "beta", "élan"});
    CHECK(query(server, {{"filter", {{"parentId", mailbox_id(b)}}}, {"sort", by_name}}) ==
          json{"Alpha", "élan"});
    CHECK(query(server, {{"filter", {{"hasAnyRole", false}, {"parentId", nullptr}}}}) == json{"beta"});
    CHECK(query(server, {{"filter", {{"role", "inbox"}}}}) == json{"Inbox"});
    CHECK(query(server, {{"filter", {{"name", "LPH"}}}}) == json{"Alpha"});
    CHECK(query(server, {{"filter", {{"isSubscribed", false}}}}).empty());
    CHECK(query(server, {{"filter", {{"parentId", "x"}}}}).empty());
    CHECK(query(server,
                {{"filter", no_role}, {"sort", {{{"property", "sortOrder"}, {"isAscending", false}}}}}) ==
          json{"Alpha", "élan", "beta"});
    CHECK(
        query(server, {{"filter",
                        {{"operator", "NOT"}, {"conditions", {{{"hasAnyRole", true}}, {{"name", "beta"}}}}}},
                       {"sort", by_name}}) == json{"Alpha", "élan"});

    CHECK(query(server, {{"filter", no_role}, {"sort", by_name}, {"sortAsTree", true}}) ==
          json{"beta", "Alpha", "élan"});
    // The parent does not match, so neither does what is below it.
    CHECK(query(server, {{"filter", {{"name", "a"}, {"role", nullptr}}}, {"sort", by_name}}) ==
          json{"Alpha", "beta", "élan"});
    CHECK(query(server,
                {{"filter", {{"name", "l"}, {"role", nullptr}}}, {"sort", by_name}, {"filterAsTree", true}})
              .empty());

    const auto window = server.call(
        "Mailbox/query",
        {{"filter", no_role}, {"sort", by_name}, {"position", 1}, {"limit", 1}, {"calculateTotal", true}});
    CHECK(window["ids"] == json{mailbox_id(b)});
    CHECK(window["total"] == 3);
    CHECK(window["position"] == 1);
    CHECK(window["canCalculateChanges"] == true);
    CHECK(server.call("Mailbox/query", {{"sort", by_name}, {"anchor", mailbox_id(a)}, {"limit", 1}})["ids"] ==
          json{mailbox_id(a)});
    CHECK(server.call("Mailbox/query", {{"anchor", "m99"}})["type"] == "anchorNotFound");
    CHECK(server.call("Mailbox/query", {{"sort", {{{"property", "totalEmails"}}}}})["type"] ==
          "unsupportedSort");
    CHECK(server.call("Mailbox/query", {{"filter", {{"colour", "red"}}}})["type"] == "unsupportedFilter");
    (void)inbox;
}

TEST_CASE("Mailbox/queryChanges leads to the same list as a new query", "[jmap][mailbox]") {
    JmapServer server;
    const auto b = server.add_mailbox("beta");
    const auto a = server.add_mailbox("alpha", b);
    server.add_mailbox("gamma");
    for (const bool tree : {false, true}) {
        json arguments{
            {"filter", {{"role", nullptr}}}, {"sort", {{{"property", "name"}}}}, {"sortAsTree", tree}};
        const auto before = server.call("Mailbox/query", arguments);
        rename(server, b, tree ? "beta" : "zeta");
        rename(server, a, tree ? "alpha" : "omega", b);
        const auto made = server.add_mailbox(tree ? "delta" : "echo");
        auto since = arguments;
        since["sinceQueryState"] = before["queryState"];
        since["calculateTotal"] = true;
        const auto changes = server.call("Mailbox/queryChanges", since);
        auto list = before["ids"].get<std::vector<std::string>>();
        for (const auto& id : changes["removed"])
            std::erase(list, id.get<std::string>());
        for (const auto& added : changes["added"])
            list.insert(list.begin() + added["index"].get<long>(), added["id"].get<std::string>());
        const auto after = server.call("Mailbox/query", arguments);
        CHECK(json(list) == after["ids"]);
        CHECK(changes["newQueryState"] == after["queryState"]);
        CHECK(changes["total"] == after["ids"].size());
        CHECK(std::find(list.begin(), list.end(), mailbox_id(made)) != list.end());
        since["maxChanges"] = 1;
        CHECK(server.call("Mailbox/queryChanges", since)["type"] == "tooManyChanges");
    }
}

} // namespace facteur::test
