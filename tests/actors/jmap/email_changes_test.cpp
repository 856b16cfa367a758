// What a client knows after any run of changes, by replaying /changes and /queryChanges, is what it would get
// anew.
#include "tests/actors/jmap/fixture.h"

#include <algorithm>
#include <random>
#include <set>

namespace facteur::test {
namespace {

// A client's copy of one query's results.
struct List {
    json arguments;
    std::vector<std::string> ids;
    std::string state;
};

class Client {
public:
    Client(JmapServer& server, std::uint32_t seed) : server_(server), random_(seed) {}

    void open(List& list) {
        const auto answer = server_.call("Email/query", list.arguments);
        list.ids = answer["ids"].get<std::vector<std::string>>();
        list.state = answer["queryState"];
    }
    void replay(List& list) {
        auto arguments = list.arguments;
        arguments["sinceQueryState"] = list.state;
        arguments["calculateTotal"] = true;
        const auto answer = server_.call("Email/queryChanges", arguments);
        REQUIRE(answer.contains("added"));
        std::set<std::string> removed(answer["removed"].begin(), answer["removed"].end());
        std::erase_if(list.ids, [&](const auto& id) { return removed.contains(id); });
        for (const auto& added : answer["added"]) {
            const auto index = added["index"].get<std::size_t>();
            REQUIRE(index <= list.ids.size());
            list.ids.insert(list.ids.begin() + static_cast<long>(index), added["id"].get<std::string>());
        }
        CHECK(answer["total"] == list.ids.size());
        CHECK(answer["oldQueryState"] == list.state);
        list.state = answer["newQueryState"];
    }

    // The ids of a type, kept by /changes in pieces of `most`.
    void follow(const std::string& type, std::set<std::string>& ids, std::string& state, int most) {
        for (int turn = 0; turn < 10'000; ++turn) {
            const auto answer =
                server_.call(type + "/changes", {{"sinceState", state}, {"maxChanges", most}});
            REQUIRE(answer.contains("created"));
            CHECK(answer["created"].size() + answer["updated"].size() + answer["destroyed"].size() <=
                  static_cast<std::size_t>(most));
            for (const auto& id : answer["created"])
                ids.insert(id.get<std::string>());
            for (const auto& id : answer["destroyed"])
                ids.erase(id.get<std::string>());
            state = answer["newState"];
            if (!answer["hasMoreChanges"].get<bool>()) return;
        }
        FAIL("The changes never end.");
    }

    void change_something() {
        const auto pick = [&](std::size_t count) {
            return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
        };
        const std::vector<store::MailboxId> mailboxes{server_.mailbox("inbox"), server_.mailbox("archive"),
                                                      server_.mailbox("trash")};
        const auto any_mailboxes = [&] {
            std::vector<store::MailboxId> some{mailboxes[pick(3)]};
            if (pick(4) == 0) some.push_back(mailboxes[pick(3)]);
            std::sort(some.begin(), some.end());
            some.erase(std::unique(some.begin(), some.end()), some.end());
            return some;
        };
        const auto any_keywords = [&] {
            store::Keywords keywords;
            if (pick(2) == 0) keywords.flags |= store::flag_seen;
            if (pick(3) == 0) keywords.flags |= store::flag_flagged;
            return keywords;
        };
        const auto what = emails_.empty() ? 0 : pick(10);
        if (what < 4) {
            // Some threads of several emails, received in any order.
            std::string text = "Subject: sujet " + std::to_string(pick(5)) + "\nMessage-ID: <" +
                               std::to_string(++made_) + "@x>\n";
            const auto answers = pick(8);
            if (answers < 5) text += "References: <thread" + std::to_string(answers) + "@x>\n";
            emails_.push_back(server_.add({mail(text + "\nmot" + std::to_string(pick(3))), any_mailboxes(),
                                           static_cast<store::Time>(1000 + pick(50)), any_keywords()}));
        } else if (what < 8) {
            server_.update(emails_[pick(emails_.size())], any_keywords(), any_mailboxes());
        } else {
            const auto at = pick(emails_.size());
            server_.remove(emails_[at]);
            emails_.erase(emails_.begin() + static_cast<long>(at));
        }
    }

