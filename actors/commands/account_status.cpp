#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {
namespace {

void add_one(CLI::App& parent, Run& chosen, const char* name, const char* about,
             store::AccountStatus status) {
    auto addresses = std::make_shared<std::vector<std::string>>();
    auto* command = parent.add_subcommand(name, about);
    command->add_option("address", *addresses, "One or more addresses")->required();
    command->callback([&chosen, addresses, status] {
        chosen.command = [addresses, status](Environment& environment, Console& console) -> int {
            int code = exit_ok;
            for (const auto& address : *addresses) {
                const auto done = environment.directory.set_status(address, status, seconds_now());
                if (!done)
                    code = refuse(console, done.error().message);
                else
                    console.write(fmt::format("{} is {}.\n", done->address, status_text(status)));
            }
            return code;
        };
    });
}

} // namespace

void add_account_status(CLI::App& parent, Run& chosen) {
    add_one(parent, chosen, "suspend", "Close every door of an account: no sign-in, no mail accepted",
            store::AccountStatus::suspended);
    add_one(parent, chosen, "resume", "Open a suspended account again", store::AccountStatus::active);
}

} // namespace facteur
