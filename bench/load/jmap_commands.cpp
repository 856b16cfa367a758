#include "bench/load/jmap_commands.h"

#include "bench/load/measure.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <random>

namespace facteur::load {
namespace {

using Json = nlohmann::json;

struct JmapOptions {
    Login login{0, "", "secret"};
    std::string operation, account;
    bool collapses = true;
    std::size_t rows = 50, ids = 500, first_user = 1, user_count = 1;
    Pace pace;
};

Json answers_of(const std::string& answer) {
    auto parsed = Json::parse(answer);
    for (const auto& one : parsed["methodResponses"])
        if (one[0] == "error") stop("JMAP: " + answer.substr(0, 500));
    return parsed["methodResponses"];
}

std::string inbox_of(Jmap& jmap) {
    const Json get{"Mailbox/get", {{"accountId", jmap.account()}, {"ids", nullptr}}, "0"};
    const auto answers = answers_of(jmap.call(Json::array({get}).dump()));
    for (const auto& mailbox : answers[0][1]["list"])
        if (mailbox["role"] == "inbox") return mailbox["id"];
    stop("JMAP: no inbox");
}

std::string list_call(const JmapOptions& options, Jmap& jmap) {
    const Json query{"Email/query",
                     {{"accountId", jmap.account()},
                      {"filter", {{"inMailbox", inbox_of(jmap)}}},
                      {"sort", {{{"property", "receivedAt"}, {"isAscending", false}}}},
                      {"collapseThreads", options.collapses},
                      {"limit", options.rows}},
                     "0"};
    const Json get{"Email/get",
                   {{"accountId", jmap.account()},
                    {"#ids", {{"resultOf", "0"}, {"name", "Email/query"}, {"path", "/ids"}}},
                    {"properties",
                     {"id", "threadId", "mailboxIds", "keywords", "from", "to", "subject", "receivedAt",
                      "preview", "hasAttachment", "size"}}},
                   "1"};
    return Json::array({query, get}).dump();
}

std::vector<std::string> ids_of(const JmapOptions& options, Jmap& jmap) {
    const Json query{
        "Email/query",
        {{"accountId", jmap.account()}, {"filter", {{"inMailbox", inbox_of(jmap)}}}, {"limit", options.ids}},
        "0"};
    return answers_of(jmap.call(Json::array({query}).dump()))[0][1]["ids"];
}

std::string get_call(Jmap& jmap, const std::string& id) {
    const Json get{"Email/get",
                   {{"accountId", jmap.account()},
                    {"ids", {id}},
                    {"fetchTextBodyValues", true},
                    {"fetchHTMLBodyValues", true}},
                   "0"};
    return Json::array({get}).dump();
}

void jmap(const JmapOptions& options) {
    std::size_t rows = 0, octets = 0;
    auto measured = measure(options.pace, [&](std::size_t session) -> Operation {
        auto login = options.login;
        login.user = fmt::format(fmt::runtime(login.user), options.first_user + session % options.user_count);
        const auto client = std::make_shared<Jmap>(login);
        if (options.operation == "list") {
            const auto call = list_call(options, *client);
            const auto answer = client->call(call);
            if (session == 0) {
                rows = answers_of(answer)[1][1]["list"].size();
                octets = answer.size();
            }
            return [client, call] { client->call(call); };
        }
        const auto ids = ids_of(options, *client);
        if (ids.empty()) stop("JMAP: the inbox is empty");
        const auto random = std::make_shared<std::mt19937>(static_cast<std::uint32_t>(session + 1));
        return [client, ids, random] {
            client->call(get_call(
                *client, ids[std::uniform_int_distribution<std::size_t>(0, ids.size() - 1)(*random)]));
        };
    });
    auto line = told("jmap-" + options.operation, options.pace, measured);
    if (rows > 0) line["rows"] = rows;
    if (octets > 0) line["octets"] = octets;
    std::cout << line.dump() << std::endl;
}

} // namespace

void add_jmap(CLI::App& app) {
    const auto options = std::make_shared<JmapOptions>();
    auto* command = app.add_subcommand("jmap", "one JMAP request over and over");
    command->add_option("operation", options->operation)->required()->check(CLI::IsMember({"list", "get"}));
    command->add_option("--port", options->login.port)->required();
    command->add_option("--user", options->login.user, "{} in it: of several, whom the sessions are in turn")
        ->required();
    command->add_option("--first-user", options->first_user);
    command->add_option("--user-count", options->user_count);
    command->add_option("--password", options->login.password);
    command->add_option("--session-path", options->login.session_path);
    command->add_option("--rows", options->rows);
    command->add_flag("!--no-threads", options->collapses, "each message is a row");
    add_pace(*command, options->pace);
    command->callback([options] { jmap(*options); });
}

} // namespace facteur::load
