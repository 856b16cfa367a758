// Random calls of Email/set and Mailbox/set, sound and senseless, against a small model: what is answered is
// what is there afterwards, nothing fails but by an error of its own, and the store stays sound.
#include "tests/actors/academy.h"

#include <map>
#include <random>
#include <set>

using namespace facteur;
using facteur::test::Academy;
using facteur::test::Json;

namespace {

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t count) { return engine_() % count; }
    bool one_in(std::size_t count) { return below(count) == 0; }
    template <typename Range>
    auto any_of(const Range& range) {
        auto at = range.begin();
        std::advance(at, static_cast<long>(below(range.size())));
        return *at;
    }

private:
    std::mt19937 engine_;
};

// A value that no property wants.
Json senseless(Dice& dice, int depth = 3) {
    switch (dice.below(depth > 0 ? 9 : 6)) {
    case 0: return nullptr;
    case 1: return dice.one_in(2);
    case 2: return static_cast<std::int64_t>(dice.below(1000)) - 500;
    case 3: return 1e300;
    case 4: return std::string(dice.below(5), "#\0/~m"[dice.below(5)]);
    case 5: return "\xc3\xa9\xe2\x80\xa8" + std::to_string(dice.below(9));
    case 6: return Json::array({senseless(dice, depth - 1), senseless(dice, depth - 1)});
    default: {
        Json object = Json::object();
        constexpr std::array<const char*, 10> names{
            "name", "mailboxIds", "keywords/$seen", "a~2", "/", "", "id", "#k", "keywords", "parentId"};
        for (auto count = dice.below(4); count > 0; --count)
            object[names[dice.below(names.size())]] = senseless(dice, depth - 1);
        return object;
    }
    }
}

// What an account should hold.
struct Model {
    struct Email {
        std::set<std::string> mailboxes, keywords;
        bool operator==(const Email&) const = default;
    };
    std::map<std::string, Email> emails;
    std::set<std::string> mailboxes;
};

class Game {
public:
    Game(Academy& academy, unsigned seed) : academy_(academy), user_(academy.add("joueur")), dice_(seed) {
        for (const auto& row : academy.store().read(user_.id).mailboxes(user_.id))
            model_.mailboxes.insert(mailbox_id(row.id));
    }

    void turn() {
        switch (dice_.below(8)) {
        case 0:
        case 1: create_email(); break;
        case 2:
        case 3:
        case 4: update_email(); break;
        case 5: destroy_email(); break;
        case 6: change_mailboxes(); break;
        default: call_senseless();
        }
    }

    void compare() {
        const auto now = academy_.store().read(user_.id);
        std::map<std::string, Model::Email> there;
        now.by_id(user_.id, 0, [&](const store::EmailView& view) {
            auto& email = there[email_id(view.id())];
            for (const auto& ref : view.mailboxes())
                email.mailboxes.insert(mailbox_id(ref.mailbox));
            const auto keywords = view.keywords();
            email.keywords.insert(keywords.others.begin(), keywords.others.end());
            if ((keywords.flags & store::flag_seen) != 0) email.keywords.insert("$seen");
            return true;
        });
        CHECK(there == model_.emails);
        std::set<std::string> mailboxes;
        for (const auto& row : now.mailboxes(user_.id))
            mailboxes.insert(mailbox_id(row.id));
        CHECK(mailboxes == model_.mailboxes);
    }

private:
    Json call(const std::string& method, const Json& arguments) {
        last_ = method + " " + arguments.dump();
        INFO(last_);
        return academy_.call(user_, method, arguments);
    }
    std::string any_email() {
        return model_.emails.empty() || dice_.one_in(20) ? "e999" : dice_.any_of(model_.emails).first;
    }
    std::string any_keyword() {
        static const std::vector<std::string> keywords{"$seen", "a", "b", "c"};
        return dice_.any_of(keywords);
    }

    void create_email() {
        Model::Email email;
        Json mailboxes = Json::object(), keywords = Json::object();
        for (auto count = dice_.below(3); count > 0; --count)
            email.mailboxes.insert(dice_.any_of(model_.mailboxes));
        for (auto count = dice_.below(3); count > 0; --count)
            email.keywords.insert(any_keyword());
        for (const auto& mailbox : email.mailboxes)
            mailboxes[mailbox] = true;
        for (const auto& keyword : email.keywords)
            keywords[keyword] = true;
        Json made{
            {"mailboxIds", mailboxes}, {"keywords", keywords}, {"subject", std::to_string(dice_.below(5))}};
        const bool spoilt = dice_.one_in(6);
        if (spoilt) made["bodyStructure"] = senseless(dice_);
        const auto answer = call("Email/set", {{"create", {{"k", made}}}});
        if (answer["created"].is_object()) {
            CHECK_FALSE(email.mailboxes.empty());
            model_.emails[answer["created"]["k"]["id"]] = email;
        } else {
            CHECK((email.mailboxes.empty() || spoilt));
        }
    }