    [[nodiscard]] const std::vector<store::EmailId>& emails() const { return emails_; }
    [[nodiscard]] std::size_t any(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random_);
    }

private:
    JmapServer& server_;
    std::mt19937 random_;
    std::vector<store::EmailId> emails_;
    int made_ = 0;
};

std::vector<List> lists(JmapServer& server) {
    const auto inbox = mailbox_id(server.mailbox("inbox"));
    std::vector<List> lists;
    for (const json& filter :
         {json(nullptr), json{{"inMailbox", inbox}}, json{{"hasKeyword", "$flagged"}},
          json{{"inMailbox", inbox}, {"someInThreadHaveKeyword", "$seen"}}, json{{"text", "mot1"}},
          json{{"operator", "OR"},
               {"conditions", {{{"subject", "sujet"}, {"notKeyword", "$seen"}}, {{"body", "mot2"}}}}}})
        for (const json& sort :
             {json(nullptr), json{{{"property", "subject"}}}, json{{{"property", "receivedAt"}}},
              json{{{"property", "hasKeyword"}, {"keyword", "$seen"}}, {{"property", "size"}}},
              json{{{"property", "allInThreadHaveKeyword"}, {"keyword", "$flagged"}}}})
            for (const bool collapse : {false, true})
                lists.push_back(
                    {{{"filter", filter}, {"sort", sort}, {"collapseThreads", collapse}}, {}, {}});
    return lists;
}

} // namespace

TEST_CASE("Replaying Email/queryChanges gives the list of a new query", "[jmap][changes]") {
    JmapServer server;
    const std::uint32_t seed = GENERATE(1u, 2u, 3u);
    CAPTURE(seed);
    Client client(server, seed);
    for (int i = 0; i < 15; ++i)
        client.change_something();
    auto known = lists(server);
    for (auto& list : known)
        client.open(list);
    for (int round = 0; round < 6; ++round) {
        for (auto left = 1 + client.any(6); left > 0; --left)
            client.change_something();
        for (auto& list : known) {
            CAPTURE(list.arguments.dump(), round);
            client.replay(list);
            List fresh{list.arguments, {}, {}};
            client.open(fresh);
            REQUIRE(list.ids == fresh.ids);
            REQUIRE(list.state == fresh.state);
        }
    }
}

TEST_CASE("Replaying /changes in pieces gives all ids", "[jmap][changes]") {
    JmapServer server;
    const std::uint32_t seed = GENERATE(11u, 12u);
    const int most = GENERATE(1, 3, 1000);
    CAPTURE(seed, most);
    Client client(server, seed);
    std::set<std::string> emails, threads;
    std::string email_state = server.call("Email/get", {{"ids", json::array()}})["state"];
    std::string thread_state = server.call("Thread/get", {{"ids", json::array()}})["state"];
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 12; ++i)
            client.change_something();
        client.follow("Email", emails, email_state, most);
        client.follow("Thread", threads, thread_state, most);
        std::set<std::string> there;
        for (const auto email : client.emails())
            there.insert(email_id(email));
        CHECK(emails == there);
        const auto got = server.call("Thread/get", {{"ids", nullptr}});
        there.clear();
        for (const auto& thread : got["list"])
            there.insert(thread["id"].get<std::string>());
        CHECK(threads == there);
        CHECK(email_state == server.call("Email/get", {{"ids", json::array()}})["state"]);
    }
}

