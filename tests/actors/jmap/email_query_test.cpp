#include "actors/indexing/indexing.h"
#include "tests/actors/jmap/fixture.h"

namespace facteur::test {
namespace {

// Emails of different kinds, by the name in their Message-ID.
class Academy {
public:
    Academy() {
        inbox = server.mailbox("inbox");
        archive = server.mailbox("archive");
        add("one", 100, {inbox}, 0, {}, "Zoé <zoe@exemple.fr>", "Réunion de rentrée", "Le café sera servi.");
        add("two", 200, {inbox, archive}, store::flag_seen, {}, "albert@exemple.fr", "Bulletin",
            "Notes du trimestre.");
        add("three", 300, {archive}, store::flag_seen | store::flag_flagged, {"projet"},
            "Bernard <b@exemple.fr>", "Sortie au musée", std::string(5000, 'x'));
        add("four", 400, {inbox}, 0, {}, "Éric <eric@exemple.fr>", "Re: Réunion de rentrée", "D'accord.",
            "one");
        add("five", 400, {inbox}, store::flag_flagged, {}, "Zoé <zoe@exemple.fr>", "Re: Bulletin", "Merci.",
            "two");
        add("six", 600, {server.mailbox("trash")}, store::flag_seen, {}, "liste@exemple.fr", "annonce",
            "café");
    }

    std::string id(const std::string& name) const { return email_id(emails.at(name)); }
    json ids(const std::vector<std::string>& names) const {
        json found = json::array();
        for (const auto& name : names)
            found.push_back(id(name));
        return found;
    }
    json query(const json& filter, const json& sort = nullptr, json more = json::object()) {
        more["filter"] = filter;
        more["sort"] = sort;
        return server.call("Email/query", more);
    }
    json found(const json& filter, const json& sort = nullptr, const json& more = json::object()) {
        const auto answer = query(filter, sort, more);
        if (!answer.contains("ids")) return answer;
        json names = json::array();
        for (const auto& found_id : answer["ids"])
            for (const auto& [name, email] : emails)
                if (email_id(email) == found_id) names.push_back(name);
        return names;
    }