    void update_email() {
        const auto id = any_email();
        const auto known = model_.emails.find(id);
        auto after = known == model_.emails.end() ? Model::Email{} : known->second;
        Json patch = Json::object();
        for (auto count = 1 + dice_.below(3); count > 0; --count) {
            const auto keyword = any_keyword(), mailbox = dice_.any_of(model_.mailboxes);
            const bool add = dice_.one_in(2);
            const auto apply = [&](std::set<std::string>& set, const std::string& member) {
                if (add)
                    set.insert(member);
                else
                    set.erase(member);
            };
            const Json value = add ? Json(true) : Json(nullptr);
            if (dice_.one_in(2)) {
                patch["keywords/" + keyword] = value;
                apply(after.keywords, keyword);
            } else {
                patch["mailboxIds/" + mailbox] = value;
                apply(after.mailboxes, mailbox);
            }
        }
        const auto answer = call("Email/set", {{"update", {{id, patch}}}});
        const bool fits = known != model_.emails.end() && !after.mailboxes.empty();
        CHECK(answer["updated"].is_object() == fits);
        if (fits) model_.emails[id] = after;
    }

    void destroy_email() {
        const auto id = any_email();
        const auto answer = call("Email/set", {{"destroy", {id}}});
        CHECK(answer["destroyed"].is_array() == (model_.emails.erase(id) > 0));
    }

    void change_mailboxes() {
        const auto some = dice_.any_of(model_.mailboxes), other = dice_.any_of(model_.mailboxes);
        const Json arguments{
            {"create",
             {{"a", {{"name", "n" + std::to_string(dice_.below(9))}, {"parentId", "#b"}}},
              {"b",
               {{"name", "n" + std::to_string(dice_.below(9))},
                {"parentId", dice_.one_in(2) ? Json(some) : Json(nullptr)}}}}},
            {"update", {{other, {{"parentId", dice_.one_in(3) ? Json(nullptr) : Json(some)}}}}},
            {"destroy", {some, dice_.any_of(model_.mailboxes)}},
            {"onDestroyRemoveEmails", dice_.one_in(2)}};
        const auto answer = call("Mailbox/set", arguments);
        if (answer["created"].is_object())
            for (const auto& [name, made] : answer["created"].items())
                model_.mailboxes.insert(made["id"].get<std::string>());
        if (!answer["destroyed"].is_array()) return;
        for (const auto& gone : answer["destroyed"]) {
            model_.mailboxes.erase(gone.get<std::string>());
            for (auto email = model_.emails.begin(); email != model_.emails.end();) {
                email->second.mailboxes.erase(gone.get<std::string>());
                email = email->second.mailboxes.empty() ? model_.emails.erase(email) : std::next(email);
            }
        }
    }

    // Arguments of any shape: an answer comes, and nothing has changed but what it says.
    void call_senseless() {
        static const std::vector<std::string> methods{"Email/set",    "Mailbox/set", "Identity/set",
                                                      "Email/import", "Blob/upload", "EmailSubmission/set"};
        static const std::vector<std::string> names{"create",
                                                    "update",
                                                    "destroy",
                                                    "emails",
                                                    "ifInState",
                                                    "onSuccessUpdateEmail",
                                                    "onSuccessDestroyEmail"};
        Json arguments = Json::object();
        for (auto count = dice_.below(4); count > 0; --count)
            arguments[dice_.any_of(names)] =
                dice_.one_in(2) ? Json{{"k", senseless(dice_)}} : senseless(dice_);
        arguments["accountId"] = account_id(user_.id);
        const auto before = academy_.store().read(user_.id).state(user_.id).modseq;
        const auto answer = call(dice_.any_of(methods), arguments);
        if (answer.contains("error")) {
            CHECK(answer["error"]["type"] != "serverFail");
            CHECK(academy_.store().read(user_.id).state(user_.id).modseq == before);
        } else if (answer.contains("created") && answer["created"].is_object()) {
            for (const auto& [name, made] : answer["created"].items())
                if (made.contains("myRights")) model_.mailboxes.insert(made["id"].get<std::string>());
        }
    }

    Academy& academy_;
    store::AccountRow user_;
    Dice dice_;
    Model model_;
    std::string last_;
};

} // namespace

TEST_CASE("random calls do what they answer") {
    const auto seed = GENERATE(1u, 2u, 3u);
    INFO("seed " << seed);
    Academy academy;
    Game game(academy, seed);
    for (int turn = 0; turn < 300; ++turn) {
        game.turn();
        if (turn % 25 == 24) game.compare();
    }
    game.compare();
}
