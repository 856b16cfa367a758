#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {
namespace {

struct ForwardOptions {
    std::string address;
    std::vector<std::string> to;
    bool no_copy = false, off = false;
};

std::string forwarding_text(const store::AccountRow& account) {
    const auto forwarding = forwarding_of(account);
    if (forwarding.to.empty()) return fmt::format("{} keeps its mail.\n", account.address);
    return fmt::format("{} sends its mail on to {} and {}.\n", account.address,
                       fmt::join(forwarding.to, ", "),
                       forwarding.keeps_copy ? "keeps a copy" : "keeps no copy");
}

int forward_account(const ForwardOptions& options, Environment& environment, Console& console) {
    auto account = find_account(environment, console, options.address);
    if (!account) return exit_findings;
    if (is_alias(*account))
        return refuse(console, fmt::format("{} is an alias: see facteur alias", account->address));
    if (options.off || !options.to.empty()) {
        auto changed = environment.directory.set_forwarding(account->address, options.to, !options.no_copy,
                                                            seconds_now());
        if (!changed) return refuse(console, changed.error().message);
        account = std::move(*changed);
    }
    console.write(forwarding_text(*account));
    return exit_ok;
}

} // namespace

void add_account_forward(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<ForwardOptions>();
    auto* command =
        parent.add_subcommand("forward", "Send an account's mail on to other addresses; show where it goes");
    command->add_option("address", options->address, "Its address or an alias")->required();
    auto* to = command->add_option("--to", options->to, "Where to, here or elsewhere (may be repeated)");
    auto* no_copy =
        command->add_flag("--no-copy", options->no_copy, "Keep no copy in its own mailbox")->needs(to);
    command->add_flag("--off", options->off, "Send nothing on any more")->excludes(to)->excludes(no_copy);
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) {
            return forward_account(*options, environment, console);
        };
    });
}

} // namespace facteur
