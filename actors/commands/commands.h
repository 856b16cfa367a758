// One function for each file of this folder: adds its subcommand to `parent`; when it is typed, `chosen` is
// what to run.
#pragma once

#include "actors/commands/command.h"

#include <CLI/CLI.hpp>

namespace facteur {

void add_account_add(CLI::App& parent, Run& chosen);
void add_account_delete(CLI::App& parent, Run& chosen);
void add_account_forward(CLI::App& parent, Run& chosen);
void add_account_import(CLI::App& parent, Run& chosen);
void add_account_list(CLI::App& parent, Run& chosen);
void add_account_set_password(CLI::App& parent, Run& chosen);
void add_account_show(CLI::App& parent, Run& chosen);
void add_account_status(CLI::App& parent, Run& chosen); // suspend, resume
void add_alias(CLI::App& parent, Run& chosen);          // add, set, list, delete
void add_backup(CLI::App& parent, Run& chosen);
void add_check(CLI::App& parent, Run& chosen);
void add_dkim(CLI::App& parent, Run& chosen);
void add_dns(CLI::App& parent, Run& chosen);
void add_export(CLI::App& parent, Run& chosen);
void add_import(CLI::App& parent, Run& chosen);
void add_mailbox_list(CLI::App& parent, Run& chosen);
void add_queue(CLI::App& parent, Run& chosen);
void add_restore(CLI::App& parent, Run& chosen);
void add_stats(CLI::App& parent, Run& chosen);

} // namespace facteur
