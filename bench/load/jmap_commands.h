// JMAP requests over and over.
#pragma once

#include <CLI/CLI.hpp>

namespace facteur::load {

// `jmap list`: the newest rows of the inbox. `jmap get`: one whole message at random.
void add_jmap(CLI::App& app);

} // namespace facteur::load
