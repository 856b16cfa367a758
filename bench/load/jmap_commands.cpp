#include "bench/load/jmap_commands.h"

#include "bench/load/measure.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <iostream>
#include <limits>
#include <memory>
#include <random>

namespace facteur::load {
namespace {

using Json = nlohmann::json;

struct JmapOptions {
    Login login{0, "", "secret"};
    std::string operation, account;
    bool collapses = true;
    std::size_t rows = 50, ids = 500, first_user = 1, user_count = 1, connections = 1000;
    std::string stream_path = "/jmap/eventsource/?types=*&closeafter=no&ping=0";
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
    std::size_t rows = 0;
    std::atomic<std::uint64_t> octets{0}, answers{0};
    const auto count = [&](const std::string& answer) {
        octets += answer.size();
        ++answers;
    };
    auto measured = measure(options.pace, [&](std::size_t session) -> Operation {
        auto login = options.login;
        login.user = fmt::format(fmt::runtime(login.user), options.first_user + session % options.user_count);
        const auto client = std::make_shared<Jmap>(login);
        if (options.operation == "list") {
            const auto call = list_call(options, *client);
            const auto answer = client->call(call);
            if (session == 0) rows = answers_of(answer)[1][1]["list"].size();
            return [count, client, call] { count(client->call(call)); };
        }
        const auto ids = ids_of(options, *client);
        if (ids.empty()) stop("JMAP: the inbox is empty");
        const auto random = std::make_shared<std::mt19937>(static_cast<std::uint32_t>(session + 1));
        return [count, client, ids, random] {
            count(client->call(get_call(
                *client, ids[std::uniform_int_distribution<std::size_t>(0, ids.size() - 1)(*random)])));
        };
    });
    auto line = told("jmap-" + options.operation, options.pace, measured);
    if (rows > 0) line["rows"] = rows;
    line["octets"] = octets / answers;
    std::cout << line.dump() << std::endl;
}

// Event streams of the users in turn: says when all are open, holds them until its input ends.
void idle(const JmapOptions& options) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    std::vector<Http> open;
    open.reserve(options.connections);
    for (std::size_t i = 0; i < options.connections; ++i) {
        auto login = options.login;
        login.user = fmt::format(fmt::runtime(login.user), options.first_user + i % options.user_count);
        open.emplace_back(login);
        open.back().open_stream(options.stream_path);
    }
    std::cout << nlohmann::ordered_json{{"what", "jmap-idle"}, {"open", open.size()}}.dump() << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
}

} // namespace

void add_jmap(CLI::App& app) {
    const auto options = std::make_shared<JmapOptions>();
    const auto common = [&](CLI::App* made) {
        made->add_option("--port", options->login.port)->required();
        made->add_option("--user", options->login.user, "{} in it: of several, whom the sessions are in turn")
            ->required();
        made->add_option("--first-user", options->first_user);
        made->add_option("--user-count", options->user_count);
        made->add_option("--password", options->login.password);
        return made;
    };
    auto* waiting =
        common(app.add_subcommand("jmap-idle", "event streams that wait until standard input ends"));
    waiting->add_option("--connections", options->connections);
    waiting->add_option("--stream-path", options->stream_path);
    waiting->callback([options] { idle(*options); });
    auto* command = common(app.add_subcommand("jmap", "one JMAP request over and over"));
    command->add_option("operation", options->operation)->required()->check(CLI::IsMember({"list", "get"}));
    command->add_option("--session-path", options->login.session_path);
    command->add_option("--rows", options->rows);
    command->add_flag("!--no-threads", options->collapses, "each message is a row");
    add_pace(*command, options->pace);
    command->callback([options] { jmap(*options); });
}

} // namespace facteur::load
