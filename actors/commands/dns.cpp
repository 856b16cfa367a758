// facteur dns
#include "actors/client_setup.h"
#include "actors/commands/commands.h"

namespace facteur {

void add_dns(CLI::App& parent, Run& chosen) {
    auto* command = parent.add_subcommand(
        "dns",
        "Print the records by which mail programs find this server (those of keys: facteur dkim show)");
    command->callback([&chosen] {
        chosen.alone = [](const Config& config, Console& console) {
            console.write(client_records(client_setup(config)));
            return exit_ok;
        };
    });
}

} // namespace facteur
