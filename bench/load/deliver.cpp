#include "bench/load/deliver.h"

#include "bench/load/cpu.h"
#include "bench/load/imap.h"
#include "bench/load/measure.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

namespace facteur::load {
namespace {

constexpr auto between_counts = std::chrono::milliseconds(5);
constexpr auto between_pushes = std::chrono::milliseconds(50);

struct DeliverOptions {
    std::string protocol = "smtp", recipient_format = "u{}@bench.test", user_format = "u{}@bench.test",
                password = "secret";
    std::uint16_t port = 0, imap_port = 0;
    std::size_t size = 10240, recipients = 1, users = 20, first_user = 1;
    double patience = 300, push_patience = 20; // seconds
    Pace pace;

    [[nodiscard]] bool is_lmtp() const { return protocol == "lmtp"; }
    [[nodiscard]] std::string recipient(std::size_t number) const {
        return fmt::format(fmt::runtime(recipient_format), first_user + number % users);
    }
    [[nodiscard]] Login login(std::size_t number) const {
        return {imap_port, fmt::format(fmt::runtime(user_format), first_user + number % users), password};
    }
};

// No two have the same body.
std::string message_of(std::size_t number, std::size_t size) {
    auto text =
        fmt::format("From: Banc <banc@elsewhere.test>\r\nTo: <tous@bench.test>\r\nSubject: Mesure {0}\r\n"
                    "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{0}.{1}.{2}@elsewhere.test>\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n\r\n",
                    number, ::getpid(), static_cast<std::int64_t>(now() * 1e6));
    for (std::size_t line = 0; text.size() < size; ++line)
        text += fmt::format("Ligne {} du message {} : le conseil de classe se tient en salle {}.\r\n", line,
                            number, (line * 7919 + number * 104729) % 997);
    return text;
}

class Sender {
public:
    explicit Sender(const DeliverOptions& options) : options_(options), client_(options.port) {
        expect('2');
        client_.send(options.is_lmtp() ? "LHLO client.test\r\n" : "EHLO client.test\r\n");
        expect('2');
    }

    // Up to the last octet of the message; `confirm` reads what it is told then.
    void send(std::size_t number) {
        std::string envelope = "MAIL FROM:<banc@elsewhere.test>\r\n";
        for (std::size_t i = 0; i < options_.recipients; ++i)
            envelope += "RCPT TO:<" + options_.recipient(number * options_.recipients + i) + ">\r\n";
        const auto text = message_of(number, options_.size) + ".\r\n";
        client_.send(envelope + "DATA\r\n");
        for (std::size_t i = 0; i <= options_.recipients; ++i)
            expect('2');
        expect('3');
        client_.send(text);
    }

    void confirm() {
        for (std::size_t i = 0; i < (options_.is_lmtp() ? options_.recipients : 1); ++i)
            expect('2');
    }

private:
    void expect(char wanted) {
        for (;;) {
            const auto line = client_.line();
            if (line.empty() || line[0] != wanted) stop(options_.protocol + ": " + line);
            if (line.size() < 4 || line[3] != '-') return;
        }
    }

    const DeliverOptions& options_;
    Client client_;
};

class Mailboxes {
public:
    explicit Mailboxes(const DeliverOptions& options) {
        for (std::size_t user = 0; user < options.users; ++user)
            clients_.emplace_back(options.login(user));
    }

    std::uint64_t count() {
        std::uint64_t sum = 0;
        for (auto& client : clients_)
            sum += client.count_messages("INBOX");
        return sum;
    }

private:
    std::vector<Imap> clients_;
};

void deliver(const DeliverOptions& options) {
    Mailboxes mailboxes(options);
    const auto before = mailboxes.count();
    std::atomic<std::size_t> next{0};
    auto measured = measure(options.pace, [&](std::size_t) -> Operation {
        return [&next, sender = std::make_shared<Sender>(options)] {
            sender->send(next++);
            sender->confirm();
        };
    });
    const auto wanted = before + next * options.recipients;
    while (mailboxes.count() < wanted) {
        if (now() - measured.begun > options.patience) stop("some messages are not visible");
        std::this_thread::sleep_for(between_counts);
    }
    const auto visible = now() - measured.begun;
    const auto count = static_cast<double>(measured.latencies.size());
    const auto deliveries = count * static_cast<double>(options.recipients);
    auto line = told(options.protocol, options.pace, measured);
    line["octets"] = options.size;
    line["recipients"] = options.recipients;
    line["visible_per_s"] = count / visible;
    line["deliveries_per_s"] = deliveries / visible;
    line["cpu_ms"] = (cpu_of(options.pace.cpu) - measured.cpu_begun) * 1000 / count; // until all are visible
    line["delivery_cpu_ms"] = (cpu_of(options.pace.cpu) - measured.cpu_begun) * 1000 / deliveries;
    std::cout << line.dump() << std::endl;
}

// A server that tells nothing is not waited for again and again: the rest is left out then.
void push(const DeliverOptions& options) {
    auto watcher = std::make_shared<Imap>(options.login(0));
    watcher->run("SELECT INBOX");
    watcher->begin_idle();
    const auto sender = std::make_shared<Sender>(options);
    Latencies latencies;
    std::size_t untold = 0;
    const auto cpu = cpu_of(options.pace.cpu);
    for (std::size_t i = 0; i < options.pace.count && untold == 0; ++i) {
        sender->send(i);
        const auto sent = now();
        if (watcher->wait_for(" EXISTS", options.push_patience))
            latencies.add(now() - sent);
        else
            ++untold;
        sender->confirm();
        std::this_thread::sleep_for(between_pushes);
    }
    const auto used = cpu_of(options.pace.cpu) - cpu;
    if (latencies.size() == 0)
        stop(fmt::format("IDLE: nothing was told for {:.0f} s", options.push_patience));
    const nlohmann::ordered_json line{{"what", "idle-push"},
                                      {"count", latencies.size()},
                                      {"untold", untold},
                                      {"p50_ms", latencies.percentile(50)},
                                      {"p95_ms", latencies.percentile(95)},
                                      {"p99_ms", latencies.percentile(99)},
                                      {"cpu_ms", used * 1000 / static_cast<double>(latencies.size())}};
    std::cout << line.dump() << std::endl;
}

} // namespace

void add_deliver(CLI::App& app) {
    const auto options = std::make_shared<DeliverOptions>();
    const auto common = [&](CLI::App* command) {
        command->add_option("--protocol", options->protocol)->check(CLI::IsMember({"smtp", "lmtp"}));
        command->add_option("--port", options->port)->required();
        command->add_option("--imap-port", options->imap_port, "where the messages are looked for")
            ->required();
        command->add_option("--size", options->size, "octets of a message");
        command->add_option("--recipients", options->recipients, "of each message");
        command->add_option("--users", options->users, "that get mail in turn");
        command->add_option("--first-user", options->first_user);
        command->add_option("--recipient-format", options->recipient_format);
        command->add_option("--user-format", options->user_format, "who signs in to IMAP");
        command->add_option("--password", options->password);
        command->add_option("--push-patience", options->push_patience,
                            "seconds that idle-push waits for one message");
        add_pace(*command, options->pace);
        return command;
    };
    common(app.add_subcommand("deliver", "messages handed in by SMTP or LMTP until IMAP shows them all"))
        ->callback([options] { deliver(*options); });
    common(app.add_subcommand("idle-push",
                              "from the end of a message to the line that tells an IDLE session of it"))
        ->callback([options] { push(*options); });
}

} // namespace facteur::load
