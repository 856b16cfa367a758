#include "bench/load/append.h"
#include "bench/load/imap.h"
#include "bench/load/mbox.h"
#include "bench/load/measure.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

namespace facteur::load {
namespace {

struct ImapOptions {
    Login login{0, "", "secret"};
    std::string mailbox = "INBOX", operation, text, mbox, users = "{}";
    std::vector<std::string> words;
    std::size_t connections = 1000, user_count = 50, span = 1000;
    double hold = 10;
    Pace pace;
};

// A sequence set of so many messages at a random place.
std::string some(std::mt19937& random, std::uint64_t exists, std::uint64_t count) {
    const auto last = exists > count ? exists - count + 1 : 1;
    const auto first = std::uniform_int_distribution<std::uint64_t>(1, last)(random);
    return fmt::format("{}:{}", first, std::min(exists, first + count - 1));
}

// What stands in a search field while somebody types one of the words: from its third letter on.
std::string typed(const std::vector<std::string>& words, std::mt19937& random) {
    const auto& word = words[std::uniform_int_distribution<std::size_t>(0, words.size() - 1)(random)];
    return word.substr(
        0, std::uniform_int_distribution<std::size_t>(3, std::max<std::size_t>(3, word.size()))(random));
}

std::string command_of(const ImapOptions& options, std::mt19937& random, std::uint64_t exists) {
    const auto& operation = options.operation;
    if (operation == "select") return "SELECT " + options.mailbox;
    if (operation == "status") return "STATUS " + options.mailbox + " (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)";
    if (operation == "envelopes")
        return "FETCH " + some(random, exists, options.span) +
               " (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)";
    if (operation == "flags") return "FETCH 1:* (UID FLAGS)";
    if (operation == "structures") return "FETCH " + some(random, exists, 50) + " (UID BODYSTRUCTURE)";
    if (operation == "body") return "FETCH " + some(random, exists, 1) + " (UID BODY.PEEK[])";
    if (operation == "store")
        return fmt::format("STORE {} {}FLAGS (\\Seen)", some(random, exists, 1),
                           random() % 2 == 0 ? '+' : '-');
    if (operation == "unseen") return "SEARCH UNSEEN";
    if (operation == "from") return "SEARCH FROM \"" + options.text + "\"";
    if (operation == "text") return "SEARCH TEXT \"" + options.text + "\"";
    if (operation == "fuzzy") return "SEARCH FUZZY TEXT \"" + options.text + "\"";
    if (operation == "typed") return "SEARCH RETURN (COUNT) TEXT \"" + typed(options.words, random) + "\"";
    stop("no such operation: " + operation);
}

void imap(ImapOptions& options) {
    if (options.operation == "typed" && options.words.empty()) stop("typed: no --words");
    std::atomic<std::uint64_t> octets{0}, hits{0};
    auto measured = measure(options.pace, [&](std::size_t session) -> Operation {
        if (options.operation == "login") return [&options] { Imap(options.login).run("LOGOUT"); };
        auto client = std::make_shared<Imap>(options.login);
        if (options.operation != "select" && options.operation != "status")
            client->run("SELECT " + options.mailbox);
        const auto random = std::make_shared<std::mt19937>(static_cast<std::uint32_t>(session + 1));
        return [&, client, random] {
            const auto before = client->octets();
            client->run(command_of(options, *random, client->exists()));
            octets += client->octets() - before;
            hits = client->hits();
        };
    });
    auto line = told("imap-" + options.operation, options.pace, measured);
    const auto operations = measured.latencies.size() + options.pace.sessions * options.pace.warm;
    line["octets"] = octets / operations;
    if (!options.text.empty() || options.operation == "unseen") line["hits"] = hits.load();
    std::cout << line.dump() << std::endl;
}

// Says when all wait, holds them until its input ends.
void idle(const ImapOptions& options) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    std::vector<Imap> open;
    open.reserve(options.connections);
    for (std::size_t i = 0; i < options.connections; ++i) {
        const auto user = fmt::format(fmt::runtime(options.users), i % options.user_count + 1);
        open.emplace_back(Login{options.login.port, user, options.login.password});
        open.back().run("SELECT " + options.mailbox);
        open.back().begin_idle();
    }
    std::cout << nlohmann::ordered_json{{"what", "imap-idle"}, {"open", open.size()}}.dump() << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
}

void fill(const ImapOptions& options) {
    Imap client(options.login);
    const auto before = client.count_messages(options.mailbox);
    Appender appender(client, options.mailbox);
    const auto begun = now();
    read_mbox(options.mbox, [&](const MboxMessage& message) { appender.add(message); });
    appender.finish();
    const auto seconds = now() - begun;
    if (client.count_messages(options.mailbox) != before + appender.messages())
        stop("some messages are not there");
    const nlohmann::ordered_json line{{"what", "imap-fill"},
                                      {"messages", appender.messages()},
                                      {"octets", appender.octets()},
                                      {"seconds", seconds}};
    std::cout << line.dump() << std::endl;
}

} // namespace

void add_imap(CLI::App& app) {
    const auto options = std::make_shared<ImapOptions>();
    const auto common = [&](CLI::App* command) {
        command->add_option("--port", options->login.port)->required();
        command->add_option("--user", options->login.user);
        command->add_option("--password", options->login.password);
        command->add_option("--mailbox", options->mailbox);
        return command;
    };
    auto* one = common(app.add_subcommand("imap", "one IMAP operation over and over"));
    one->add_option("operation", options->operation,
                    "login, select, status, envelopes, flags, structures, body, store, unseen, from, text, "
                    "fuzzy or typed")
        ->required();
    one->add_option("--text", options->text, "what the searches look for");
    one->add_option("--words", options->words, "that are typed, a random number of their letters each time")
        ->delimiter(',');
    one->add_option("--span", options->span, "messages of one FETCH of envelopes");
    add_pace(*one, options->pace);
    one->callback([options] { imap(*options); });
    auto* waiting =
        common(app.add_subcommand("imap-idle", "sessions that wait (IDLE) until standard input ends"));
    waiting->add_option("--connections", options->connections);
    waiting->add_option("--users", options->users, "such as u{}@bench.test, from 1");
    waiting->add_option("--user-count", options->user_count);
    waiting->callback([options] { idle(*options); });
    auto* filling = common(app.add_subcommand("imap-fill", "appends the messages of an mbox"));
    filling->add_option("mbox", options->mbox)->required();
    filling->callback([options] { fill(*options); });
}

} // namespace facteur::load
