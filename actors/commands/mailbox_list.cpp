#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"
#include "actors/commands/mailbox_paths.h"

namespace facteur {
namespace {

int list_mailboxes(const std::string& address, bool json, Environment& environment, Console& console) {
    const auto account = find_account(environment, console, address);
    if (!account) return exit_findings;
    auto array = nlohmann::json::array();
    Table table({"MAILBOX", "ROLE", ">EMAILS", ">UNREAD", ">SIZE"});
    {
        const auto now = environment.store.read(account->id);
        for (const auto& [path, row] : mailbox_paths(now, account->id)) {
            const auto counters = now.counters(account->id, row.id);
            array.push_back({{"id", row.id},
                             {"path", path},
                             {"role", row.role},
                             {"emails", counters.emails},
                             {"unread", counters.unread},
                             {"size", counters.size}});
            table.add({path, row.role, count_text(counters.emails), count_text(counters.unread),
                       size_text(counters.size)});
        }
    }
    if (json)
        write_json(console, array);
    else
        console.write(table.text());
    return exit_ok;
}

} // namespace

void add_mailbox_list(CLI::App& parent, Run& chosen) {
    struct Options {
        std::string address;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("list", "List the mailboxes of an account");
    command->add_option("account", options->address, "Its address")->required();
    command->add_flag("--json", options->json, "As a JSON array");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) {
            return list_mailboxes(options->address, options->json, environment, console);
        };
    });
}

} // namespace facteur
