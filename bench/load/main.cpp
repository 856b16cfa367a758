// facteur-load: drives a running Facteur on loopback and prints one JSON line per measurement.
//
//     facteur-load smtp --smtp-port P --http-port P --messages 5000 --sessions 16 --size 10240 …
//     facteur-load list --http-port P --user U --requests 500
//     facteur-load push --http-port P --users 1000 --connections 1000
//     facteur-load mass --http-port P --users 40000
//     facteur-load disk --folder DIR
//
// Each is bounded by its count. `--pid` of the server adds its CPU and memory.
#include "bench/load/client.h"
#include "bench/load/mass.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace facteur::load {
namespace {

struct Options {
    std::uint16_t smtp_port = 0, http_port = 0;
    int pid = 0;
    std::string user, password = "secret", domain = "bench.test", mailbox;
    std::size_t messages = 5000, sessions = 16, size = 10240, users = 16, requests = 500, connections = 1000;
    std::string folder = ".";
    std::size_t page = 50;
};

std::string message_of(std::size_t number, std::size_t size) {
    auto text = fmt::format("From: Banc <banc@bench.test>\r\nTo: <tous@bench.test>\r\nSubject: Mesure {}\r\n"
                            "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{}.{}@bench.test>\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\n\r\n",
                            number, number, ::getpid());
    for (std::size_t line = 0; text.size() < size; ++line)
        text += fmt::format("Ligne {} du message {} : le conseil de classe se tient en salle {}.\r\n", line,
                            number, (line * 7919 + number * 104729) % 997);
    return text;
}

void expect(Client& client, char wanted) {
    for (;;) {
        const auto line = client.line();
        if (line.empty() || line[0] != wanted) stop("SMTP: " + line);
        if (line.size() < 4 || line[3] != '-') return;
    }
}

void send_messages(const Options& options, std::atomic<std::size_t>& next, Latencies& latencies) {
    Client client(options.smtp_port);
    expect(client, '2');
    client.send("EHLO bench.test\r\n");
    expect(client, '2');
    for (auto number = next++; number < options.messages; number = next++) {
        const auto text = message_of(number, options.size);
        const auto begin = now();
        client.send(fmt::format("MAIL FROM:<banc@elsewhere.test>\r\nRCPT TO:<u{}@{}>\r\nDATA\r\n",
                                number % options.users + 1, options.domain));
        expect(client, '2');
        expect(client, '2');
        expect(client, '3');
        client.send(text + ".\r\n");
        expect(client, '2');
        latencies.add(now() - begin);
    }
    client.send("QUIT\r\n");
}

std::uint64_t count_all(const Options& options) {
    std::uint64_t emails = 0;
    for (std::size_t user = 1; user <= options.users; ++user)
        emails += Jmap({options.http_port, fmt::format("u{}@{}", user, options.domain), options.password})
                      .count_emails();
    return emails;
}

void smtp(const Options& options) {
    const auto before = count_all(options);
    const auto cpu = options.pid > 0 ? cpu_seconds(options.pid) : 0;
    std::atomic<std::size_t> next{0};
    std::vector<Latencies> latencies(options.sessions);
    std::vector<std::thread> threads;
    const auto begin = now();
    for (auto& own : latencies)
        threads.emplace_back([&options, &next, &own] { send_messages(options, next, own); });
    for (auto& thread : threads)
        thread.join();
    const auto accepted = now() - begin;
    while (count_all(options) < before + options.messages)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto visible = now() - begin;
    const auto used = options.pid > 0 ? cpu_seconds(options.pid) - cpu : 0;
    Latencies all;
    for (const auto& own : latencies)
        all.add(own);
    const auto count = static_cast<double>(options.messages);
    fmt::print(R"({{"what":"smtp","messages":{},"sessions":{},"octets":{},"accept_per_s":{:.0f},)"
               R"("visible_per_s":{:.0f},"p50_ms":{:.2f},"p99_ms":{:.2f},"cpu_ms_per_message":{:.3f}}})"
               "\n",
               options.messages, options.sessions, options.size, count / accepted, count / visible,
               all.percentile(50), all.percentile(99), used * 1000 / count);
}

void list(const Options& options) {
    Jmap jmap({options.http_port, options.user, options.password});
    const auto calls = fmt::format(
        R"([["Email/query",{{"accountId":"{0}","filter":{{"inMailbox":"{1}"}},)"
        R"("sort":[{{"property":"receivedAt","isAscending":false}}],"collapseThreads":true,"limit":{2}}},"0"],)"
        R"(["Email/get",{{"accountId":"{0}","#ids":{{"resultOf":"0","name":"Email/query","path":"/ids"}},)"
        R"("properties":["id","threadId","mailboxIds","keywords","from","to","subject","receivedAt","preview",)"
        R"("hasAttachment","size"]}},"1"]])",
        jmap.account(), options.mailbox, options.page);
    const auto answer = jmap.call(calls);
    if (answer.find("\"error\"") != std::string::npos) stop("JMAP: " + answer.substr(0, 500));
    const auto cpu = options.pid > 0 ? cpu_seconds(options.pid) : 0;
    Latencies latencies;
    const auto begin = now();
    for (std::size_t i = 0; i < options.requests; ++i) {
        const auto sent = now();
        jmap.call(calls);
        latencies.add(now() - sent);
    }
    const auto seconds = now() - begin;
    const auto used = options.pid > 0 ? cpu_seconds(options.pid) - cpu : 0;
    const auto count = static_cast<double>(options.requests);
    fmt::print(R"({{"what":"list","emails":{},"rows":{},"requests":{},"per_s":{:.0f},"p50_ms":{:.3f},)"
               R"("p99_ms":{:.3f},"cpu_ms":{:.3f},"answer_octets":{}}})"
               "\n",
               jmap.count_emails(), options.page, options.requests, count / seconds, latencies.percentile(50),
               latencies.percentile(99), used * 1000 / count, answer.size());
}

void push(const Options& options) {
    const auto before = resident_octets(options.pid);
    std::vector<Http> streams;
    streams.reserve(options.connections);
    for (std::size_t i = 0; i < options.connections; ++i) {
        const auto user = fmt::format("u{}@{}", i % options.users + 1, options.domain);
        streams.emplace_back(Login{options.http_port, user, options.password});
        streams.back().open_stream("/jmap/eventsource/?types=*&closeafter=no&ping=0");
    }
    const auto after = resident_octets(options.pid);
    fmt::print(R"({{"what":"push","connections":{},"before_mb":{:.1f},"after_mb":{:.1f},"kb_each":{:.1f}}})"
               "\n",
               options.connections, static_cast<double>(before) / 1e6, static_cast<double>(after) / 1e6,
               static_cast<double>(after - before) / 1024 / static_cast<double>(options.connections));
}

// The disk's own limit: one message of 10 KiB appended and synced at a time.
void disk(const Options& options) {
    const auto path = options.folder + "/facteur-load-disk";
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) stop("cannot write " + path);
    const std::string block(options.size, 'x');
    Latencies latencies;
    const auto begin = now();
    for (std::size_t i = 0; i < options.requests; ++i) {
        const auto each = now();
        if (::write(file, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
            ::fdatasync(file) != 0)
            stop("cannot write " + path);
        latencies.add(now() - each);
    }
    const auto seconds = now() - begin;
    ::close(file);
    ::unlink(path.c_str());
    fmt::print(R"({{"what":"disk","octets":{},"syncs_per_s":{:.0f},"p50_ms":{:.2f},"p99_ms":{:.2f}}})"
               "\n",
               options.size, static_cast<double>(options.requests) / seconds, latencies.percentile(50),
               latencies.percentile(99));
}

} // namespace
} // namespace facteur::load

