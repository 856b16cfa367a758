#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"

namespace facteur {
namespace {

void list_as_json(Environment& environment, Console& console) {
    JsonList list(console);
    for_each_account(environment, [&](const store::AccountRow& account) {
        if (!is_alias(account)) list.add(account_json(environment, account));
        return !console.is_cancelled();
    });
    list.finish();
}

void list_as_table(Environment& environment, Console& console) {
    Table table({"ADDRESS", "NAME", "STATUS", ">EMAILS", ">SIZE", ">QUOTA"});
    for_each_account(environment, [&](const store::AccountRow& account) {
        if (is_alias(account)) return true;
        const auto state = environment.store.read(account.id).state(account.id);
        table.add({account.address, account.name, std::string(status_text(account.status)),
                   count_text(state.emails), size_text(state.size),
                   size_text(quota_of(environment, account))});
        return !console.is_cancelled();
    });
    console.write(table.text());
}

} // namespace

void add_account_list(CLI::App& parent, Run& chosen) {
    auto json = std::make_shared<bool>(false);
    auto* command = parent.add_subcommand("list", "List all accounts");
    command->add_flag("--json", *json, "As a JSON array");
    command->callback([&chosen, json] {
        chosen.command = [json](Environment& environment, Console& console) -> int {
            if (*json)
                list_as_json(environment, console);
            else
                list_as_table(environment, console);
            return exit_ok;
        };
    });
}

} // namespace facteur
