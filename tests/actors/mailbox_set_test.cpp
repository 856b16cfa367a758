#include "tests/actors/academy.h"

using namespace facteur;
using facteur::test::Academy;
using facteur::test::Json;

namespace {

class Folders {
public:
    explicit Folders(Academy& academy) : academy_(academy), user_(academy.add("anne")) {}

    Json set(const Json& arguments) { return academy_.call(user_, "Mailbox/set", arguments); }
    // The id, or the error's type and properties.
    std::string create(const Json& mailbox) {
        const auto answer = set({{"create", {{"k", mailbox}}}});
        if (answer["created"].is_object()) return answer["created"]["k"]["id"];
        return told(answer["notCreated"]["k"]);
    }
    std::string update(const std::string& id, const Json& patch) {
        const auto answer = set({{"update", {{id, patch}}}});
        if (answer["updated"].is_object()) return "updated";
        return told(answer["notUpdated"][id]);
    }
    std::string destroy(const std::string& id, bool with_emails = false) {
        const auto answer = set({{"destroy", {id}}, {"onDestroyRemoveEmails", with_emails}});
        if (answer["destroyed"].is_array()) return "destroyed";
        return told(answer["notDestroyed"][id]);
    }
    std::string role(const std::string& role) { return academy_.mailbox(user_, role); }
    std::optional<store::MailboxRow> row(const std::string& id) {
        return academy_.store().read(user_.id).mailbox(user_.id, read_mailbox_id(id).value());
    }
    // Puts this many emails straight into the mailboxes.
    void fill(const std::vector<std::string>& ids, int count) {
        const auto body = store::test::body_of("Subject: x\r\n\r\ny\r\n");
        const auto done = academy_.store().commit(
            {user_.id,
             1,
             {body},
             [&](store::Draft& draft) -> store::Result<void> {
                 for (int i = 0; i < count; ++i) {
                     const auto id = draft.new_email();
                     std::vector<store::MailboxRef> refs;
                     for (const auto& mailbox : ids)
                         refs.push_back({read_mailbox_id(mailbox).value(),
                                         draft.new_uid(read_mailbox_id(mailbox).value())});
                     draft.add(store::test::email_of(body, id, id, 1000 + i, refs));
                 }
                 return {};
             },
             {}});
        REQUIRE(done.has_value());
    }
    store::AccountState state() { return academy_.store().read(user_.id).state(user_.id); }
    const store::AccountRow& user() const { return user_; }

private:
    static std::string told(const Json& error) {
        std::string text = error["type"];
        for (const auto& property : error.value("properties", Json::array()))
            text += " " + property.get<std::string>();
        return text;
    }
    Academy& academy_;
    store::AccountRow user_;
};

} // namespace

TEST_CASE("mailboxes are made with what the server chose told") {
    Academy academy;
    Folders folders(academy);
    const auto answer = folders.set({{"create", {{"k", {{"name", "Classes de 2nde"}, {"sortOrder", 7}}}}}});
    const auto& made = answer["created"]["k"];
    CHECK(made["id"] == "m7");
    CHECK(made["parentId"].is_null());
    CHECK(made["isSubscribed"] == true);
    CHECK(made["totalEmails"] == 0);
    CHECK(made["myRights"]["mayDelete"] == true);
    CHECK_FALSE(made.contains("sortOrder"));
    CHECK(answer["oldState"] != answer["newState"]);
    CHECK(folders.row("m7")->sort_order == 7);
    // The name in NFC.
    const auto id = folders.create({{"name", "E\xcc\x81le\xcc\x80ves"}});
    CHECK(folders.row(id)->name == "Élèves");
    CHECK(folders.create({{"name", "Élèves"}}) == "invalidProperties name");
}

