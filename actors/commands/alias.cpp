#include "actors/clock.h"
#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {
namespace {

struct AliasOptions {
    std::string address;
    std::vector<std::string> to;
    bool json = false;
};

using AliasAct = int (*)(const AliasOptions&, Environment&, Console&);

// Complains when it is none.
std::optional<store::AccountRow> find_alias(const Environment& environment, Console& console,
                                            const std::string& address) {
    auto found = environment.directory.find(address);
    if (found && is_alias(*found)) return found;
    refuse(console, fmt::format("there is no alias {}", address));
    return std::nullopt;
}

int tell_alias(const store::Result<store::AccountRow>& alias, Console& console) {
    if (!alias) return refuse(console, alias.error().message);
    console.write(
        fmt::format("{} leads to {}.\n", alias->address, fmt::join(forwarding_of(*alias).to, ", ")));
    return exit_ok;
}

int add_one_alias(const AliasOptions& options, Environment& environment, Console& console) {
    return tell_alias(environment.directory.add_alias(options.address, options.to, seconds_now()), console);
}

int set_alias(const AliasOptions& options, Environment& environment, Console& console) {
    const auto alias = find_alias(environment, console, options.address);
    if (!alias) return exit_findings;
    return tell_alias(environment.directory.set_forwarding(alias->address, options.to, false, seconds_now()),
                      console);
}

int delete_alias(const AliasOptions& options, Environment& environment, Console& console) {
    const auto alias = find_alias(environment, console, options.address);
    if (!alias) return exit_findings;
    const auto done = environment.directory.remove(alias->address, seconds_now());
    if (!done) return refuse(console, done.error().message);
    console.write(fmt::format("{} is gone.\n", alias->address));
    return exit_ok;
}

int list_aliases(const AliasOptions& options, Environment& environment, Console& console) {
    Table table({"ADDRESS", "STATUS", "LEADS TO"});
    JsonList json(console);
    std::size_t count = 0;
    for_each_account(environment, [&](const store::AccountRow& row) {
        if (!is_alias(row)) return true;
        ++count;
        const auto to = forwarding_of(row).to;
        if (options.json)
            json.add({{"address", row.address}, {"status", status_text(row.status)}, {"to", to}});
        else
            table.add(
                {row.address, std::string(status_text(row.status)), fmt::format("{}", fmt::join(to, ", "))});
        return !console.is_cancelled();
    });
    if (options.json)
        json.finish();
    else
        console.write(count > 0 ? table.text() : "There are no aliases.\n");
    return exit_ok;
}

CLI::App* add_alias_act(CLI::App& parent, Run& chosen, const char* name, const char* about, AliasAct act,
                        const std::shared_ptr<AliasOptions>& options) {
    auto* command = parent.add_subcommand(name, about);
    command->callback([&chosen, options, act] {
        chosen.command = [options, act](Environment& environment, Console& console) {
            return act(*options, environment, console);
        };
    });
    return command;
}

} // namespace

void add_alias(CLI::App& parent, Run& chosen) {
    const auto add = [&](const char* name, const char* about, AliasAct act, bool leads) {
        auto options = std::make_shared<AliasOptions>();
        auto* command = add_alias_act(parent, chosen, name, about, act, options);
        command->add_option("address", options->address, "Its address; without @ in the configured domain")
            ->required();
        if (leads)
            command->add_option("--to", options->to, "Where it leads, here or elsewhere (may be repeated)")
                ->required();
    };
    add("add", "Add an alias", add_one_alias, true);
    add("set", "Lead an alias to others than before", set_alias, true);
    add("delete", "Delete an alias", delete_alias, false);
    auto listed = std::make_shared<AliasOptions>();
    add_alias_act(parent, chosen, "list", "Show all aliases", list_aliases, listed)
        ->add_flag("--json", listed->json, "As a JSON array");
}

} // namespace facteur
