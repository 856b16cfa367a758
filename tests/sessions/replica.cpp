#include "tests/sessions/replica.h"

#include <algorithm>

namespace facteur::test {
namespace {

constexpr std::array<const char*, 5> types{"Email", "Mailbox", "Thread", "Identity", "EmailSubmission"};

std::vector<std::string> strings(const Json& array) {
    return array.get<std::vector<std::string>>();
}

} // namespace

unsigned long long number_in(const std::string& state) {
    const auto digit = state.find_first_of("0123456789");
    require(digit != std::string::npos, "not a state: " + state);
    return std::stoull(state.substr(digit));
}

Replica::Replica(const Call& call) {
    for (const auto type : types)
        kinds_[type] = get(call, type);
    const auto newest_first = Json::array({Json{{"property", "receivedAt"}, {"isAscending", false}}});
    lists_.push_back(list(call, {{"sort", newest_first}}));
    lists_.push_back(list(call, {{"filter", {{"hasKeyword", "$seen"}}}, {"sort", newest_first}}));
    lists_.push_back(list(call, {{"sort", newest_first}, {"collapseThreads", true}}));
}

Replica::Kind Replica::get(const Call& call, const std::string& type) {
    Json arguments{{"ids", nullptr}};
    if (type == "Email")
        arguments["properties"] = {"id", "mailboxIds", "keywords", "threadId", "blobId", "size"};
    const auto answer = call(type + "/get", arguments);
    require(answer.contains("list"), type + "/get of all fails: " + answer.dump());
    Kind kind;
    kind.state = answer["state"];
    for (const auto& object : answer["list"])
        require(kind.objects.emplace(object["id"], object.dump()).second,
                type + " twice in a list: " + object.dump());
    return kind;
}

Replica::List Replica::list(const Call& call, const Json& query) {
    const auto answer = call("Email/query", query);
    require(answer.contains("ids"), "Email/query fails: " + answer.dump());
    return {query, answer["queryState"], strings(answer["ids"])};
}

void Replica::check(const Call& call, Choices& choices) const {
    for (const auto& [type, before] : kinds_) {
        auto state = before.state;
        std::map<std::string, bool> changed; // by id: it is there
        Kind now;
        for (int tries = 0;; ++tries) {
            require(tries < 200, type + "/changes comes to no end");
            Json arguments{{"sinceState", state}};
            if (!choices.one_in(3)) arguments["maxChanges"] = 1 + choices.below(9);
            const auto answer = call(type + "/changes", arguments);
            require(answer.contains("newState"),
                    type + "/changes from " + state + " fails: " + answer.dump());
            require(number_in(answer["newState"]) >= number_in(state),
                    type + "/changes goes back: " + answer.dump());
            state = answer["newState"];
            for (const auto list : {"created", "updated", "destroyed"})
                for (const auto& id : strings(answer[list]))
                    changed[id] = std::string_view(list) != "destroyed";
            if (answer["hasMoreChanges"] == true) continue;
            now = get(call, type);
            if (now.state == state) break; // else the queue was at work meanwhile
        }
        for (const auto& [id, is_there] : changed)
            require(now.objects.contains(id) == is_there,
                    type + "/changes from " + before.state + " to " + state + " is wrong about " + id);
        for (const auto& [id, object] : before.objects) {
            if (changed.contains(id)) continue;
            const auto found = now.objects.find(id);
            require(found != now.objects.end(), type + "/changes did not tell that " + id + " is gone");
            require(found->second == object, type + "/changes from " + before.state + " to " + state +
                                                 " did not tell of " + object + " that is " + found->second);
        }
        for (const auto& [id, object] : now.objects)
            require(changed.contains(id) || before.objects.contains(id),
                    type + "/changes from " + before.state + " did not tell of the new " + id);
    }
    for (const auto& before : lists_) {
        for (int tries = 0;; ++tries) {
            require(tries < 200, "a list does not come to rest");
            auto arguments = before.query;
            arguments["sinceQueryState"] = before.state;
            const auto answer = call("Email/queryChanges", arguments);
            if (answer.value("type", "") == "cannotCalculateChanges") break;
            require(answer.contains("removed"), "Email/queryChanges fails: " + answer.dump());
            const auto now = list(call, before.query);
            if (answer["newQueryState"] != now.state) continue;
            auto ids = before.ids;
            const auto removed = strings(answer["removed"]);
            std::erase_if(ids, [&](const auto& id) {
                return std::find(removed.begin(), removed.end(), id) != removed.end();
            });
            for (const auto& added : answer["added"]) {
                const auto index = added["index"].get<std::size_t>();
                require(index <= ids.size(), "Email/queryChanges adds out of the list: " + answer.dump());
                ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(index), added["id"].get<std::string>());
            }
            require(ids == now.ids, "Email/queryChanges of " + arguments.dump() + " gives " +
                                        Json(ids).dump() + " from " + Json(before.ids).dump() + " and not " +
                                        Json(now.ids).dump() + ": " + answer.dump());
            break;
        }
    }
}

} // namespace facteur::test
