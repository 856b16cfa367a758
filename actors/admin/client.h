// The other end of the admin socket: has a subcommand run by the server that holds the store.
#pragma once

#include "actors/commands/console.h"

#include <string>
#include <vector>

namespace facteur::admin {

// Over a connected socket (wire.h). Gives the command's exit code, or exit_unreachable with a word on the
// console when the server went away.
int run_remotely(const Descriptor& socket, const std::string& version,
                 const std::vector<std::string>& arguments, Console& console);

} // namespace facteur::admin
