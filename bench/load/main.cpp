// facteur-load: drives a running Facteur on loopback and prints one JSON line per measurement.
//
//     facteur-load imap OPERATION --port P --user U --seconds 2 --sessions 8
//     facteur-load imap-fill MBOX --port P --user U, imap-idle …
//     facteur-load deliver --protocol lmtp --port P --imap-port P --count 5000 --sessions 16, idle-push …
//     facteur-load jmap list --port P --user U --count 500, jmap-idle …
//     facteur-load mass --http-port P --users 40000
//     facteur-load academy --http-port P --imap-port P --smtp-port P --accounts 400 --seconds 600
//     facteur-load disk --folder DIR
//
// Each is bounded by a count or a time.
#include "bench/load/academy/command.h"
#include "bench/load/client.h"
#include "bench/load/deliver.h"
#include "bench/load/imap.h"
#include "bench/load/jmap_commands.h"
#include "bench/load/mass.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace facteur::load {
namespace {

struct Options {
    std::uint16_t http_port = 0;
    int pid = 0;
    std::string password = "secret", domain = "bench.test";
    std::size_t size = 10240, users = 16, requests = 500;
    std::string folder = ".";
};

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
    add_imap(app);
    add_deliver(app);
    add_jmap(app);
    academy::add_commands(app);
    CLI11_PARSE(app, argc, argv);
    return 0;
}
