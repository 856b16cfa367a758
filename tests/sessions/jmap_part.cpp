#include "tests/sessions/jmap_part.h"

#include "actors/session/jmap/ids.h"
#include "transport/base/ascii.h"

namespace facteur::test {
namespace {

constexpr std::size_t most_looks = 3;
constexpr auto patience = std::chrono::seconds(60);

// A value that no argument wants.
Json senseless(Choices& choices, int depth = 3) {
    switch (choices.below(depth > 0 ? 10 : 7)) {
    case 0: return nullptr;
    case 1: return choices.one_in(2);
    case 2: return static_cast<std::int64_t>(choices.below(200)) - 100;
    case 3: return 1e300;
    case 4: return choices.octets(6);
    case 5: return "\xc3\xa9\xe2\x80\xa8" + std::to_string(choices.below(9));
    case 6: return 9'007'199'254'740'993;
    case 7: return Json::array({senseless(choices, depth - 1), senseless(choices, depth - 1)});
    default: {
        static constexpr std::array<const char*, 14> names{
            "name", "mailboxIds", "keywords/$seen", "a~2",     "/", "", "id", "#k", "keywords", "parentId",
            "#ids", "from",       "bodyStructure",  "operator"};
        Json object = Json::object();
        for (auto count = choices.below(4); count > 0; --count)
            object[choices.of(names)] = senseless(choices, depth - 1);
        return object;
    }
    }
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Any octets as the characters of ISO 8859-1: as JSON keys they stay apart, which I-JSON demands.
std::string odd_id(Choices& choices) {
    std::string id;
    for (const char c : choices.octets(4))
        ascii::append_utf8(id, static_cast<unsigned char>(c));
    return id;
}

Json keywords(Choices& choices) {
    static constexpr std::array<const char*, 5> some{"$seen", "$flagged", "$draft", "a", "$answered"};
    Json set = Json::object();
    for (auto count = choices.below(3); count > 0; --count)
        set[choices.of(some)] = true;
    return set;
}

} // namespace

JmapPart::JmapPart(World& world, std::size_t person) : world_(world), person_(person) {
    look();
}

void JmapPart::step(Choices& choices) {
    hear(ask(choices));
}

void JmapPart::together(JmapPart& one, JmapPart& other, Choices& choices) {
    auto first = one.ask(choices), second = other.ask(choices);
    one.hear(std::move(first));
    other.hear(std::move(second));
}

void JmapPart::look() {
    looks_.emplace_back(
        [this](const std::string& method, Json arguments) { return call(method, std::move(arguments)); });
    if (looks_.size() > most_looks) looks_.erase(looks_.begin() + 1);
}

void JmapPart::check(Choices& choices) {
    for (const auto& look : looks_)
        look.check(
            [this](const std::string& method, Json arguments) { return call(method, std::move(arguments)); },
            choices);
    check_counts();
}

// What a mailbox says of itself is what is in it.
void JmapPart::check_counts() {
    for (int tries = 0;; ++tries) {
        const auto mailboxes = call("Mailbox/get", {{"ids", nullptr}});
        std::string wrong;
        for (const auto& mailbox : mailboxes["list"]) {
            const auto count = [&](Json filter, bool collapse) {
                filter["inMailbox"] = mailbox["id"];
                return call(
                    "Email/query",
                    {{"filter", filter}, {"calculateTotal", true}, {"collapseThreads", collapse}})["total"];
            };
            if (count(Json::object(), false) != mailbox["totalEmails"] ||
                count(Json::object(), true) != mailbox["totalThreads"])
                wrong = "a mailbox counts wrong: " + mailbox.dump();
        }
        if (wrong.empty()) return;
        // Unless something came meanwhile.
        const auto after = call("Mailbox/get", {{"ids", nullptr}});
        require(tries < 200 && after["state"] != mailboxes["state"], wrong);
    }
}

// ---- asking and hearing ----

JmapPart::Asked JmapPart::ask(Choices& choices) {
    Asked asked;
    asked.states = states_;
    asked.body = request(choices, asked.call_ids);
    auto& house = world_.house();
    if (auto parsed = jmap::parse_request(asked.body, supported_capabilities(), house.services().jmap_limits))
        asked.answer = house.run_calls(world_.people()[person_], std::move(*parsed));
    else
        require(asked.call_ids.empty(), "no request: " + asked.body);
    return asked;
}

Json JmapPart::hear(Asked asked) {
    if (!asked.answer.valid()) return {};
    require(asked.answer.wait_for(patience) == std::future_status::ready, "no answer to " + asked.body);
    const auto answer = asked.answer.get();
    const auto about = " in the answer " + answer + " to " + asked.body;
    const auto json = Json::parse(answer, nullptr, false);
    require(json.is_object() && json.contains("methodResponses") && json["methodResponses"].is_array() &&
                json.contains("sessionState"),
            "no form" + about);
    std::vector<std::string> call_ids;
    for (const auto& response : json["methodResponses"]) {
        require(response.is_array() && response.size() == 3 && response[0].is_string() &&
                    response[1].is_object() && response[2].is_string(),
                "no form" + about);
        if (call_ids.empty() || call_ids.back() != response[2]) call_ids.push_back(response[2]);
        if (response[0] == "error") {
            require(response[1].contains("type") && response[1]["type"].is_string(),
                    "an error of no type" + about);
            require(response[1]["type"] != "serverFail", "a failure" + about);
        } else {
            check_states(asked, response[0], response[1]);
        }
        if (response[0] == "EmailSubmission/set" && response[1].contains("created") &&
            !response[1]["created"].is_null())
            world_.publish(person_);
    }
    if (!asked.call_ids.empty()) require(call_ids == asked.call_ids, "other calls" + about);
    world_.check_sight(person_, asked.body, answer);
    return json;
}

void JmapPart::check_states(const Asked& asked, const std::string& method, const Json& arguments) {
    const auto type = method.substr(0, method.find('/'));
    if (method.ends_with("hanges")) return; // may stop on the way
    for (const auto name : {"state", "newState", "queryState", "oldState"}) {
        const auto state = arguments.find(name);
        if (state == arguments.end() || !state->is_string() || type == "Quota") continue;
        const auto now = number_in(*state);
        const auto known = asked.states.find(type);
        require(known == asked.states.end() || known->second <= now,
                type + " goes back from " + std::to_string(known == asked.states.end() ? 0 : known->second) +
                    " to " + arguments.dump());
        auto& newest = states_[type];
        newest = std::max(newest, now);
    }
}

Json JmapPart::call(const std::string& method, Json arguments) {
    arguments["accountId"] = account_id(world_.people()[person_].id);
    Json body{{"using",
               {"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission"}},
              {"methodCalls", Json::array({Json::array({method, arguments, "c"})})}};
    Asked asked;
    asked.states = states_;
    asked.body = text_of(body);
    auto parsed =
        jmap::parse_request(asked.body, supported_capabilities(), world_.house().services().jmap_limits);
    require(parsed.has_value(), "no request: " + asked.body);
    asked.answer = world_.house().run_calls(world_.people()[person_], std::move(*parsed));
    return hear(std::move(asked))["methodResponses"][0][1];
}

std::string JmapPart::request(Choices& choices, std::vector<std::string>& call_ids) {
    Json body{{"using", Json::array()}, {"methodCalls", Json::array()}};
    for (const auto urn : {"core", "mail", "submission", "vacationresponse", "blob", "quota"})
        body["using"].push_back(std::string("urn:ietf:params:jmap:") + urn);
    for (auto count = 1 + choices.below(4); count > 0; --count) {
        auto call = any_call(choices);
        call_ids.push_back("c" + std::to_string(call_ids.size()));
        call.push_back(call_ids.back());
        body["methodCalls"].push_back(std::move(call));
    }
    auto text = text_of(body);
    if (!choices.one_in(6)) return text;
    call_ids.clear();
    for (auto count = 1 + choices.below(4); count > 0; --count) {
        const auto at = (choices.below(256) * 256 + choices.below(256)) % text.size();
        const auto octets = choices.octets(3);
        text.replace(at, choices.below(4), octets);
    }
    return text;
}

// ---- calls: [method, arguments] ----

std::string JmapPart::id(Choices& choices, char letter) const {
    if (choices.one_in(24)) return odd_id(choices);
    // Few objects are made in one run, so most of these exist; a number behind a letter counts from 1.
    return write_id(letter, choices.below(letter == 'm' || letter == 'e' ? 12 : 5));
}

// Of this person's mail, or of another's.
std::string JmapPart::blob(Choices& choices) const {
    const auto owner = world_.people()[choices.one_in(4) ? choices.below(4) : person_].id;
    const auto now = world_.house().store().read(owner);
    auto skipped = choices.below(6);
    std::string found;
    now.by_id(owner, 0, [&](const store::EmailView& view) {
        found = blob_id(view.body());
        return skipped-- > 0;
    });
    now.uploads(owner, [&](const store::UploadRow& row) {
        if (found.empty() || skipped == 0) found = blob_id(row.body);
        return false;
    });
    if (found.empty() || choices.one_in(16)) return "b" + std::string(64, 'a');
    if (choices.one_in(8))
        return "p" + found.substr(1) + "-" + std::to_string(choices.below(200)) + "-9-" +
               std::to_string(choices.below(4));
    return found;
}

std::string JmapPart::own_mark() {
    return world_.mark({person_});
}

Json JmapPart::mailbox_ids(Choices& choices) const {
    Json ids = Json::object();
    for (auto count = choices.below(3) + (choices.one_in(8) ? 0 : 1); count > 0; --count)
        ids[id(choices, mailbox_letter)] = true;
    return ids;
}

Json JmapPart::any_call(Choices& choices) {
    static constexpr std::array<const char*, 10> plain_gets{
        "Email/get",    "Mailbox/get",          "Thread/get", "EmailSubmission/get",
        "Identity/get", "VacationResponse/get", "Quota/get",  "Email/get",
        "Blob/get",     "SearchSnippet/get"};
    Json call;
    switch (choices.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3: call = {"Email/set", email_set(choices)}; break;
    case 4:
    case 5: call = {"Mailbox/set", mailbox_set(choices)}; break;
    case 6:
        call = {"Email/import",
                {{"emails",
                  {{"k",
                    {{"blobId", blob(choices)},
                     {"mailboxIds", mailbox_ids(choices)},
                     {"keywords", keywords(choices)}}}}}}};
        break;
    case 7:
        call = {
            "Email/copy",
            {{"fromAccountId", account_id(world_.people()[choices.below(4)].id)},
             {"create", {{"k", {{"id", id(choices, email_letter)}, {"mailboxIds", mailbox_ids(choices)}}}}},
             {"onSuccessDestroyOriginal", choices.one_in(2)}}};
        break;
    case 8:
    case 9: call = {"EmailSubmission/set", submission_set(choices)}; break;
    case 10:
        call = {"Identity/set",
                {{"create",
                  {{"k",
                    {{"name", own_mark()},
                     {"email", choices.one_in(4) ? "x@far.test" : world_.people()[person_].address}}}}},
                 {"update", {{id(choices, identity_letter), {{"textSignature", own_mark()}}}}}}};
        if (choices.one_in(2)) call[1]["destroy"] = {id(choices, identity_letter)};
        break;
    case 11:
        call = {"VacationResponse/set",
                {{"update",
                  {{"singleton",
                    {{"isEnabled", choices.one_in(2)},
                     {"textBody", choices.one_in(2) ? Json("absent") : Json(nullptr)}}}}}}};
        break;
    case 12:
    case 13:
    case 14: call = {"Email/query", any_query(choices)}; break;
    case 15: {
        static constexpr std::array<const char*, 6> of{"Email",    "Mailbox",         "Thread",
                                                       "Identity", "EmailSubmission", "Quota"};
        call = {std::string(choices.of(of)) + "/changes",
                {{"sinceState", std::to_string(choices.below(60))}, {"maxChanges", choices.below(9)}}};
        break;
    }
    case 16:
        call = {"Blob/upload",
                {{"create",
                  {{"k",
                    {{"data", Json::array({{{"data:asText", own_mark() + "\r\n\r\n" + "x"}},
                                           {{"blobId", blob(choices)},
                                            {"offset", choices.below(99)},
                                            {"length", choices.below(99)}}})},
                     {"type", "message/rfc822"}}}}}}};
        break;
    case 17:
        call = choices.one_in(2)
                   ? Json{"Email/parse", {{"blobIds", {blob(choices)}}, {"fetchAllBodyValues", true}}}
                   : Json{"Blob/lookup",
                          {{"typeNames", {"Email", "Mailbox", "Thread"}}, {"ids", {blob(choices)}}}};
        break;
    default: {
        const std::string method = choices.of(plain_gets);
        call = {method, Json::object()};
        if (choices.one_in(3))
            call[1]["#ids"] = {{"resultOf", "c" + std::to_string(choices.below(4))},
                               {"name", "Email/query"},
                               {"path", choices.one_in(5) ? "/list/*/threadId" : "/ids"}};
        else if (choices.one_in(2))
            call[1]["ids"] = {method.starts_with("Blob") ? blob(choices)
                                                         : id(choices, method.starts_with("Mail")     ? 'm'
                                                                       : method.starts_with("Thread") ? 't'
                                                                                                      : 'e')};
        else
            call[1]["ids"] = nullptr;
        if (method == "Email/get" && choices.one_in(2))
            call[1]["properties"] = {"id",         "subject", "from",    "bodyStructure",
                                     "bodyValues", "preview", "headers", "header:X-Mark:asText"};
        if (method == "SearchSnippet/get")
            call[1] = {{"emailIds", {id(choices, email_letter)}}, {"filter", {{"text", "x"}}}};
    }
    }
    auto& arguments = call[1];
    if (choices.one_in(12) && !arguments.empty()) {
        auto spoilt = arguments.begin();
        std::advance(spoilt, static_cast<std::ptrdiff_t>(choices.below(arguments.size())));
        *spoilt = senseless(choices);
    }
    arguments["accountId"] = account_id(world_.people()[choices.one_in(16) ? choices.below(4) : person_].id);
    return call;
}

Json JmapPart::email_set(Choices& choices) {
    Json set = Json::object();
    if (choices.one_in(2)) {
        static constexpr std::array<const char*, 4> to{"anne@academie.test", "pierre@academie.test",
                                                       "x@far.test", "zoe@academie.test"};
        const auto mark = own_mark();
        set["create"]["k"] = {{"mailboxIds", mailbox_ids(choices)},
                              {"keywords", keywords(choices)},
                              {"subject", choices.one_in(3) ? "Re: " + mark : mark},
                              {"from", Json::array({{{"email", world_.people()[person_].address}}})},
                              {"to", Json::array({{{"email", choices.of(to)}}})},
                              {"textBody", Json::array({{{"partId", "t"}, {"type", "text/plain"}}})},
                              {"bodyValues", {{"t", {{"value", mark + " " + choices.octets(20)}}}}}};
        if (choices.one_in(4))
            set["create"]["k"]["attachments"] =
                Json::array({{{"blobId", blob(choices)}, {"type", "image/png"}}});
        if (choices.one_in(4))
            set["create"]["k"]["inReplyTo"] = {choices.one_in(2) ? "1@far.test" : "2@far.test"};
    }
    if (choices.one_in(2)) {
        Json patch = Json::object();
        switch (choices.below(5)) {
        case 0: patch["keywords"] = keywords(choices); break;
        case 1: patch["mailboxIds"] = mailbox_ids(choices); break;
        case 2:
            patch["mailboxIds/" + id(choices, mailbox_letter)] =
                choices.one_in(2) ? Json(true) : Json(nullptr);
            break;
        case 3: patch["keywords/$seen"] = choices.one_in(2) ? Json(true) : Json(nullptr); break;
        default: patch = senseless(choices);
        }
        for (auto count = 1 + choices.below(3); count > 0; --count)
            set["update"][id(choices, email_letter)] = patch;
    }
    if (choices.one_in(3))
        set["destroy"] = {id(choices, email_letter), choices.one_in(3) ? "#k" : id(choices, email_letter)};
    if (choices.one_in(12)) set["ifInState"] = std::to_string(choices.below(60));
    return set;
}

Json JmapPart::mailbox_set(Choices& choices) {
    Json set = Json::object();
    if (choices.one_in(2)) {
        set["create"]["a"] = {{"name", own_mark()},
                              {"parentId", choices.one_in(2) ? Json("#b") : Json(nullptr)}};
        set["create"]["b"] = {
            {"name", "n" + std::to_string(choices.below(5))},
            {"parentId", choices.one_in(2) ? Json(id(choices, mailbox_letter)) : Json(nullptr)}};
    }
    if (choices.one_in(2))
        set["update"][id(choices, mailbox_letter)] =
            choices.one_in(2)
                ? Json{{"parentId", choices.one_in(3) ? Json(nullptr) : Json(id(choices, mailbox_letter))}}
                : Json{{"name", "n" + std::to_string(choices.below(5))}};
    if (choices.one_in(2)) set["destroy"] = {id(choices, mailbox_letter)};
    set["onDestroyRemoveEmails"] = choices.one_in(2);
    return set;
}

Json JmapPart::submission_set(Choices& choices) {
    Json set = Json::object();
    const auto& own = world_.people()[person_].address;
    if (!choices.one_in(4)) {
        static constexpr std::array<const char*, 5> to{"anne@academie.test", "pierre@academie.test",
                                                       "x@far.test", "tous@academie.test",
                                                       "nobody@academie.test"};
        set["create"]["s"] = {{"identityId", id(choices, identity_letter)},
                              {"emailId", choices.one_in(3) ? "#k" : id(choices, email_letter)}};
        if (choices.one_in(2)) {
            Json mail_from{{"email", choices.one_in(6) ? "x@far.test" : own}};
            if (choices.one_in(3))
                mail_from["parameters"] = {{"HOLDFOR", std::to_string(choices.below(3) * 1000)}};
            set["create"]["s"]["envelope"] = {
                {"mailFrom", mail_from},
                {"rcptTo", Json::array({{{"email", choices.of(to)}}, {{"email", choices.of(to)}}})}};
        }
        if (choices.one_in(2))
            set["onSuccessUpdateEmail"]["#s"] = {{"keywords/$draft", nullptr},
                                                 {"mailboxIds", mailbox_ids(choices)}};
        if (choices.one_in(6)) set["onSuccessDestroyEmail"] = {"#s"};
    }
    if (choices.one_in(3))
        set["update"][id(choices, submission_letter)] = {
            {"undoStatus", choices.one_in(4) ? "final" : "canceled"}};
    if (choices.one_in(3)) set["destroy"] = {id(choices, submission_letter)};
    return set;
}

Json JmapPart::any_query(Choices& choices) {
    static constexpr std::array<const char*, 8> sorts{"receivedAt", "size",       "from", "subject",
                                                      "sentAt",     "hasKeyword", "to",   "nothing"};
    Json query = Json::object();
    const auto condition = [&]() -> Json {
        switch (choices.below(8)) {
        case 0: return {{"inMailbox", id(choices, mailbox_letter)}};
        case 1: return {{"text", choices.one_in(2) ? "absent" : choices.octets(8)}};
        case 2: return {{"hasKeyword", "$seen"}};
        case 3: return {{"subject", "Re"}};
        case 4: return {{"inMailboxOtherThan", {id(choices, mailbox_letter)}}};
        case 5: return {{"minSize", choices.below(200)}, {"notKeyword", "a"}};
        case 6: return {{"header", {"X-Mark", "M="}}};
        default: return {{"allInThreadHaveKeyword", "$seen"}};
        }
    };
    if (choices.one_in(2)) query["filter"] = condition();
    if (choices.one_in(6))
        query["filter"] = {{"operator", choices.one_in(2) ? "NOT" : "OR"},
                           {"conditions", {condition(), condition()}}};
    if (choices.one_in(2)) {
        Json sort{{"property", choices.of(sorts)}, {"isAscending", choices.one_in(2)}};
        if (sort["property"] == "hasKeyword") sort["keyword"] = "$seen";
        query["sort"] = Json::array({sort});
    }
    query["collapseThreads"] = choices.one_in(2);
    if (choices.one_in(3)) query["calculateTotal"] = true;
    if (choices.one_in(3)) query["position"] = static_cast<int>(choices.below(20)) - 10;
    if (choices.one_in(3)) query["limit"] = choices.below(5);
    if (choices.one_in(5)) {
        query["anchor"] = id(choices, email_letter);
        query["anchorOffset"] = static_cast<int>(choices.below(5)) - 2;
    }
    return query;
}

} // namespace facteur::test