TEST_CASE("mailboxes that cannot be are refused by the property at fault") {
    Academy academy([](Config&, jmap::Limits& limits) {
        limits.max_mailbox_depth = 3;
        limits.max_size_mailbox_name = 20;
    });
    Folders folders(academy);
    CHECK(folders.create(Json::object()) == "invalidProperties name");
    CHECK(folders.create({{"name", ""}}) == "invalidProperties name");
    CHECK(folders.create({{"name", "   "}}) == "invalidProperties name");
    CHECK(folders.create({{"name", "a\nb"}}) == "invalidProperties name");
    CHECK(folders.create({{"name", "a\u2028b"}}) == "invalidProperties name");
    CHECK(folders.create({{"name", "a\u0085b"}}) == "invalidProperties name");
    CHECK(folders.create({{"name", std::string(21, 'x')}}) == "invalidProperties name");
    CHECK(folders.create({{"name", 7}}) == "invalidProperties name");
    CHECK(folders.create({{"name", "a"}, {"parentId", "m99"}}) == "invalidProperties parentId");
    CHECK(folders.create({{"name", "a"}, {"parentId", "#none"}}) == "invalidProperties parentId");
    CHECK(folders.create({{"name", "a"}, {"parentId", 7}}) == "invalidProperties parentId");
    CHECK(folders.create({{"name", "a"}, {"role", "inbox"}}) == "invalidProperties role");
    CHECK(folders.create({{"name", "a"}, {"role", "nonsense"}}) == "invalidProperties role");
    CHECK(folders.create({{"name", "a"}, {"sortOrder", -1}}) == "invalidProperties sortOrder");
    CHECK(folders.create({{"name", "a"}, {"sortOrder", 2147483648u}}) == "invalidProperties sortOrder");
    CHECK(folders.create({{"name", "a"}, {"isSubscribed", "yes"}}) == "invalidProperties isSubscribed");
    CHECK(folders.create({{"name", "a"}, {"totalEmails", 0}}) == "invalidProperties totalEmails");
    CHECK(folders.create(7) == "invalidProperties");
    CHECK(folders.set({{"ifInState", "0"}})["error"]["type"] == "stateMismatch");
    CHECK(folders.set({{"nonsense", 1}})["error"]["type"] == "invalidArguments");

    const auto a = folders.create({{"name", "a"}}), b = folders.create({{"name", "b"}, {"parentId", a}});
    const auto c = folders.create({{"name", "c"}, {"parentId", b}});
    CHECK(folders.create({{"name", "d"}, {"parentId", c}}) == "invalidProperties parentId");
    CHECK(folders.update(a, {{"parentId", c}}) == "invalidProperties parentId");
    CHECK(folders.update(a, {{"parentId", a}}) == "invalidProperties parentId");
    const auto other = folders.create({{"name", "autre"}});
    CHECK(folders.update(a, {{"parentId", other}}) == "invalidProperties parentId");
    CHECK(folders.update(c, {{"parentId", other}}) == "updated");
    CHECK(folders.destroy(a) == "mailboxHasChild");
}

TEST_CASE("a mailbox does not lie within itself, however few there are") {
    Academy academy; // where mailboxes may lie deeper than there are any
    Folders folders(academy);
    const auto a = folders.create({{"name", "a"}}), b = folders.create({{"name", "b"}, {"parentId", a}});
    CHECK(folders.update(a, {{"parentId", a}}) == "invalidProperties parentId");
    CHECK(folders.update(a, {{"parentId", b}}) == "invalidProperties parentId");
}

TEST_CASE("creations refer to each other in any order") {
    Academy academy;
    Folders folders(academy);
    const auto answer = folders.set({{"create",
                                      {{"a", {{"name", "bas"}, {"parentId", "#b"}}},
                                       {"b", {{"name", "milieu"}, {"parentId", "#c"}}},
                                       {"c", {{"name", "haut"}}},
                                       {"x", {{"name", "x"}, {"parentId", "#y"}}},
                                       {"y", {{"name", "y"}, {"parentId", "#x"}}}}}});
    INFO(answer.dump());
    const auto id = [&](const char* name) { return answer["created"][name]["id"].get<std::string>(); };
    CHECK(mailbox_id(folders.row(id("a"))->parent) == id("b"));
    CHECK(mailbox_id(folders.row(id("b"))->parent) == id("c"));
    CHECK(answer["notCreated"]["x"]["properties"] == Json{"parentId"});
    CHECK(answer["notCreated"]["y"]["properties"] == Json{"parentId"});
}

TEST_CASE("mailboxes are renamed and moved; two may exchange their names and roles") {
    Academy academy;
    Folders folders(academy);
    const auto a = folders.create({{"name", "a"}}), b = folders.create({{"name", "b"}});
    CHECK(folders.update(a, {{"name", "b"}}) == "invalidProperties name");
    auto answer = folders.set({{"update", {{a, {{"name", "b"}}}, {b, {{"name", "a"}}}}}});
    CHECK(answer["updated"].size() == 2);
    CHECK(folders.row(a)->name == "b");
    CHECK(folders.row(b)->name == "a");
    answer = folders.set(
        {{"update", {{folders.role("archive"), {{"role", nullptr}}}, {a, {{"role", "archive"}}}}}});
    CHECK(answer["updated"].size() == 2);
    CHECK(folders.role("archive") == a);
    // One that does not fit does not hinder the others.
    answer = folders.set({{"update", {{a, {{"name", "c"}}}, {b, {{"role", "trash"}}}}}});
    CHECK(answer["updated"].contains(a));
    CHECK(answer["notUpdated"][b]["properties"] == Json{"role"});
    // A name that is given up in the same call is free.
    answer = folders.set({{"create", {{"k", {{"name", "a"}}}}}, {"destroy", {b}}});
    CHECK(answer["created"].contains("k"));
    CHECK(answer["destroyed"] == Json{b});
    CHECK(folders.update("m99", {{"name", "x"}}) == "notFound");
    CHECK(folders.update(a, 7) == "invalidPatch");
    CHECK(folders.update(a, {{"id", a}, {"name", "d"}}) == "updated");
    CHECK(folders.update(a, {{"id", b}}) == "invalidProperties id");
    CHECK(folders.update(a, {{"myRights/mayDelete", false}}) == "invalidProperties myRights/mayDelete");
}

