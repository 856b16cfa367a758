#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {
namespace {

struct AddOptions {
    NewAccount account;
    std::string quota;
    bool password_stdin = false, no_password = false;
};

int add_account(const AddOptions& options, Environment& environment, Console& console) {
    auto account = options.account;
    if (account.address.find('@') == std::string::npos) account.address += "@" + environment.config.domain;
    if (!options.quota.empty()) {
        const auto quota = parse_size(options.quota);
        if (!quota) return refuse(console, fmt::format("--quota: {}", quota.error().message), exit_usage);
        account.quota = *quota;
    }
    if (!options.no_password) {
        auto password = read_password(console, options.password_stdin);
        if (!password) return refuse(console, password.error().message);
        account.password = std::move(*password);
    }
    const auto added = environment.directory.add(account, seconds_now());
    if (!added) return refuse(console, fmt::format("{}: {}", account.address, added.error().message));
    console.write(fmt::format("{} is account {}.\n", added->address, added->id));
    return exit_ok;
}

} // namespace

void add_account_add(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<AddOptions>();
    auto* command = parent.add_subcommand("add", "Add one account; asks for its password");
    command
        ->add_option("address", options->account.address, "Its address; without @ in the configured domain")
        ->required();
    command->add_option("--name", options->account.name, "The name that its mail shows")->required();
    command->add_option("--alias", options->account.aliases, "Another address of it (may be repeated)");
    command->add_option("--quota", options->quota, "Such as \"10 GB\"; default: the configured one");
    command->add_option("--locale", options->account.locale, "Language")
        ->check(CLI::IsMember({"fr", "en"}))
        ->capture_default_str();
    auto* from_stdin = command->add_flag("--password-stdin", options->password_stdin,
                                         "Read the password (or an $argon2id$ hash) from standard input");
    command->add_flag("--no-password", options->no_password, "Nobody can sign in yet")->excludes(from_stdin);
    command->callback([&chosen, options] {
        chosen.makes_store = true;
        chosen.command = [options](Environment& environment, Console& console) {
            return add_account(*options, environment, console);
        };
    });
}

} // namespace facteur
