// The commands of facteur-load for the simulation of the academy.
#pragma once

#include <CLI/CLI.hpp>

namespace facteur::load::academy {

// `academy`: the day. `academy-fill`: the mailboxes before it.
void add_commands(CLI::App& app);

} // namespace facteur::load::academy
