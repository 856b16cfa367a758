// What a subcommand is: a function over an environment (the store and what stands on it) and a console.
//
// It runs in the process that was typed when the server is stopped, and in the server when it runs; it cannot
// tell which. It may wait for the disk, so it never runs on a loop or in an actor.
#pragma once

#include "actors/commands/console.h"
#include "actors/config.h"
#include "store/error.h"

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

namespace caf {
class actor_system;
}
namespace facteur::store {
class Store;
}

namespace facteur {

class Directory;
class Mailboxes;
struct Services;

// Exit codes of every subcommand.
enum Exit : int {
    exit_ok = 0,
    exit_findings = 1, // some of it could not be done, or a check found something; standard error says what
    exit_usage = 2,    // the command line or the configuration is wrong; nothing was done
    exit_unreachable = 3, // no store there, or the program that holds it does not answer
};

struct Environment {
    const Config& config;
    store::Store& store;
    Directory& directory;
    Mailboxes& mailboxes;
    caf::actor_system& system;
    const Services* server = nullptr; // what only a running server has
};

struct Run {
    std::function<int(Environment&, Console&)> command;
    bool makes_store = false; // else a store that is absent is an error
    // Instead of `command`: needs no store, so it is never the server's.
    std::function<int(const Config&, Console&)> alone;
    [[nodiscard]] bool is_chosen() const { return command || alone; }
};

// What the command line said.
struct CommandLine {
    std::string config = "/etc/facteur/facteur.toml";
    bool serve = false;
    Run run;                   // no command and not `serve`: nothing to do but
    std::string text, trouble; // for standard output and standard error, and
    int exit = exit_ok;        // end with this
};

CommandLine parse_command_line(const std::vector<std::string>& arguments);
std::string program_version();

// For commands: writes "facteur: …" and gives the exit code.
int refuse(Console& console, std::string_view why, int code = exit_findings);

} // namespace facteur
