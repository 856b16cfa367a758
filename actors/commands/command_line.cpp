#include "actors/commands/commands.h"

#include <sstream>

namespace facteur {
namespace {

constexpr auto about = "Facteur, the mail platform of an academy.\n"
                       "Every subcommand but serve and restore works with the server running and stopped.";
constexpr auto exit_codes =
    "Exit codes: 0 done; 1 some of it could not be done, or a check found something;\n"
    "2 the command line or the configuration is wrong; 3 the store or the server cannot be reached.";

} // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
    CommandLine line;
    CLI::App app(about, "facteur");
    app.footer(exit_codes);
    app.require_subcommand(1);
    app.set_version_flag("--version", program_version());
    app.add_option("--config", line.config, "Configuration file")->type_name("FILE")->capture_default_str();
    // Options of the program may stand behind the subcommand too.
    app.fallthrough();

    app.add_subcommand("serve", "Run the server in the foreground")->callback([&] { line.serve = true; });
    auto* account = app.add_subcommand("account", "Create, show and change accounts");
    account->require_subcommand(1);
    add_account_add(*account, line.run);
    add_account_import(*account, line.run);
    add_account_list(*account, line.run);
    add_account_show(*account, line.run);
    add_account_set_password(*account, line.run);
    add_account_status(*account, line.run);
    add_account_forward(*account, line.run);
    add_account_delete(*account, line.run);
    auto* alias =
        app.add_subcommand("alias", "Addresses without a mailbox that lead to others, here or elsewhere");
    alias->require_subcommand(1);
    add_alias(*alias, line.run);
    auto* mailbox = app.add_subcommand("mailbox", "Show mailboxes");
    mailbox->require_subcommand(1);
    add_mailbox_list(*mailbox, line.run);
    auto* queue = app.add_subcommand("queue", "Show and steer what waits to be sent to other servers");
    queue->require_subcommand(1);
    add_queue(*queue, line.run);
    auto* dkim = app.add_subcommand("dkim", "Keys that sign what is sent to other servers");
    dkim->require_subcommand(1);
    add_dkim(*dkim, line.run);
    add_dns(app, line.run);
    add_import(app, line.run);
    add_export(app, line.run);
    add_backup(app, line.run);
    add_restore(app, line.run);
    add_check(app, line.run);
    add_stats(app, line.run);

    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& error) {
        std::ostringstream text, trouble;
        line.exit = app.exit(error, text, trouble) == 0 ? exit_ok : exit_usage;
        line.text = text.str();
        line.trouble = trouble.str();
        line.serve = false;
        line.run = {};
    }
    return line;
}

std::string program_version() {
    return FACTEUR_VERSION;
}

int refuse(Console& console, std::string_view why, int code) {
    console.complain(fmt::format("facteur: {}\n", why));
    return code;
}

} // namespace facteur