int main(int argc, char** argv) {
    using namespace facteur::load;
    Options options;
    CLI::App app{"Drives a running Facteur on 127.0.0.1 and prints one JSON line per measurement."};
    app.require_subcommand(1);
    const auto common = [&](CLI::App* command) {
        command->add_option("--http-port", options.http_port);
        command->add_option("--pid", options.pid, "of the server: adds its CPU and memory");
        command->add_option("--password", options.password);
    };
    auto* smtp_command = app.add_subcommand("smtp", "messages accepted and visible per second");
    common(smtp_command);
    smtp_command->add_option("--smtp-port", options.smtp_port)->required();
    smtp_command->add_option("--messages", options.messages);
    smtp_command->add_option("--sessions", options.sessions);
    smtp_command->add_option("--size", options.size, "octets of a message");
    smtp_command->add_option("--users", options.users, "recipients are u1@DOMAIN to uN@DOMAIN");
    smtp_command->add_option("--domain", options.domain);
    smtp_command->callback([&] { smtp(options); });
    auto* list_command =
        app.add_subcommand("list", "Email/query and Email/get of the first rows of a mailbox");
    common(list_command);
    list_command->add_option("--user", options.user)->required();
    list_command->add_option("--mailbox", options.mailbox, "its id")->required();
    list_command->add_option("--requests", options.requests);
    list_command->add_option("--rows", options.page);
    list_command->callback([&] { list(options); });
    auto* push_command = app.add_subcommand("push", "memory of idle EventSource connections");
    common(push_command);
    push_command->add_option("--connections", options.connections);
    push_command->add_option("--users", options.users,
                             "u1@DOMAIN to uN@DOMAIN; one may have some ten streams");
    push_command->add_option("--domain", options.domain);
    push_command->callback([&] { push(options); });
    auto* mass_command = app.add_subcommand("mass", "one message to many, and a person's letters meanwhile");
    common(mass_command);
    mass_command->add_option("--users", options.users, "u1@DOMAIN, who may send mass mail, to uN@DOMAIN");
    mass_command->add_option("--domain", options.domain);
    mass_command->add_option("--size", options.size, "octets of the message");
    mass_command->callback([&] {
        mass_mail(
            {options.http_port, options.pid, options.password, options.domain, options.users, options.size});
    });
    auto* disk_command = app.add_subcommand("disk", "appends and syncs of the disk itself");
    disk_command->add_option("--folder", options.folder);
    disk_command->add_option("--requests", options.requests);
    disk_command->add_option("--size", options.size);
    disk_command->callback([&] { disk(options); });
    CLI11_PARSE(app, argc, argv);
    return 0;
}