TEST_CASE("the inbox stays what and where it is; mailboxes with a role stay") {
    Academy academy;
    Folders folders(academy);
    const auto inbox = folders.role("inbox");
    CHECK(folders.update(inbox, {{"name", "Courrier"}}) == "forbidden");
    CHECK(folders.update(inbox, {{"role", nullptr}}) == "forbidden");
    CHECK(folders.update(inbox, {{"parentId", folders.role("trash")}}) == "forbidden");
    CHECK(folders.update(inbox, {{"sortOrder", 3}}) == "updated");
    CHECK(folders.destroy(inbox) == "forbidden");
    CHECK(folders.destroy(folders.role("trash"), true) == "forbidden");
    CHECK(folders.destroy("m99") == "notFound");
}

TEST_CASE("a mailbox with emails is destroyed only with them") {
    Academy academy;
    Folders folders(academy);
    const auto a = folders.create({{"name", "a"}}), b = folders.create({{"name", "b"}, {"parentId", a}});
    folders.fill({b}, 3);
    folders.fill({folders.role("archive"), b}, 2);
    CHECK(folders.destroy(b) == "mailboxHasEmail");
    const auto both = folders.set({{"destroy", {a, b}}, {"onDestroyRemoveEmails", true}});
    CHECK(both["destroyed"].size() == 2);
    CHECK_FALSE(folders.row(b).has_value());
    CHECK(folders.state().emails == 2);
}

TEST_CASE("who guesses the id of a mailbox that the same call makes does not destroy it") {
    Academy academy;
    Folders folders(academy);
    const auto last = *read_mailbox_id(folders.create({{"name", "a"}}));
    const auto guessed = mailbox_id(last + 1);
    const auto answer = folders.set({{"create", {{"k", {{"name", "b"}}}}}, {"destroy", {guessed}}});
    CHECK(answer["created"]["k"]["id"] == guessed);
    CHECK(answer["notDestroyed"][guessed]["type"] == "notFound");
    CHECK(folders.row(guessed).has_value());
}

TEST_CASE("who guesses the ids of mailboxes that the same call makes does not move them") {
    Academy academy;
    Folders folders(academy);
    const auto last = *read_mailbox_id(folders.create({{"name", "x"}}));
    const auto first = mailbox_id(last + 1), second = mailbox_id(last + 2);
    const auto answer = folders.set({{"create", {{"a", {{"name", "a"}}}, {"b", {{"name", "b"}}}}},
                                     {"update", {{first, {{"parentId", second}}}}}});
    CHECK(answer["created"]["a"]["id"] == first);
    CHECK(answer["created"]["b"]["id"] == second);
    CHECK(answer["notUpdated"][first]["type"] == "notFound");
    CHECK(folders.row(first)->parent == 0);
}

TEST_CASE("a large mailbox goes in several commits, and is answered once") {
    Academy academy;
    Folders folders(academy);
    const auto a = folders.create({{"name", "a"}});
    folders.fill({a}, 4500);
    const auto before = folders.state().modseq;
    const auto current =
        academy.call(folders.user(), "Mailbox/set", {{"update", Json::object()}})["newState"];
    const auto answer =
        folders.set({{"ifInState", current}, {"destroy", {a}}, {"onDestroyRemoveEmails", true}});
    CHECK(answer["destroyed"] == Json{a});
    CHECK(answer["oldState"] == current);
    CHECK(folders.state().emails == 0);
    CHECK(folders.state().modseq == before + 3);
}

TEST_CASE("an account has a bounded number of mailboxes") {
    Academy academy([](Config&, jmap::Limits& limits) { limits.max_objects_in_set = 3000; });
    Folders folders(academy);
    Json many;
    for (int i = 0; i < 2100; ++i)
        many["k" + std::to_string(i)] = {{"name", "dossier " + std::to_string(i)}};
    const auto answer = folders.set({{"create", many}});
    CHECK(answer["created"].size() == 2000 - 6);
    CHECK(answer["notCreated"].size() == 2100 - 1994);
    CHECK(answer["notCreated"].begin().value()["type"] == "overQuota");
}
