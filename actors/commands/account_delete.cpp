#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {

void add_account_delete(CLI::App& parent, Run& chosen) {
    struct Options {
        std::string address;
        bool yes = false;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("delete", "Delete an account and all its mail; there is no way back");
    command->add_option("address", options->address, "Its address")->required();
    command->add_flag("--yes", options->yes, "Needed: says that it is meant");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) -> int {
            const auto account = find_account(environment, console, options->address);
            if (!account) return exit_findings;
            if (!options->yes) {
                const auto state = environment.store.read(account->id).state(account->id);
                return refuse(console,
                              fmt::format("{} ({}) has {} emails; to delete all of it, add --yes",
                                          account->address, account->name, count_text(state.emails)),
                              exit_usage);
            }
            const auto done = environment.directory.remove(options->address, seconds_now());
            if (!done) return refuse(console, done.error().message);
            console.write(fmt::format("{} is deleted.\n", account->address));
            return exit_ok;
        };
    });
}

} // namespace facteur