TEST_CASE("A commit of many changes is told in pieces", "[jmap][changes]") {
    JmapServer server;
    std::vector<store::EmailId> made;
    for (int i = 0; i < 10; ++i)
        made.push_back(server.deliver(mail("Subject: " + std::to_string(i) + "\n\nx")));
    const json before = server.call("Email/get", {{"ids", json::array()}})["state"];
    server.commit([&](store::Draft& draft) -> store::Result<void> {
        for (const auto email : made)
            draft.add(store::EmailRemoved{email});
        return {};
    });
    const auto first = server.call("Email/changes", {{"sinceState", before}, {"maxChanges", 4}});
    CHECK(first["destroyed"].size() == 4);
    CHECK(first["hasMoreChanges"] == true);
    const auto second =
        server.call("Email/changes", {{"sinceState", first["newState"]}, {"maxChanges", 100}});
    CHECK(second["destroyed"].size() == 6);
    CHECK(second["hasMoreChanges"] == false);
    CHECK(second["newState"] == server.call("Email/get", {{"ids", json::array()}})["state"]);
}

TEST_CASE("What was made and destroyed since is not told", "[jmap][changes]") {
    JmapServer server;
    const json before = server.call("Email/get", {{"ids", json::array()}})["state"];
    const auto kept = server.deliver(mail("Subject: a\n\nx"));
    const auto gone = server.deliver(mail("Subject: b\n\nx"));
    server.update(kept, {store::flag_seen, {}}, {server.mailbox("inbox")});
    server.remove(gone);
    const auto changes = server.call("Email/changes", {{"sinceState", before}});
    CHECK(changes["created"] == json{email_id(kept)});
    CHECK(changes["updated"].empty());
    CHECK(changes["destroyed"].empty());
}

TEST_CASE("Changes since a state that is not kept cannot be told", "[jmap][changes]") {
    JmapServer server;
    server.deliver(mail("Subject: a\n\nx"));
    const json state = server.call("Email/get", {{"ids", json::array()}})["state"];
    const json identity = server.call("Identity/get", {{"ids", json::array()}})["state"];
    server.deliver(mail("Subject: b\n\nx"));
    server.deliver(mail("Subject: c\n\nx")); // the last record is always kept
    REQUIRE(server.store()
                .trim(2'000'000'000, 2'000'000'000, [](store::ShardId) { return store::Sequence{1'000'000}; })
                .has_value());
    CHECK(server.call("Email/changes", {{"sinceState", state}})["type"] == "cannotCalculateChanges");
    CHECK(server.call("Email/queryChanges", {{"sinceQueryState", state}})["type"] ==
          "cannotCalculateChanges");
    CHECK(server.call("Email/changes", {{"sinceState", "9999"}})["type"] == "cannotCalculateChanges");
    CHECK(server.call("Email/changes", {{"sinceState", "1-0"}})["type"] == "cannotCalculateChanges");
    // Nothing of this type has changed since, so no history is needed.
    CHECK(server.call("Identity/changes", {{"sinceState", identity}})["hasMoreChanges"] == false);
}

TEST_CASE("Email/queryChanges stops at upToId and at maxChanges", "[jmap][changes]") {
    JmapServer server;
    std::vector<store::EmailId> made;
    for (int i = 0; i < 6; ++i)
        made.push_back(server.add({mail("Subject: " + std::to_string(i) + "\n\nx"), {}, 100 + i, {}}));
    const json state = server.call("Email/query", json::object())["queryState"];
    const auto top = server.add({mail("Subject: top\n\nx"), {}, 500, {}});
    server.add({mail("Subject: bottom\n\nx"), {}, 50, {}});
    server.update(made[2], {store::flag_seen, {}}, {server.mailbox("inbox")});
    json arguments{{"sinceQueryState", state}};
    auto answer = server.call("Email/queryChanges", arguments);
    CHECK(answer["removed"].empty());
    CHECK(answer["added"].size() == 2);
    arguments["upToId"] = email_id(made[4]);
    answer = server.call("Email/queryChanges", arguments);
    CHECK(answer["added"] == json::array({json{{"id", email_id(top)}, {"index", 0}}}));
    arguments["upToId"] = "e999";
    CHECK(server.call("Email/queryChanges", arguments)["added"].size() == 2);
    arguments["maxChanges"] = 1;
    CHECK(server.call("Email/queryChanges", arguments)["type"] == "tooManyChanges");
}

} // namespace facteur::test
