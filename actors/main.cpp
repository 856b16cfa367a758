// The program `facteur`: a server, and subcommands that have the running server do their work or, when none
// runs, do it themselves.
#include "actors/admin/client.h"
#include "actors/admin/wire.h"
#include "actors/commands/command.h"
#include "actors/commands/local_console.h"
#include "actors/ground.h"
#include "actors/server.h"

#include <chrono>
#include <csignal>
#include <thread>

namespace {

using namespace facteur;

// How long a subcommand waits for a server that is starting, or for another subcommand.
constexpr auto patience = std::chrono::seconds(10);
constexpr auto between_tries = std::chrono::milliseconds(100);

// Over the admin socket when a server runs, else on the store itself.
int run_command(const CommandLine& line, const std::vector<std::string>& arguments, const Config& config) {
    LocalConsole console;
    console.cancel_on_interrupt();
    if (line.run.alone) return line.run.alone(config, console);
    const auto begun = std::chrono::steady_clock::now();
    while (true) {
        if (const auto socket = admin::connect_to(config.store.path))
            return admin::run_remotely(socket, program_version(), arguments, console);
        auto ground = Ground::open(config, 1, line.run.makes_store);
        if (ground) {
            auto environment = (*ground)->environment();
            return line.run.command(environment, console);
        }
        const bool taken = ground.error().code == store::Code::busy;
        if (!taken || console.is_cancelled() || std::chrono::steady_clock::now() - begun > patience)
            return refuse(console, ground.error().message, exit_unreachable);
        std::this_thread::sleep_for(between_tries);
    }
}

int run(const std::vector<std::string>& arguments) {
    const auto line = parse_command_line(arguments);
    std::fputs(line.text.c_str(), stdout);
    std::fputs(line.trouble.c_str(), stderr);
    if (!line.serve && !line.run.is_chosen()) return line.exit;
    const auto config = read_config(line.config);
    if (!config) {
        std::fprintf(stderr, "facteur: %s\n", config.error().message.c_str());
        return exit_usage;
    }
    return line.serve ? serve(*config) : run_command(line, arguments, *config);
}

} // namespace

int main(int count, char** values) {
    // A reader that goes away is an error of that write, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
    return run({values + 1, values + count});
}
