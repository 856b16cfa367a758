#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {

void add_account_set_password(CLI::App& parent, Run& chosen) {
    struct Options {
        std::string address;
        bool password_stdin = false;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("set-password", "Give an account another password; its sessions end");
    command->add_option("address", options->address, "Its address")->required();
    command->add_flag("--password-stdin", options->password_stdin,
                      "Read the password (or an $argon2id$ hash) from standard input");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) -> int {
            if (!find_account(environment, console, options->address)) return exit_findings;
            const auto password = read_password(console, options->password_stdin);
            if (!password) return refuse(console, password.error().message);
            const auto done = environment.directory.set_password(options->address, *password, seconds_now());
            if (!done) return refuse(console, done.error().message);
            console.write(fmt::format("{} has another password.\n", done->address));
            return exit_ok;
        };
    });
}

} // namespace facteur