    JmapServer server;
    store::MailboxId inbox = 0, archive = 0;
    std::map<std::string, store::EmailId> emails;

private:
    void add(const std::string& name, store::Time received, std::vector<store::MailboxId> mailboxes,
             std::uint32_t flags, std::vector<std::string> others, const std::string& from,
             const std::string& subject, const std::string& text, const std::string& answers = {}) {
        auto message = "From: " + from + "\nTo: " + name +
                       "@academie.test\nCc: copie@exemple.fr\nSubject: " + subject +
                       "\nDate: Thu, 1 Jan 1970 0" + std::to_string(9 - received / 100) +
                       ":00:00 +0000\nMessage-ID: <" + name + "@exemple.fr>\nX-Name: " + name + "\n";
        if (!answers.empty()) message += "In-Reply-To: <" + answers + "@exemple.fr>\n";
        if (name == "three")
            message += "Content-Type: application/pdf; name=plan.pdf\nContent-Disposition: attachment\n";
        emails[name] = server.add(
            {mail(message + "\n" + text), std::move(mailboxes), received, {flags, std::move(others)}});
    }
};

json sort_by(const std::string& property, bool ascending = true, const std::string& keyword = {}) {
    json comparator{{"property", property}, {"isAscending", ascending}};
    if (!keyword.empty()) comparator["keyword"] = keyword;
    return json::array({comparator});
}

} // namespace

TEST_CASE("Email/query meets every condition", "[jmap][query]") {
    Academy academy;
    const auto found = [&](const json& filter) { return academy.found(filter); };
    const auto mailbox = [](store::MailboxId id) { return mailbox_id(id); };
    CHECK(found(nullptr) == json{"six", "five", "four", "three", "two", "one"});
    CHECK(found(json::object()) == json{"six", "five", "four", "three", "two", "one"});
    CHECK(found({{"inMailbox", mailbox(academy.inbox)}}) == json{"five", "four", "two", "one"});
    CHECK(found({{"inMailbox", "m99"}}).empty());
    CHECK(found({{"inMailbox", "nonsense"}}).empty());
    CHECK(
        found({{"inMailboxOtherThan", {mailbox(academy.inbox), mailbox(academy.server.mailbox("trash"))}}}) ==
        json{"three", "two"});
    CHECK(found({{"before", "1970-01-01T00:06:40Z"}}) == json{"three", "two", "one"});
    CHECK(found({{"after", "1970-01-01T00:06:40Z"}}) == json{"six", "five", "four"});
    CHECK(found({{"minSize", 3000}}) == json{"three"});
    CHECK(found({{"maxSize", 3000}, {"inMailbox", mailbox(academy.archive)}}) == json{"two"});
    CHECK(found({{"hasKeyword", "$Flagged"}}) == json{"five", "three"});
    CHECK(found({{"notKeyword", "$seen"}}) == json{"five", "four", "one"});
    CHECK(found({{"hasKeyword", "PROJET"}}) == json{"three"});
    CHECK(found({{"notKeyword", "projet"}, {"inMailbox", mailbox(academy.archive)}}) == json{"two"});
    CHECK(found({{"hasKeyword", "no keyword"}}).empty());
    CHECK(found({{"allInThreadHaveKeyword", "$seen"}}) == json{"six", "three"});
    CHECK(found({{"someInThreadHaveKeyword", "$flagged"}}) == json{"five", "three", "two"});
    CHECK(found({{"noneInThreadHaveKeyword", "$seen"}}) == json{"four", "one"});
    CHECK(found({{"hasAttachment", true}}) == json{"three"});
    CHECK(found({{"hasAttachment", false}, {"hasKeyword", "$flagged"}}) == json{"five"});
    CHECK(found({{"text", "café"}}) == json{"six", "one"});
    CHECK(found({{"text", "cafe"}, {"inMailbox", mailbox(academy.inbox)}}) == json{"one"});
    CHECK(found({{"from", "zoé"}}) == json{"five", "one"});
    CHECK(found({{"to", "two"}}) == json{"two"});
    CHECK(found({{"cc", "copie"}, {"subject", "bulletin"}}) == json{"five", "two"});
    CHECK(found({{"bcc", "copie"}}).empty());
    CHECK(found({{"subject", "musée"}}) == json{"three"});
    CHECK(found({{"body", "trimestre"}}) == json{"two"});
    CHECK(found({{"attachmentName", "plan"}}) == json{"three"});
    CHECK(found({{"header", {"X-Name"}}}) == json{"six", "five", "four", "three", "two", "one"});
    CHECK(found({{"header", {"x-name", "THR"}}}) == json{"three"});
    CHECK(found({{"header", {"In-Reply-To"}}}) == json{"five", "four"});
    CHECK(found({{"header", {"X-None"}}}).empty());
}

TEST_CASE("Email/query meets trees of operators", "[jmap][query]") {
    Academy academy;
    const auto tree = [](const char* name, json conditions) {
        return json{{"operator", name}, {"conditions", std::move(conditions)}};
    };
    const json inbox{{"inMailbox", mailbox_id(academy.inbox)}}, flagged{{"hasKeyword", "$flagged"}},
        seen{{"hasKeyword", "$seen"}}, cafe{{"text", "café"}};
    CHECK(academy.found(tree("AND", {inbox, flagged})) == json{"five"});
    CHECK(academy.found(tree("OR", {flagged, cafe})) == json{"six", "five", "three", "one"});
    CHECK(academy.found(tree("NOT", {flagged, seen})) == json{"four", "one"});
    CHECK(academy.found(tree("AND", {inbox, tree("NOT", {cafe})})) == json{"five", "four", "two"});
    CHECK(academy
              .found(
                  tree("AND", {tree("OR", {seen, flagged}), inbox, tree("NOT", {{{"subject", "bulletin"}}})}))
              .empty());
    CHECK(academy.found(tree("AND", json::array())).size() == 6);
    CHECK(academy.found(tree("OR", json::array())).empty());
    CHECK(academy.found(tree("AND", {{{"inMailbox", "x"}}, cafe})).empty());
    CHECK(academy.found(tree("XOR", json::array()))["type"] == "invalidArguments");
    CHECK(academy.found({{"colour", "red"}})["type"] == "unsupportedFilter");
    CHECK(academy.found({{"before", "yesterday"}})["type"] == "invalidArguments");
    CHECK(academy.found({{"minSize", -1}})["type"] == "invalidArguments");
    CHECK(academy.found({{"header", json::array()}})["type"] == "invalidArguments");
    CHECK(academy.found({{"header", {"a", "b", "c"}}})["type"] == "invalidArguments");
    json deep = flagged;
    for (int i = 0; i < 30; ++i)
        deep = tree("NOT", json::array({deep}));
    CHECK(academy.found(deep)["type"] == "unsupportedFilter");
}

TEST_CASE("Email/query sorts by every property", "[jmap][query]") {
    Academy academy;
    const auto sorted = [&](const json& sort) { return academy.found(nullptr, sort); };
    CHECK(sorted(sort_by("receivedAt", false)) == json{"six", "five", "four", "three", "two", "one"});
    CHECK(sorted(sort_by("receivedAt")) == json{"one", "two", "three", "four", "five", "six"});
    CHECK(sorted(sort_by("sentAt")) == json{"six", "five", "four", "three", "two", "one"});
    CHECK(sorted(sort_by("size", false))[0] == "three");
    CHECK(sorted(sort_by("from")) == json{"two", "three", "four", "six", "five", "one"});
    CHECK(sorted(sort_by("to")) == json{"five", "four", "one", "six", "three", "two"});
    CHECK(sorted(sort_by("subject")) == json{"six", "five", "two", "four", "one", "three"});
    CHECK(sorted(sort_by("hasKeyword", false, "$flagged")) ==
          json{"five", "three", "six", "four", "two", "one"});
    CHECK(sorted(sort_by("hasKeyword", true, "projet"))[5] == "three");
    CHECK(sorted(sort_by("allInThreadHaveKeyword", false, "$seen")) ==
          json{"six", "three", "five", "four", "two", "one"});
    CHECK(sorted(sort_by("someInThreadHaveKeyword", false, "$flagged")) ==
          json{"five", "three", "two", "six", "four", "one"});
    CHECK(sorted(json::array({sort_by("subject")[0], sort_by("receivedAt")[0]})) ==
          json{"six", "two", "five", "one", "four", "three"});
    CHECK(sorted(sort_by("colour"))["type"] == "unsupportedSort");
    CHECK(sorted(sort_by("hasKeyword"))["type"] == "invalidArguments");
    CHECK(sorted({{{"property", "from"}, {"collation", "i;klingon"}}})["type"] == "unsupportedSort");
    CHECK(sorted({{{"property", "from"}, {"collation", "i;ascii-casemap"}}})[0] == "two");
    CHECK(sorted({{{"property", "from"}, {"order", "up"}}})["type"] == "invalidArguments");
}

TEST_CASE("Email/query collapses threads", "[jmap][query]") {
    Academy academy;
    const json collapse{{"collapseThreads", true}, {"calculateTotal", true}};
    const json inbox{{"inMailbox", mailbox_id(academy.inbox)}};
    CHECK(academy.found(nullptr, nullptr, collapse) == json{"six", "five", "four", "three"});
    CHECK(academy.found(inbox, sort_by("receivedAt"), collapse) == json{"one", "two"});
    CHECK(academy.found({{"hasKeyword", "$seen"}}, nullptr, collapse) == json{"six", "three", "two"});
    CHECK(academy.query(inbox, nullptr, collapse)["total"] == 2);
    CHECK(academy.query(nullptr, nullptr, collapse)["total"] == 4);
    CHECK(academy.query(inbox, nullptr, {{"calculateTotal", true}, {"limit", 1}})["total"] == 4);
    CHECK(academy.query(nullptr, nullptr, {{"calculateTotal", true}, {"limit", 0}})["total"] == 6);
    CHECK(academy.query({{"text", "café"}}, nullptr, {{"calculateTotal", true}, {"limit", 1}})["total"] == 2);
    CHECK_FALSE(academy.query(inbox)["ids"].empty());
    CHECK_FALSE(academy.query(inbox).contains("total"));
}

TEST_CASE("Email/query gives the window that was asked for", "[jmap][query]") {
    Academy academy;
    const auto window = [&](const json& more) { return academy.query(nullptr, nullptr, more); };
    const auto names = [&](const json& more) { return academy.found(nullptr, nullptr, more); };
    CHECK(names({{"position", 1}, {"limit", 2}}) == json{"five", "four"});
    CHECK(names({{"position", 5}, {"limit", 2}}) == json{"one"});
    CHECK(names({{"position", 50}}).empty());
    CHECK(names({{"limit", 0}}).empty());
    CHECK(names({{"position", -2}}) == json{"two", "one"});
    CHECK(window({{"position", -2}})["position"] == 4);
    CHECK(names({{"position", -20}, {"limit", 1}}) == json{"six"});
    CHECK(names({{"anchor", academy.id("three")}, {"limit", 2}}) == json{"three", "two"});
    CHECK(names({{"anchor", academy.id("three")}, {"anchorOffset", -1}, {"limit", 2}}) ==
          json{"four", "three"});
    CHECK(names({{"anchor", academy.id("three")}, {"anchorOffset", -9}, {"limit", 2}}) ==
          json{"six", "five"});
    CHECK(names({{"anchor", academy.id("three")}, {"anchorOffset", 2}, {"position", 4}}) == json{"one"});
    CHECK(window({{"anchor", academy.id("three")}, {"anchorOffset", -1}})["position"] == 2);
    CHECK(window({{"anchor", "e99"}})["type"] == "anchorNotFound");
    CHECK(window({{"anchor", "m1"}})["type"] == "anchorNotFound");
    CHECK(window({{"limit", 3}, {"position", 2}})["position"] == 2);
    CHECK_FALSE(window({{"limit", 3}}).contains("limit"));
    CHECK(window(json::object())["limit"] == 10000);
    CHECK(window({{"limit", 20000}})["limit"] == 10000);
    CHECK(window(json::object())["canCalculateChanges"] == true);
    const auto state = window(json::object())["queryState"];
    CHECK(state == academy.server.call("Email/get", {{"ids", json::array()}})["state"]);
}

TEST_CASE("Email/query finds texts that are not indexed yet, and those that are", "[jmap][query]") {
    Academy academy;
    CHECK(academy.found({{"text", "café"}}) == json{"six", "one"});
    REQUIRE(academy.server.indexing().wait_until_current().has_value());
    CHECK(academy.found({{"text", "café"}}) == json{"six", "one"});
}

TEST_CASE("SearchSnippet/get marks what was found", "[jmap][query]") {
    Academy academy;
    const auto snippets = [&](const json& filter, const std::vector<std::string>& names) {
        return academy.server.call("SearchSnippet/get",
                                   {{"filter", filter}, {"emailIds", academy.ids(names)}});
    };
    const auto cafe = snippets({{"text", "café"}}, {"one", "two"});
    CHECK(cafe["notFound"] == nullptr);
    CHECK(cafe["list"][0] == json{{"emailId", academy.id("one")},
                                  {"subject", nullptr},
                                  {"preview", "Le <mark>café</mark> sera servi. "}});
    CHECK(cafe["list"][1]["preview"] == nullptr);
    CHECK(snippets({{"subject", "rentree"}}, {"one"})["list"][0]["subject"] ==
          "Réunion de <mark>rentrée</mark>");
    CHECK(snippets({{"subject", "rentree"}}, {"one"})["list"][0]["preview"] == nullptr);
    CHECK(snippets({{"operator", "NOT"}, {"conditions", {{{"text", "café"}}}}},
                   {"one"})["list"][0]["preview"] == nullptr);
    CHECK(snippets(nullptr, {"one"})["list"][0]["subject"] == nullptr);
    const auto lost = academy.server.call("SearchSnippet/get", {{"emailIds", {"e99"}}});
    CHECK(lost["notFound"] == json{"e99"});

    const auto hostile =
        academy.server.deliver(mail("Subject: <script> & \"salle\"\n\n" + std::string(400, 'a') +
                                    " <b>salle</b> " + std::string(400, 'b')));
    const auto marked = academy.server.call(
        "SearchSnippet/get", {{"filter", {{"text", "salle"}}}, {"emailIds", {email_id(hostile)}}})["list"][0];
    CHECK(marked["subject"] == "&lt;script&gt; &amp; &quot;<mark>salle</mark>&quot;");
    const auto preview = marked["preview"].get<std::string>();
    CHECK(preview.size() <= 255);
    CHECK(preview.find("&lt;b&gt;<mark>salle</mark>&lt;/b&gt;") != std::string::npos);
    CHECK(academy.server.call("SearchSnippet/get",
                              {{"filter", {{"x", 1}}}, {"emailIds", json::array()}})["type"] ==
          "unsupportedFilter");
    CHECK(academy.server.call("SearchSnippet/get", json::object())["type"] == "invalidArguments");
}

} // namespace facteur::test
